"""The time a service works at, and times as people and programs write them."""

from __future__ import annotations

from datetime import date, datetime, tzinfo

from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime

from foreview.errors import UsageError
from foreview.tables.catalogue import utc_ms
from foreview.vocabulary import YEARS


def issue_time(as_of: datetime | None) -> datetime:
    """Return ``as_of``, or now, in whole milliseconds, as the core counts."""
    t = utc_ms(as_of or timezone.now())
    return t.replace(microsecond=t.microsecond // 1000 * 1000)


def past_time(as_of: datetime | None) -> datetime:
    """Return the issue time of what is written down for ever.

    Raises
    ------
    UsageError
        If it is to come: what is not known yet would be written as what never came.

    """
    t, now = issue_time(as_of), issue_time(None)
    if t > now:
        raise UsageError(
            "an issue time is now or before",
            f"asked as of {t.isoformat()}, and it is {now.isoformat()}",
            "Leave it out for now",
        )
    return t


def moment_said(text: str, zone: tzinfo | None = None) -> datetime | None:
    """Return the time that a text says, None where it says none; without a time zone it is in ``zone``, and refused for None.

    Examples
    --------
    >>> from datetime import UTC
    >>> moment_said("2026-05-01T12:00", UTC) == moment_said("2026-05-01T12:00:00Z"), moment_said("")
    (True, None)

    """
    try:
        found = parse_datetime(text)
    except ValueError:
        found = None
    if found is not None and found.tzinfo is None:
        found = found.replace(tzinfo=zone)
    if text and (found is None or found.tzinfo is None):
        raise UsageError(f"a time is written as 2026-05-01T12:00{':00Z' if zone is None else ''}", f"found {text!r}")
    _check_year(found)
    return found


def day_said(text: str) -> date | None:
    """Return the day that a text says, None where it says none."""
    try:
        found = parse_date(text)
    except ValueError:
        found = None
    if text and found is None:
        raise UsageError("a day is written as 2026-05-01", f"found {text!r}")
    _check_year(found)
    return found


def _check_year(said: date | None) -> None:
    if said is not None and said.year not in YEARS:
        raise UsageError(f"a time is one between {YEARS[0]} and {YEARS[-1]}", f"found {said.isoformat()}")
