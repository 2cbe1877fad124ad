"""The admin: videos with what was observed of them, and their forecasts, which are read only."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import admin, messages
from django.db.models import Model, QuerySet
from django.http import HttpRequest

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
        "ml_predicted_views_30d",
        "ml_predicted_revenue_30d",
        "ml_confidence",
    ]
    list_filter = ["is_short", "status", "platform", "published_at"]
    search_fields = ["title", "source_id", "channel_id"]
    date_hierarchy = "published_at"
    list_per_page = 50
    actions = [forecast_selected]
    inlines = [AnalyticsInline, EarningsInline, SnapshotInline]
    readonly_fields = ["created_at", "ml_predicted_views_30d", "ml_predicted_revenue_30d", "ml_confidence"]


class PredictionAdmin(_Forecasts):
    list_display = [
        "video",
        "views",
        "engagement",
        "revenue",
        "confidence_score",
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

    @admin.display(description="views after 30 days", ordering="predicted_views_30d")
    def views(self, forecast: MLPrediction) -> str:
        return _with_interval(forecast, "views_30d")

    @admin.display(description="engagement rate", ordering="predicted_engagement_rate")
    def engagement(self, forecast: MLPrediction) -> str:
        return _with_interval(forecast, "engagement_rate")

    @admin.display(description="revenue of 30 days", ordering="predicted_revenue_30d")
    def revenue(self, forecast: MLPrediction) -> str:
        return _with_interval(forecast, "revenue_30d")

    @admin.display(description=f"forecasts with {PERCENT} % intervals")
    def all_targets(self, forecast: MLPrediction) -> str:
        return "; ".join(f"{target}: {_with_interval(forecast, target)}" for target in TARGETS)

    readonly_fields = ["all_targets"]


def _with_interval(forecast: MLPrediction, target: Target) -> str:
    """Return point and interval with the unit: ``1,204 (640 to 2,310) views``."""
    digits = 0 if TARGET_UNITS[target] == "views" else 2
    low, high = forecast.interval(target, PERCENT)
    point = forecast.by_target[target]["point"]
    return f"{point:,.{digits}f} ({low:,.{digits}f} to {high:,.{digits}f}) {TARGET_UNITS[target]}"


admin.site.register(MLPrediction, PredictionAdmin)
if not video_is_mapped():
    admin.site.register(VideoDownload, VideoAdmin)
