"""``manage.py recompute_forecast ROW``: a stored forecast made again from its record."""

from __future__ import annotations

import sys
from typing import Any

from django.core.management.base import CommandParser

from downloader.management.steps import StepsCommand
from downloader.services.ledger import recompute_forecast


class Command(StepsCommand):
    help = (
        "Make a forecast of the ledger again, from its record and its release alone; exit code 1 where a digit differs."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("row", type=int, help="number of the row")

    def handle(self, *, row: int, **_options: Any) -> None:
        found = recompute_forecast(row)
        if found.is_same:
            self.console.print(f"Row {row}: the same bit for bit, by release {found.release}.")
            return
        self.console.print(f"Row {row} differs, by release {found.release} (stored, now):")
        for difference in found.differences:
            self.console.print(f"  {difference}", soft_wrap=True)
        sys.exit(1)
