"""``manage.py list_imports``: what was imported, and what came of it."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser

from downloader import selectors
from downloader.management.commands.import_data import counted
from downloader.management.steps import StepsCommand, whole


class Command(StepsCommand):
    help = "Show the last imports, the youngest first."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--limit", type=whole(1, 10_000), default=20, metavar="N", help="at most so many (20)")

    def handle(self, *, limit: int, **_options: Any) -> None:
        for run in selectors.import_page(None, None, limit)[:limit]:
            came = run.error["fact"] if run.error else counted(run)
            said = (
                f"{run.pk} {run.created_at:%Y-%m-%d %H:%M} UTC, {run.who}: {run.file} ({run.kind}) {run.state}; {came}."
            )
            self.console.print(said, soft_wrap=True, highlight=False, markup=False)
