"""The admin of experiments, alerts and metric regimes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin, messages
from django.db.models import Model, QuerySet
from django.http import HttpRequest

from downloader.admin.releases import ReadOnly, ReasonForm
from downloader.models import Alert, Experiment, MetricRegime
from foreview.errors import ForeviewError

if TYPE_CHECKING:
    _Regimes = admin.ModelAdmin[MetricRegime]
else:  # only the stubs know what is administered
    _Regimes = admin.ModelAdmin


@admin.action(description="Stop the selected experiment", permissions=["follow"])
def stop_selected(_admin: Any, request: HttpRequest, queryset: QuerySet[Any]) -> None:
    """End what is selected with the reason that was given."""
    from downloader.services.experiments import stop_experiment

    for experiment in queryset:
        try:
            stop_experiment(experiment.name, reason=request.POST.get("reason", ""))
        except ForeviewError as error:
            messages.error(request, str(error))
        else:
            messages.success(request, f"{experiment.name} was stopped.")


class ExperimentAdmin(ReadOnly):
    list_display = ["name", "state", "outcome", "champion", "challenger", "mode", "target", "started_at", "ended_at"]
    list_filter = ["state", "mode"]
    list_select_related = ["champion", "challenger"]
    action_form = ReasonForm
    actions = [stop_selected]
    readonly_fields = ["so_far"]

    def has_follow_permission(self, request: HttpRequest) -> bool:
        """Return whether the user may end experiments."""
        return request.user.has_perm("downloader.change_experiment")

    @admin.display(description="so far")
    def so_far(self, experiment: Experiment) -> str:
        """Say where it stands, from the ledger."""
        from downloader.services.experiments import follow_experiment

        found = follow_experiment(experiment)
        if found.mean is None:
            return "no video of which both made a forecast has matured yet"
        return f"{found.pairs} videos, mean difference {found.mean:+.3f} ln units ({found.low:+.3f} to {found.high:+.3f}): {found.outcome}"


@admin.action(description="Acknowledge", permissions=["acknowledge"])
def acknowledge_selected(_admin: Any, request: HttpRequest, queryset: QuerySet[Any]) -> None:
    """Say that somebody has seen to what is selected; the reason is kept as a note."""
    from downloader.services.alerts import acknowledge

    standing = list(queryset.filter(acknowledged_at=None).values_list("pk", flat=True))
    for pk in standing:
        acknowledge(pk, by=request.user.get_username(), note=request.POST.get("reason", ""))
    messages.success(request, f"{len(standing)} acknowledged.")


class AlertAdmin(ReadOnly):
    list_display = ["raised_at", "kind", "subject", "last_seen_at", "acknowledged_at", "acknowledged_by"]
    list_filter = ["kind", ("acknowledged_at", admin.EmptyFieldListFilter)]
    action_form = ReasonForm
    actions = [acknowledge_selected]

    def has_acknowledge_permission(self, request: HttpRequest) -> bool:
        """Return whether the user may acknowledge alerts."""
        return request.user.has_perm("downloader.change_alert")


class MetricRegimeAdmin(_Regimes):
    list_display = ["name", "platform", "format", "at", "by", "source"]
    list_filter = ["platform", "format"]
    exclude = ["by"]

    def save_model(self, request: HttpRequest, obj: Model, form: Any, change: bool) -> None:
        """Keep who confirmed it."""
        obj.by = request.user.get_username()  # type: ignore[attr-defined]  # a MetricRegime
        super().save_model(request, obj, form, change)  # type: ignore[arg-type]  # a MetricRegime


admin.site.register(Experiment, ExperimentAdmin)
admin.site.register(Alert, AlertAdmin)
admin.site.register(MetricRegime, MetricRegimeAdmin)
