"""``manage.py revoke_api_key PREFIX``: lets a key open nothing any more."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser

from downloader.management.steps import StepsCommand
from downloader.services.access import revoke_key


class Command(StepsCommand):
    help = "Let a key of the API open nothing from now on."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("prefix", help="beginning of the key, as `list_api_keys` shows it")

    def handle(self, *, prefix: str, **_options: Any) -> None:
        self.console.print(f"{revoke_key(prefix)} opens nothing any more.")
