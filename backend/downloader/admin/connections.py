"""The admin of connections: their switches are set here; tokens are shown nowhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest

from downloader.admin.releases import ReadOnly
from downloader.models import Connection, QuotaUse

if TYPE_CHECKING:
    _Connections = admin.ModelAdmin[Connection]
else:  # only the stubs know what is administered
    _Connections = admin.ModelAdmin


@admin.register(Connection)
class ConnectionAdmin(_Connections):
    list_display = ("__str__", "who", "state", "read_until", "synced_at", "said")
    list_select_related = ("who",)
    fields = (
        "kind", "account", "title", "who", "scopes", "state", "said", "connected_at", "synced_at", "read_until", "totals",
        "retention_days", "delete_on_disconnect", "label_derived",
    )  # fmt: skip
    readonly_fields = fields[:-3]

    def has_add_permission(self, request: HttpRequest) -> bool:  # noqa: ARG002  (Django's signature)
        """Connections are made by their owner's consent, with `connect_youtube`."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:  # noqa: ARG002  (Django's signature)
        """They end with `disconnect`, which also revokes and deletes."""
        return False


@admin.register(QuotaUse)
class QuotaUseAdmin(ReadOnly):
    list_display = ("day", "api", "method", "units", "refused")
