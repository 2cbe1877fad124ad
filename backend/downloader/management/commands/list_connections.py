"""``manage.py list_connections``: what is connected, and how much of the day's quota is used."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django.utils import timezone
from rich import box
from rich.table import Table

from downloader.configuration import quota
from downloader.management.steps import StepsCommand
from downloader.models import Connection
from downloader.selectors.connections import connections, quota_used
from downloader.services.quota import quota_day


class Command(StepsCommand):
    help = "Show what is connected, what hinders it, and today's use of the quota."

    def handle(self, **_options: Any) -> None:
        table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
        for heading in ("no.", "what", "by", "state", "read until", "last sync", "said"):
            table.add_column(heading)
        for connection in connections():
            table.add_row(*_cells(connection))
        self.console.print(table)
        day, limits = quota_day(timezone.now()), quota()
        for method, units in quota_used(day).items():
            self.stdout.write(f"{day} {method}: {units:,} units; {limits[method.partition('.')[0]]:,} a day of its API")


def _cells(connection: Connection) -> list[str]:
    totals = "; ".join(
        f"{month}: {told['adsense_usd']:,.2f} USD of AdSense, {told['videos_usd']:,.2f} USD of the videos"
        for month, told in connection.totals.items()
    )
    return [
        str(connection.pk),
        str(connection),
        connection.who.get_username(),
        connection.get_state_display(),
        "" if connection.read_until is None else str(connection.read_until),
        _shown(connection.synced_at),
        connection.said or totals,
    ]


def _shown(when: datetime | None) -> str:
    return "" if when is None else f"{when.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
