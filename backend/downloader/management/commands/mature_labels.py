"""``manage.py mature_labels``: what became of the videos that were forecast."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser

from downloader.management.steps import StepsCommand, moment
from downloader.services.maturing import STATUSES, mature_labels
from downloader.services.promotion import promote_when_better


class Command(StepsCommand):
    help = (
        "Write the outcomes that have matured into the ledger, each once; then, where FOREVIEW allows it, promote a candidate that has "
        "shown to be better."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--as-of", default="", help="what was known then (2026-05-01 or with time); default: now")

    def handle(self, *, as_of: str, **_options: Any) -> None:
        cutoff = moment(as_of) if as_of else None
        with self.step("maturing") as report:
            written = mature_labels(as_of=cutoff, progress=report)
            promotion = promote_when_better(as_of=cutoff)
        self.console.print(f"{sum(written.values())} outcomes written in {self.took['maturing']:.1f} s.")
        for status, count in written.items():
            if count:
                self.console.print(f"  {status}: {count} ({STATUSES[status]})")
        if promotion is not None:
            self.console.print(f"{promotion.release.version} serves from now on: {promotion.reason}.")
