"""``manage.py import_data CATALOGUE``: a catalogue folder into the database."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from downloader.gateways.importing import import_catalogue
from downloader.management.steps import StepsCommand
from foreview.tables.folder import read_catalogue


class Command(StepsCommand):
    help = "Import a catalogue folder: all of it or nothing, and again without doubles; the later import wins."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "catalogue", type=Path, help="folder as written by `foreview import` or `foreview simulate`"
        )

    def handle(self, *, catalogue: Path, **_options: Any) -> None:
        with self.step("importing") as report:
            done = import_catalogue(read_catalogue(catalogue), report)
        self.console.print(
            f"Imported {done.videos} videos, {done.daily} days, {done.snapshots} snapshots and {done.earnings} earnings "
            f"in {self.took['importing']:.1f} s."
        )
