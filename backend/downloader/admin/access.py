"""The admin of who may use the API: members are entered, keys and the audit log looked at; keys are made by a command, which shows them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from downloader.admin.releases import ReadOnly
from downloader.models import ApiKey, AuditEntry, Membership, SharedLink

if TYPE_CHECKING:
    _Memberships = admin.ModelAdmin[Membership]
else:  # only the stubs know what is administered
    _Memberships = admin.ModelAdmin


@admin.action(description="Revoke the selected keys", permissions=["revoke"])
def revoke_selected(_admin: Any, _request: HttpRequest, queryset: QuerySet[Any]) -> None:
    """Let what is selected open nothing any more."""
    from downloader.services.access import revoke_key

    for key in queryset:
        revoke_key(key.prefix)


@admin.register(ApiKey)
class ApiKeyAdmin(ReadOnly):
    list_display = ("prefix", "name", "owner", "scopes", "expires_at", "revoked_at", "last_used_at")
    list_select_related = ("owner",)
    actions = (revoke_selected,)

    def has_revoke_permission(self, request: HttpRequest) -> bool:
        """Return whether the user may end keys."""
        return request.user.has_perm("downloader.change_apikey")


@admin.register(SharedLink)
class SharedLinkAdmin(ReadOnly):
    list_display = ("name", "owner", "channels", "with_titles", "expires_at", "revoked_at", "last_used_at")
    list_select_related = ("owner",)


@admin.register(Membership)
class MembershipAdmin(_Memberships):
    list_display = ("user", "channel_id", "created_at")
    list_select_related = ("user",)
    search_fields = ("channel_id",)


@admin.register(AuditEntry)
class AuditEntryAdmin(ReadOnly):
    list_display = ("at", "who", "key", "method", "path", "status", "object")
    search_fields = ("who", "key", "path")
