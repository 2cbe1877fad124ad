"""The admin of imports: which there were and what came of them. Adding one, and each one's page, lead to where files are sent, looked at and taken back."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import NoReverseMatch, reverse

from downloader.admin.releases import ReadOnly
from downloader.models import ImportRun


@admin.register(ImportRun)
class ImportRunAdmin(ReadOnly):
    list_display = ("pk", "created_at", "who", "file", "kind", "state", "added", "changed", "refused")
    list_filter = ("state", "kind")
    search_fields = ("who", "file", "sha256")

    def has_add_permission(self, request: HttpRequest) -> bool:  # noqa: ARG002  (Django's signature)
        """Return whether the project has the pages of Foreview."""
        return _page("data") is not None

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:  # noqa: ARG002
        """Lead to the page that takes a file: preview, apply and undo are one implementation."""
        return redirect("foreview:data")

    def view_on_site(self, obj: Model) -> str | None:
        """Return the address of the import's own page."""
        return _page("data-import", obj.pk)

    @admin.display(description="rows added")
    def added(self, run: ImportRun) -> int:
        """Return how many rows were new, of all tables."""
        return sum(int(count["added"]) for count in run.counts.values())

    @admin.display(description="rows changed")
    def changed(self, run: ImportRun) -> int:
        """Return how many rows were changed, of all tables."""
        return sum(int(count["changed"]) for count in run.counts.values())


def _page(name: str, *args: int) -> str | None:
    try:
        return reverse(f"foreview:{name}", args=args)
    except NoReverseMatch:  # a project may use the app without its pages
        return None
