"""``manage.py watch``: look at what serves, and raise alerts."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser

from downloader.management.steps import StepsCommand, moment
from downloader.models import Alert
from downloader.services.watching import watch


class Command(StepsCommand):
    help = "Look for drift of the inputs, lost coverage and lasting shifts, raise alerts, and say what error is to be expected."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--as-of", default="", help="what was known then (2026-05-01 or with time); default: now")

    def handle(self, *, as_of: str, **_options: Any) -> None:
        with self.step("watching"):
            seen = watch(as_of=moment(as_of) if as_of else None)
        for target, error in seen.expected.items():
            self.console.print(
                f"{target}: forecasts still open are expected to be off by {error:.3f} ln units on average."
            )
        standing = Alert.objects.filter(acknowledged_at=None)
        self.console.print(f"{len(seen.alerts)} alerts because of this look, {standing.count()} standing.")
        for alert in standing:
            self.console.print(f"  {alert.pk}  {alert}: {alert.text}")
