"""``manage.py judge_videos``: how unusual the videos are."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser

from downloader.management.steps import StepsCommand, moment
from downloader.services.judging import judge_videos


class Command(StepsCommand):
    help = "Say of all usable videos how unusual they are beside typical and chance, for the list of videos and the first page."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--as-of", default="", help="moment (2026-05-01 or with time); default: now")

    def handle(self, *, as_of: str, **_options: Any) -> None:
        with self.step("judging") as report:
            done = judge_videos(as_of=moment(as_of) if as_of else None, progress=report)
        self.console.print(f"{done['judged']} videos judged, {done['outside']} outside their normal range.")
