"""The time a service works at."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone

from foreview.tables.catalogue import utc_ms


def issue_time(as_of: datetime | None) -> datetime:
    """Return ``as_of``, or now, in whole milliseconds, as the core counts."""
    t = utc_ms(as_of or timezone.now())
    return t.replace(microsecond=t.microsecond // 1000 * 1000)
