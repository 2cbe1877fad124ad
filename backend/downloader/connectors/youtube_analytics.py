"""YouTube Analytics API v2: what each day of Los Angeles added, and earned."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

import polars as pl

from downloader.connectors.failures import ConnectAgain, Refused
from downloader.connectors.session import Session
from foreview.tables.schema import DAILY, EARNINGS

TIMEZONE: Final = "America/Los_Angeles"
"""Where the days of YouTube begin and end."""
FIRST_DAY: Final = date(2005, 4, 23)
"""Of the first video ever."""
PAGE: Final = 1_000
_COUNTS: Final = {
    "views": "views",
    "likes": "likes",
    "comments": "comments",
    "shares": "shares",
    "watch_time_s": "estimatedMinutesWatched",
}
_NEVER_BELOW_ZERO: Final = frozenset(column.name for column in DAILY if column.minimum == 0)
_REVENUE: Final = {"revenue_usd": "estimatedRevenue"}


@dataclass(frozen=True, slots=True)
class KnownUntil:
    """The last days that YouTube has worked out; None: there is none, or it is not told."""

    counts: date | None
    revenue: date | None


def known_until(session: Session, today: date, *, monetary: bool) -> KnownUntil:
    """Return the last days for which the channel has counts and revenue: what is absent later is not known yet."""
    return KnownUntil(_last_day(session, today, _COUNTS), _last_revenue(session, today) if monetary else None)


def daily_counts(session: Session, video_id: str, first: date, last: date) -> pl.DataFrame:
    """Return a row for each day from ``first`` to ``last``, for all of which YouTube has worked out the counts."""
    return _each_day(session, video_id, first, last, _COUNTS)


def daily_earnings(session: Session, video_id: str, first: date, last: date) -> pl.DataFrame:
    """Return a row for each day from ``first`` to ``last``, for all of which YouTube has worked out the revenue [USD]."""
    return _each_day(session, video_id, first, last, _REVENUE)


def _last_revenue(session: Session, today: date) -> date | None:
    try:
        return _last_day(session, today, _REVENUE)
    except (Refused, ConnectAgain):
        return None  # a channel that earns nothing may not ask; what else is asked for still is answered


def _last_day(session: Session, today: date, metrics: dict[str, str]) -> date | None:
    rows = next(_pages(session, FIRST_DAY, today, metrics, sort="-day", maxResults=1))
    return date.fromisoformat(rows[0]["day"]) if rows else None


def _each_day(session: Session, video_id: str, first: date, last: date, metrics: dict[str, str]) -> pl.DataFrame:
    """Return the report as one row a day: a day that it leaves out is one on which nothing happened."""
    told: dict[date, dict[str, float]] = {}
    for rows in _pages(session, first, last, metrics, sort="day", filters=f"video=={video_id}", maxResults=PAGE):
        told |= {date.fromisoformat(row["day"]): row for row in rows}
    days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    columns = {"video_id": [video_id] * len(days), "date": days} | {
        name: [_value(told.get(day, {}).get(metric, 0), name) for day in days] for name, metric in metrics.items()
    }
    schema = {column.name: column.dtype for column in (*DAILY, *EARNINGS) if column.name in columns}
    return pl.DataFrame(columns, schema=schema)


def _value(value: float, name: str) -> float:
    """Return a metric in the unit of the catalogue; where none below zero may be, more was taken back that day than came."""
    value = float(value) * 60 if name == "watch_time_s" else float(value)
    return max(value, 0.0) if name in _NEVER_BELOW_ZERO else value


def _pages(
    session: Session, first: date, last: date, metrics: dict[str, str], **asked: Any
) -> Iterator[Sequence[dict[str, Any]]]:
    """Yield the rows of a report by day, page by page, each under the names that its headers say."""
    reports, begin = session.service("youtubeAnalytics", "v2").reports(), 1
    while True:
        request = reports.query(
            ids="channel==MINE",
            startDate=first.isoformat(),
            endDate=last.isoformat(),
            dimensions="day",
            metrics=",".join(metrics.values()),
            currency="USD",
            startIndex=begin,
            **asked,
        )
        answer = session.ask(request)
        names = [header["name"] for header in answer.get("columnHeaders", ())]
        rows = [dict(zip(names, row, strict=True)) for row in answer.get("rows", ())]
        yield rows
        if len(rows) < asked["maxResults"]:
            return
        begin += len(rows)
