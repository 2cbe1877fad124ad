"""``manage.py sync_connections``: reads what is connected, now."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser

from downloader.management.steps import StepsCommand
from downloader.selectors.connections import connection_numbered, connections
from downloader.services.syncing import Way, sync_connections


class Command(StepsCommand):
    help = "Read what is connected. What was begun and interrupted is gone on with; what was read is kept."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--connection", type=int, metavar="N", help="this one alone, see list_connections")

    def handle(self, *, connection: int | None, **_options: Any) -> None:
        wanted = connections() if connection is None else [connection_numbered(connection)]
        with self.step("reading") as report:
            synced = sync_connections(wanted, Way(report))
        for one in synced:
            self.stdout.write(
                f"{one.connection}: {one.videos} videos read, {one.deleted} rows deleted. {one.said or 'Done.'}"
            )
        if not synced:
            self.stdout.write("Nothing is connected; `manage.py connect_youtube` connects a channel.")
