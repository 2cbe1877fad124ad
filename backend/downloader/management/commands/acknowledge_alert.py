"""``manage.py acknowledge_alert NUMBER``: say that somebody has seen to it."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser

from downloader.management.steps import StepsCommand, user_name
from downloader.services.alerts import acknowledge


class Command(StepsCommand):
    help = "Say that somebody has seen to an alert. Noticed again, it is a new one."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("number", type=int, help="number of the alert, see `watch`")
        parser.add_argument("--by", default=user_name(), help="who; default: the user of this machine")
        parser.add_argument("--note", default="", help="what was done about it")

    def handle(self, *, number: int, by: str, note: str, **_options: Any) -> None:
        self.console.print(f"{acknowledge(number, by=by, note=note)} is acknowledged.")
