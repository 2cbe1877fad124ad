"""The admin of imports: which there were and what came of them; they are made and taken back by commands and the API."""

from __future__ import annotations

from django.contrib import admin

from downloader.admin.releases import ReadOnly
from downloader.models import ImportRun


@admin.register(ImportRun)
class ImportRunAdmin(ReadOnly):
    list_display = ("pk", "created_at", "who", "file", "kind", "state", "added", "changed", "refused")
    list_filter = ("state", "kind")
    search_fields = ("who", "file", "sha256")

    @admin.display(description="rows added")
    def added(self, run: ImportRun) -> int:
        """Return how many rows were new, of all tables."""
        return sum(int(count["added"]) for count in run.counts.values())

    @admin.display(description="rows changed")
    def changed(self, run: ImportRun) -> int:
        """Return how many rows were changed, of all tables."""
        return sum(int(count["changed"]) for count in run.counts.values())
