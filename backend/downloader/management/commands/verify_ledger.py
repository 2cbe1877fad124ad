"""``manage.py verify_ledger``: whether a row of the ledger was changed, removed or inserted."""

from __future__ import annotations

import re
from typing import Any

from django.core.management.base import CommandParser

from downloader.management.steps import StepsCommand
from downloader.services.ledger import verify_ledger
from foreview.errors import UsageError
from foreview.monitoring.ledger import Tail


class Command(StepsCommand):
    help = "Walk the ledger and name the first row that was changed, removed or inserted; exit code 3 if there is one."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--remembered",
            metavar="NUMBER:DIGEST",
            default="",
            help="a row that was written down elsewhere when this command printed it: who rewrites the whole ledger is found by it",
        )

    def handle(self, *, remembered: str, **_options: Any) -> None:
        with self.step("verifying"):
            tail = verify_ledger(_tail(remembered) if remembered else None)
        self.console.print(
            f"The ledger is whole; it ends at {tail.number}:{tail.digest} ({self.took['verifying']:.1f} s).",
            soft_wrap=True,
        )


def _tail(text: str) -> Tail:
    number, _, digest = text.partition(":")
    if not number.isdecimal() or not re.fullmatch(r"[0-9a-f]{64}", digest):
        raise UsageError("a remembered row is NUMBER:DIGEST, as this command prints it", f"found {text!r:.100}")
    return Tail(int(number), digest)
