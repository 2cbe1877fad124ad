"""How whole the data of each channel are: what is there, what is missing, and what cannot be."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime

from downloader import selectors
from downloader.services.access import Account


@dataclass(frozen=True, slots=True)
class Quality:
    """What is known of one channel."""

    channel: str
    """Empty: of videos without one."""
    videos: int
    newest: datetime | None
    """When its youngest video was published."""
    without_time: int
    without_duration: int
    without_format: int
    """Neither said to be short or long, nor with a duration that would tell."""
    unusable: int
    days: int
    latest_day: date | None
    missing_days: int
    """Days without a row between the first and the last of a video."""
    earnings: int
    latest_earnings: date | None
    snapshots: int
    falling: int
    """Snapshots with fewer views than the one before."""


def quality_of(account: Account) -> list[Quality]:
    """Return how whole the data of each channel are that the account sees, by channel; in five queries."""
    days, missing, latest = _days(account)
    earnings = selectors.earnings_by_channel(account.channels)
    snapshots = selectors.snapshots_by_channel(account.channels)
    falling = selectors.falling_by_channel(account.channels)
    return [
        Quality(
            channel=channel,
            videos=row["videos"],
            newest=row["newest"],
            without_time=row["without_time"],
            without_duration=row["without_duration"],
            without_format=row["without_format"],
            unusable=row["unusable"],
            days=days[channel],
            latest_day=latest.get(channel),
            missing_days=missing[channel],
            earnings=earnings.get(channel, (0, None))[0],
            latest_earnings=earnings.get(channel, (0, None))[1],
            snapshots=snapshots.get(channel, (0, None))[0],
            falling=falling[channel],
        )
        for row in selectors.videos_by_channel(account.channels)
        for channel in [row["channel_id"]]
    ]


def totals(rows: list[Quality]) -> dict[str, int]:
    """Return how many rows each table holds."""
    names = {"videos": "videos", "days": "days", "earnings": "days with earnings", "snapshots": "snapshots"}
    return {said: sum(getattr(row, name) for row in rows) for name, said in names.items()}


def _days(account: Account) -> tuple[Counter[str], Counter[str], dict[str, date]]:
    """Return by channel how many days there are, how many are missing, and the last."""
    days: Counter[str] = Counter()
    missing: Counter[str] = Counter()
    latest: dict[str, date] = {}
    for channel, first, last, number in selectors.days_by_video(account.channels):
        days[channel] += number
        missing[channel] += (last - first).days + 1 - number
        latest[channel] = max(last, latest.get(channel, last))
    return days, missing, latest
