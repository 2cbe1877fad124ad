"""``manage.py rollback_release --reason …``: let the release serve again that served before."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser

from downloader.management.steps import StepsCommand, user_name
from downloader.services.promotion import rollback_release


class Command(StepsCommand):
    help = "Let the release serve again that served before the one that serves now. Interrupted, this one serves on."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--reason", required=True, help="why; the log keeps it for ever")
        parser.add_argument("--by", default=user_name(), help="who does it; default: the user of this machine")

    def handle(self, *, reason: str, by: str, **_options: Any) -> None:
        row = rollback_release(reason=reason, by=by)
        before = "" if row.previous is None else f", in the place of {row.previous.version}"
        self.console.print(f"{row.release.version} serves again{before}.")
