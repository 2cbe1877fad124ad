"""The admin: videos with what was observed of them, their forecasts, which are read only, and jobs."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.contrib import admin, messages
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.template.defaultfilters import truncatechars
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from downloader.configuration import video_is_mapped
from downloader.models import AdSenseEarnings, MLPrediction, VideoAnalytics, VideoDownload, VideoSnapshot
from foreview.errors import ForeviewError
from foreview.vocabulary import TARGET_UNITS, TARGETS, Target

if TYPE_CHECKING:
    _Videos = admin.ModelAdmin[VideoDownload]
    _Forecasts = admin.ModelAdmin[MLPrediction]
    _Inlines = admin.TabularInline[Model, VideoDownload]
else:  # only the stubs know what is administered
    _Videos = _Forecasts = admin.ModelAdmin
    _Inlines = admin.TabularInline

PERCENT = 80
_CHANCES = ("p_above_zero", "p_beats_typical", "confidence")


class Inline(_Inlines):
    extra = 0
    show_change_link = False


class AnalyticsInline(Inline):
    model = VideoAnalytics
    ordering = ["date"]


class EarningsInline(Inline):
    model = AdSenseEarnings
    ordering = ["date"]


class SnapshotInline(Inline):
    model = VideoSnapshot
    ordering = ["observed_at"]


@admin.action(description="Forecast the selected videos")
def forecast_selected(_admin: _Videos, request: HttpRequest, queryset: QuerySet[VideoDownload]) -> None:
    """Forecast what is selected; an error is shown, not thrown."""
    from downloader.services.ml_prediction_service import MLPredictionService

    try:
        count = MLPredictionService().predict_videos(list(queryset.values_list("pk", flat=True)))
    except ForeviewError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, f"{count} forecast{'s' if count != 1 else ''} saved.")


class VideoAdmin(_Videos):
    list_display = [
        "title",
        "channel_id",
        "is_short",
        "published_at",
        "status",
        "views",
        "revenue",
        "confidence",
    ]
    list_filter = ["is_short", "status", "platform", "published_at"]
    search_fields = ["title", "source_id", "channel_id"]
    date_hierarchy = "published_at"
    list_per_page = 50
    actions = [forecast_selected]
    inlines = [AnalyticsInline, EarningsInline, SnapshotInline]
    readonly_fields = ["created_at", "views", "revenue", "confidence"]
    exclude = ["ml_predicted_views_30d", "ml_predicted_revenue_30d", "ml_confidence"]

    @admin.display(description="views forecast, 30 d", ordering="ml_predicted_views_30d")
    def views(self, video: VideoDownload) -> str:
        return _number(video.ml_predicted_views_30d, 0)

    @admin.display(description="revenue forecast, 30 d [USD]", ordering="ml_predicted_revenue_30d")
    def revenue(self, video: VideoDownload) -> str:
        return _number(video.ml_predicted_revenue_30d, 2)

    @admin.display(description="confidence", ordering="ml_confidence")
    def confidence(self, video: VideoDownload) -> str:
        return _number(video.ml_confidence, 2)


class PredictionAdmin(_Forecasts):
    list_display = [
        "short_title",
        "views",
        "engagement",
        "revenue",
        "confidence",
        "model_type",
        "model_version",
        "as_of",
    ]
    list_filter = ["model_type", "model_version"]
    list_select_related = ["video"]
    list_per_page = 50
    date_hierarchy = "as_of"

    def has_add_permission(self, request: HttpRequest) -> bool:  # noqa: ARG002  (Django's signature)
        """Forecasts are made by the service alone."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: MLPrediction | None = None) -> bool:  # noqa: ARG002  (Django's signature)
        """Forecasts are read only."""
        return False

    @admin.display(description="video", ordering="video__title" if not video_is_mapped() else None)
    def short_title(self, forecast: MLPrediction) -> str:
        return truncatechars(str(forecast.video), 40)

    @admin.display(description="views after 30 days", ordering="predicted_views_30d")
    def views(self, forecast: MLPrediction) -> str:
        return _with_interval(forecast, "views_30d")

    @admin.display(description="engagement rate", ordering="predicted_engagement_rate")
    def engagement(self, forecast: MLPrediction) -> str:
        return _with_interval(forecast, "engagement_rate")

    @admin.display(description="revenue of 30 days", ordering="predicted_revenue_30d")
    def revenue(self, forecast: MLPrediction) -> str:
        return _with_interval(forecast, "revenue_30d")

    @admin.display(description="confidence", ordering="confidence_score")
    def confidence(self, forecast: MLPrediction) -> str:
        return _number(forecast.confidence_score, 2)

    @admin.display(description=f"forecasts with {PERCENT} % intervals")
    def all_targets(self, forecast: MLPrediction) -> SafeString:
        rows = (
            (target, _with_interval(forecast, target), *_chances(forecast, target), forecast.why(target))
            for target in TARGETS
        )
        heads = ("target", "forecast", "above zero", "beats typical", "within a factor of two", "why")
        return _table(heads, rows)

    @admin.display(description="what it was made from")
    def features(self, forecast: MLPrediction) -> SafeString:
        known = {name: fact for name, fact in forecast.features_used.items() if fact["value"] is not None}
        return _table(
            ("feature", "value", "unit"), ((name, _shown(f["value"]), f["unit"]) for name, f in known.items())
        )

    @admin.display(description="whose figures these are")
    def source(self, forecast: MLPrediction) -> str:
        """Say that they are not the platform's, where its terms ask for that."""
        from downloader.services.connections import derived_label

        return derived_label(getattr(forecast.video, "channel_id", "")) or "Computed by Foreview."

    readonly_fields = (
        "video",
        "as_of",
        "issue_age_days",
        "model_type",
        "model_version",
        "all_targets",
        "source",
        "features",
    )
    fields = readonly_fields


def _chances(forecast: MLPrediction, target: Target) -> tuple[str, ...]:
    told = forecast.by_target[target]
    # Written before that chance was kept, a forecast does not have it.
    return tuple("–" if name not in told else f"{told[name]:.0%}" for name in _CHANCES)


def _table(heads: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> SafeString:
    head = format_html_join("", "<th scope=col>{}</th>", ((name,) for name in heads))
    body = ((format_html_join("", "<td>{}</td>", ((cell,) for cell in row)),) for row in rows)
    return format_html(
        "<table><thead><tr>{}</tr></thead><tbody>{}</tbody></table>", head, format_html_join("", "<tr>{}</tr>", body)
    )


def _shown(value: float | str) -> str:
    return f"{value:,.4g}" if isinstance(value, float) else str(value)


def _number(value: float | None, digits: int) -> str:
    return "–" if value is None else f"{value:,.{digits}f}"


def _with_interval(forecast: MLPrediction, target: Target) -> str:
    """Return point and interval with the unit: ``1,204 (640 to 2,310) views``."""
    digits = 0 if TARGET_UNITS[target] == "views" else 2
    low, high = forecast.interval(target, PERCENT)
    point = forecast.by_target[target]["point"]
    return f"{point:,.{digits}f} ({low:,.{digits}f} to {high:,.{digits}f}) {TARGET_UNITS[target]}"


admin.site.register(MLPrediction, PredictionAdmin)
if not video_is_mapped():
    admin.site.register(VideoDownload, VideoAdmin)
