"""``manage.py connect_youtube USER``: lets Foreview read a channel, or an AdSense account."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser

from downloader import selectors
from downloader.management.steps import StepsCommand
from downloader.models import ConnectionKind
from downloader.services.connections import ask_owner, connect
from foreview.errors import UsageError


class Command(StepsCommand):
    help = "Connect a YouTube channel or an AdSense account. Its owner agrees in a browser, on any machine."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("user", help="who connects it, and then sees the channel's videos")
        parser.add_argument("--kind", choices=ConnectionKind.values, default="youtube", help="what (youtube)")

    def handle(self, *, user: str, kind: str, **_options: Any) -> None:
        who, asked = selectors.user_named(user), ask_owner(kind)
        self.stdout.write(f"Open this address, as the owner, and agree:\n\n{asked.url}\n")
        self.stdout.write(
            "The browser then ends at an address that begins with your redirect address; nothing answers there."
        )
        connection = connect(who, asked, self._pasted())
        self.stdout.write(
            f"Connected: {connection.pk}, {connection}. `manage.py sync_connections` reads it now, run_worker each night."
        )

    def _pasted(self) -> str:
        try:
            return input("Paste that address: ")
        except EOFError:
            raise UsageError("the address is pasted", "the input ended", "Start again where you can type") from None
