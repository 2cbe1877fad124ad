"""``manage.py prune_ledger --before …``: the retention rule of the ledger."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser

from downloader.management.steps import StepsCommand, moment
from downloader.services.ledger import prune_ledger


class Command(StepsCommand):
    help = "Remove the beginning of the ledger, written before a moment; the rest still verifies. Nothing else removes rows."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--before", required=True, help="2025-05-01 or with time: what was written before goes")

    def handle(self, *, before: str, **_options: Any) -> None:
        with self.step("removing"):
            count = prune_ledger(moment(before))
        self.console.print(f"{count} rows removed in {self.took['removing']:.1f} s.")
