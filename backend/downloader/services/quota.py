"""What may be asked of Google on a day: counted before it is asked, for all connections together."""

from __future__ import annotations

from datetime import date, datetime
from typing import Final
from zoneinfo import ZoneInfo

from django.db.models import F, Sum

from downloader.configuration import quota
from downloader.connectors.failures import QuotaSpent
from downloader.models import QuotaUse

GOOGLES_ZONE: Final = ZoneInfo("America/Los_Angeles")


def quota_day(now: datetime) -> date:
    """Return the day whose quota it is at ``now``.

    Examples
    --------
    >>> from datetime import UTC
    >>> [quota_day(datetime(2026, 11, 1, hour, 59, tzinfo=UTC)).day for hour in (6, 7)]
    [31, 1]

    """
    return now.astimezone(GOOGLES_ZONE).date()


def spend(method: str, now: datetime) -> None:
    """Count a unit of ``method``, such as youtube.videos.list, at ``now``.

    Raises
    ------
    QuotaSpent
        If nothing is left of the day.

    """
    api, day = method.partition(".")[0], quota_day(now)
    uses = QuotaUse.objects.filter(day=day, api=api)
    if uses.filter(refused=True).exists():
        raise QuotaSpent(api, "Google said that nothing is left")
    limit = quota()[api]
    if (used := uses.aggregate(units=Sum("units"))["units"] or 0) >= limit:
        raise QuotaSpent(api, f"{used:,} of {limit:,} units are used")
    use, _ = QuotaUse.objects.get_or_create(day=day, method=method, defaults={"api": api})
    QuotaUse.objects.filter(pk=use.pk).update(units=F("units") + 1)


def write_refusal(api: str, now: datetime) -> None:
    """Keep that Google gives nothing more today, so that it is not asked."""
    day = quota_day(now)
    QuotaUse.objects.update_or_create(day=day, method=f"{api}.", defaults={"api": api, "refused": True})
