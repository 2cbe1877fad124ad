"""``manage.py disconnect N``: lets go of a connection."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser

from downloader.management.steps import StepsCommand
from downloader.selectors.connections import connection_numbered
from downloader.services.connections import disconnect


class Command(StepsCommand):
    help = "Revoke and forget the token of a connection, and delete what was read through it where it says so."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("connection", type=int, help="its number, see list_connections")

    def handle(self, *, connection: int, **_options: Any) -> None:
        found = connection_numbered(connection)
        said = "What was read is deleted." if found.delete_on_disconnect else "What was read is kept."
        revoked = disconnect(found)
        token = (
            "Google has revoked the token." if revoked else "Google did not say that it revoked the token: look there."
        )
        self.stdout.write(f"Disconnected: {found}. {said} {token}")
