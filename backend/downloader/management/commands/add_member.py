"""``manage.py add_member USER CHANNEL …``: lets a user see channels."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser

from downloader import selectors
from downloader.management.steps import StepsCommand
from downloader.services.access import ROLES, add_member, set_role


class Command(StepsCommand):
    help = "Let a user see channels, and say what this user may do."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("user", help="name at signing in")
        parser.add_argument("channels", nargs="*", help="channel_id of the videos")
        parser.add_argument("--role", choices=tuple(ROLES), help="viewer reads, analyst writes too, operator runs it")

    def handle(self, *, user: str, channels: list[str], role: str | None, **_options: Any) -> None:
        found = selectors.user_named(user)
        add_member(found, channels)
        if role:
            set_role(found, role)
        sees = ", ".join(sorted(selectors.channels_of(found))) or "no channel"
        self.console.print(f"{user} sees {sees}.")
