"""``manage.py import_data PATH``: a file or a folder into the database."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from downloader.management.steps import StepsCommand, moment, user_name
from downloader.models import ImportRun
from downloader.services.access import account_of_machine
from downloader.services.importing import apply, preview
from foreview.cli.arguments import pair
from foreview.readers.imported import SourceOptions

SHOWN = 20
"""Refused rows that are shown."""
_ONE = {"videos": "videos", "daily": "days", "snapshots": "snapshots", "earnings": "earnings"}


class Command(StepsCommand):
    help = "Import a source: all of it or nothing, and again without doubles; the later import wins. `undo_import` takes it back."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "path", type=Path, help="a catalogue folder, a file that people have, or a folder of yt-dlp's info files"
        )
        parser.add_argument(
            "--kind", default="", help="catalogue, studio, ytdlp, snapshots, daily; default: as it looks"
        )
        parser.add_argument("--preview", action="store_true", help="show what it would change, and write nothing")
        parser.add_argument(
            "--map",
            dest="mapping",
            type=pair,
            action="append",
            default=[],
            metavar="FIELD=COLUMN",
            help="where a column has another name",
        )
        parser.add_argument("--channel", metavar="ID", help="channel of videos for which the source names none")
        parser.add_argument("--platform", metavar="NAME", help="platform of videos for which the source names none")
        parser.add_argument("--observed-at", type=moment, metavar="T", help="when totals were read")

    def handle(self, *, path: Path, kind: str, **options: Any) -> None:
        account = account_of_machine(user_name(), "command")
        with self.step("reading"):
            run = preview(account, path, kind, _said(**options))
        for note in run.notes:
            self.console.print(f"Note: {note}.", markup=False)
        for row in run.refused_first[:SHOWN]:
            self.console.print(f"Refused: line {row['line'] or '–'}, {row['field']}: {row['reason']}", markup=False)
        if options["preview"]:
            self.console.print(
                f"Would import {counted(run)}. Import {run.pk} is kept; nothing is written.", markup=False
            )
            return
        with self.step("importing") as report:
            run = apply(account, run.pk, report)
        self.console.print(f"Imported {counted(run)} in {self.took['importing']:.1f} s: import {run.pk}.", markup=False)


def counted(run: ImportRun) -> str:
    """Return what an import changes, in words: ``2 videos (0 changed, 1 unchanged), …; 3 rows refused``."""
    parts = [
        f"{count['added']} new {_ONE[table]} ({count['changed']} changed, {count['unchanged']} unchanged)"
        for table, count in run.counts.items()
        if any(count.values())
    ]
    refused = f"; {run.refused} rows refused" if run.refused else ""
    return f"{', '.join(parts) or 'nothing'}{refused}"


def _said(
    *,
    mapping: list[tuple[str, str]],
    channel: str | None,
    platform: str | None,
    observed_at: datetime | None,
    **_: Any,
) -> SourceOptions:
    return SourceOptions(mapping=dict(mapping), channel_id=channel, platform=platform, observed_at=observed_at)
