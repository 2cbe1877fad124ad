"""``manage.py promote_release VERSION --reason …``: let a release serve."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser

from downloader.management.steps import StepsCommand, user_name
from downloader.services.promotion import promote_against_the_gate, promote_release


class Command(StepsCommand):
    help = (
        "Let a release serve from now on, if it errs less than the champion and than typical on videos that neither was trained on. "
        "Interrupted, the old champion serves on."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("version", help="version of the release")
        parser.add_argument("--reason", required=True, help="why; the log keeps it for ever")
        parser.add_argument("--by", default=user_name(), help="who does it; default: the user of this machine")
        parser.add_argument(
            "--against-the-gate",
            action="store_true",
            help="let it serve whatever the gate says; the log keeps that too",
        )

    def handle(self, *, version: str, reason: str, by: str, against_the_gate: bool, **_options: Any) -> None:
        promote = promote_against_the_gate if against_the_gate else promote_release
        with self.step("judging"):
            row = promote(version, reason=reason, by=by)
        before = "the documented prior" if row.previous is None else row.previous.version
        self.console.print(f"{row.release.version} serves, in the place of {before}.")
        if row.evidence and row.evidence["refused"]:
            self.console.print(f"The gate said: {row.evidence['refused']}")
