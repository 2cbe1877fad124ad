"""The admin of releases, of the log of what served when, and of the ledger: all of it read only, but for what actions do."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import ActionForm
from django.db.models import Model, QuerySet, Subquery
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString

from downloader.models import LedgerRow, Promotion, Release
from foreview.errors import ForeviewError

if TYPE_CHECKING:
    _Admin = admin.ModelAdmin[Model]
else:  # only the stubs know what is administered
    _Admin = admin.ModelAdmin


class ReasonForm(ActionForm):
    """What is asked beside an action."""

    reason = forms.CharField(required=False, label="Reason", help_text="kept in the log for ever")


class ReadOnly(_Admin):
    """Rows that are looked at; what happens to them, services do."""

    actions_selection_counter = False
    list_per_page = 50

    def has_add_permission(self, request: HttpRequest) -> bool:  # noqa: ARG002  (Django's signature)
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:  # noqa: ARG002  (Django's signature)
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:  # noqa: ARG002  (Django's signature)
        return False


def _told(request: HttpRequest, act: Callable[[], str]) -> None:
    """Do something and say what came of it; an error is shown, not thrown."""
    try:
        messages.success(request, act())
    except ForeviewError as error:
        messages.error(request, str(error))


def _promoted(request: HttpRequest, queryset: QuerySet[Any], promote: Callable[..., Promotion]) -> None:
    if queryset.count() != 1:
        messages.error(request, "One release serves: select one.")
        return
    said = {"reason": request.POST.get("reason", ""), "by": request.user.get_username()}
    _told(request, lambda: f"{promote(queryset.get().version, **said).release} serves.")


@admin.action(description="Promote, if it passes the gate", permissions=["promote"])
def promote_selected(_admin: Any, request: HttpRequest, queryset: QuerySet[Any]) -> None:
    """Let the selected release serve, or say why it may not."""
    from downloader.services.promotion import promote_release

    _promoted(request, queryset, promote_release)


@admin.action(description="Promote against the gate", permissions=["promote"])
def promote_selected_against_the_gate(_admin: Any, request: HttpRequest, queryset: QuerySet[Any]) -> None:
    """Let the selected release serve, with the reason that was given."""
    from downloader.services.promotion import promote_against_the_gate

    _promoted(request, queryset, promote_against_the_gate)


@admin.action(description="Roll back to what served before (whatever is selected)", permissions=["promote"])
def roll_back(_admin: Any, request: HttpRequest, _queryset: QuerySet[Any]) -> None:
    """Let the release serve again that served before."""
    from downloader.services.promotion import rollback_release

    reason, by = request.POST.get("reason", ""), request.user.get_username()
    _told(request, lambda: f"{rollback_release(reason=reason, by=by).release} serves again.")


def _put(set_state: Callable[[str, str], Release], version: str, state: str) -> str:
    return f"{set_state(version, state)}: {state}."


def _into(state: str, description: str) -> Callable[[Any, HttpRequest, QuerySet[Any]], None]:
    """Return the action that puts the selected releases into a state."""

    @admin.action(description=description, permissions=["promote"])
    def act(_admin: Any, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        from downloader.services.registry import set_state

        for release in queryset:
            _told(request, partial(_put, set_state, release.version, state))

    act.__name__ = f"make_{state}"
    return act


class ReleaseAdmin(ReadOnly):
    list_display = ["version", "standing", "as_of", "videos", "views", "by", "created_at"]
    list_filter = ["state"]
    search_fields = ["version", "reason"]
    date_hierarchy = "as_of"
    action_form = ReasonForm
    actions = [
        promote_selected,
        promote_selected_against_the_gate,
        roll_back,
        _into(Release.State.SHADOW.value, "Record their forecasts in the shadow"),
        _into(Release.State.CANDIDATE.value, "Make them candidates again"),
        _into(Release.State.RETIRED.value, "Retire them"),
    ]
    fields = [
        "version",
        "standing",
        "parent",
        "as_of",
        "trained_at",
        "data_window",
        "kinds",
        "by",
        "reason",
        "card",
        "metrics",
        "files",
        "seal",
    ]
    readonly_fields = ["standing", "card"]

    def has_promote_permission(self, request: HttpRequest) -> bool:
        """Return whether the user may say what serves: who may change releases."""
        return request.user.has_perm("downloader.change_release")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        newest = Promotion.objects.order_by("-number").values("release")[:1]
        found: QuerySet[Any] = super().get_queryset(request).annotate(serving=Subquery(newest))
        return found

    @admin.display(description="state")
    def standing(self, release: Any) -> str:
        return "champion" if release.pk == release.serving else str(release.state)

    @admin.display(description="mature videos")
    def videos(self, release: Release) -> str:
        return f"{release.data_window['videos']:,}"

    @admin.display(description="views are served by")
    def views(self, release: Release) -> str:
        return str(release.kinds["views"]["state"])

    @admin.display(description="card")
    def card(self, release: Release) -> SafeString:
        from downloader.services.serving import release_of
        from foreview.releases.card import card

        try:
            return format_html("<pre>{}</pre>", card(release_of(release.version)))
        except ForeviewError as error:
            return format_html("{}", str(error))


class PromotionAdmin(ReadOnly):
    list_display = ["number", "at", "kind", "release", "previous", "by", "reason"]
    list_select_related = ["release", "previous"]
    list_filter = ["kind"]


class LedgerAdmin(ReadOnly):
    list_display = ["number", "kind", "video", "as_of", "issue_age_days", "format", "release", "role", "target"]
    list_filter = ["kind", "role", "format", "target"]
    search_fields = ["=video", "=release"]
    show_full_result_count = False


admin.site.register(Release, ReleaseAdmin)
admin.site.register(Promotion, PromotionAdmin)
admin.site.register(LedgerRow, LedgerAdmin)
