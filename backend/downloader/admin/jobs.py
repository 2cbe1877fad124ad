"""The admin of jobs: asked for, looked at, cancelled; with the schedule above the list."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from downloader.models import Job
from downloader.services.jobs.kinds import check_arguments, kinds
from downloader.services.jobs.queueing import cancel, enqueue
from downloader.services.jobs.schedule import planned
from foreview.errors import ForeviewError, UsageError

if TYPE_CHECKING:
    _Jobs = admin.ModelAdmin[Job]
    _Asked = forms.ModelForm[Job]
else:  # only the stubs know what is administered
    _Jobs, _Asked = admin.ModelAdmin, forms.ModelForm


class Asked(_Asked):
    """What is asked for: a kind and its arguments."""

    kind = forms.ChoiceField(choices=lambda: [(name, name) for name in kinds()])

    class Meta:
        model = Job
        fields = ["kind", "arguments"]

    def clean(self) -> dict[str, Any]:
        """Refuse arguments that the kind does not take."""
        found = super().clean() or {}
        try:
            if "kind" in found and "arguments" in found:
                check_arguments(found["kind"], found["arguments"] or {})
        except UsageError as error:
            self.add_error("arguments", str(error))
        return found


@admin.action(description="Cancel the selected jobs")
def cancel_selected(_admin: _Jobs, request: HttpRequest, queryset: QuerySet[Job]) -> None:
    """Cancel what is selected: at once what waits, at its next step what runs."""
    jobs = [cancel(pk) for pk in queryset.values_list("pk", flat=True)]
    running = sum(job.is_active for job in jobs)
    messages.success(
        request, f"{len(jobs) - running} no longer wait; {running} that run{'s' * (running == 1)} end at the next step."
    )


class JobAdmin(_Jobs):
    form = Asked
    change_list_template = "admin/downloader/job/jobs_and_schedule.html"
    list_display = ["pk", "kind", "state", "how_far", "asked_by", "attempts", "created_at", "started_at", "finished_at"]
    list_filter = ["state", "kind"]
    list_per_page = 50
    actions = [cancel_selected]
    readonly_fields = (
        "kind",
        "arguments",
        "state",
        "how_far",
        "failure",
        "result",
        "asked_by",
        "attempts",
        "most_attempts",
        "cancel_requested",
        "due_at",
        "created_at",
        "started_at",
        "finished_at",
        "lines",
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Job]:
        """Leave the logs of a whole list where they are."""
        return super().get_queryset(request).defer("log")

    def get_readonly_fields(self, _request: HttpRequest, obj: Job | None = None) -> tuple[str, ...]:
        """A job that was asked for is not changed, only cancelled."""
        return () if obj is None else self.readonly_fields

    def get_fields(self, _request: HttpRequest, obj: Job | None = None) -> tuple[str, ...]:
        """Kind and arguments are asked; then everything is shown."""
        return ("kind", "arguments") if obj is None else self.readonly_fields

    def has_change_permission(self, _request: HttpRequest, _obj: Job | None = None) -> bool:
        """Jobs are read only."""
        return False

    def has_delete_permission(self, _request: HttpRequest, _obj: Job | None = None) -> bool:
        """Jobs are kept: they say what was done."""
        return False

    def save_model(self, request: HttpRequest, obj: Job, form: Any, change: bool) -> None:  # noqa: ARG002  (Django's signature)
        """Ask for the job instead of writing a row."""
        try:
            job = enqueue(obj.kind, obj.arguments, asked_by=f"admin: {request.user}")
        except ForeviewError as error:
            messages.error(request, str(error))
        else:
            obj.pk, obj.state = job.pk, job.state

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Show the schedule above the jobs."""
        return super().changelist_view(request, {**(extra_context or {}), "schedule": planned(timezone.now())})

    @admin.display(description="progress")
    def how_far(self, job: Job) -> str:
        said = job.progress()
        return f"{said} (to be cancelled)" if job.cancel_requested and job.is_active else said or "–"

    @admin.display(description="error")
    def failure(self, job: Job) -> str:
        return job.why_failed() or "–"

    @admin.display(description="log")
    def lines(self, job: Job) -> SafeString:
        return format_html("<pre>{}</pre>", job.log or "–")


admin.site.register(Job, JobAdmin)
