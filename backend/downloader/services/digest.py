"""What is worth looking at today. What takes long is kept for some minutes, or until a forecast is written."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.utils import timezone

from downloader import selectors
from downloader.gateways.catalogue import source_clock
from downloader.models import VideoStanding
from downloader.services.access import Account
from downloader.services.questions import portfolio_of, warnings_of
from foreview.forecasting.outlier import LOOKED_AT_DAYS
from foreview.forecasting.portfolio import Total
from foreview.forecasting.warning import Warned

DAY: Final = timedelta(days=1)
KEPT_MINUTES: Final = 5
"""How long an answer is kept where no forecast is written meanwhile: so late may a new count be seen here."""
LOOKED_BACK: Final = timedelta(days=4)
"""How far back the forecast before the last is looked for."""


@dataclass(frozen=True, slots=True)
class Moved:
    """A forecast that left the 80 % interval of the one before: views after 30 days."""

    key: int
    title: str
    before: float
    low: float
    high: float
    now: float


@dataclass(frozen=True, slots=True)
class Changes:
    """What happened in a day."""

    videos: int
    published: int
    matured: int
    written: datetime | None
    """When a forecast was last written; None where there is none."""
    moved: list[Moved]


@dataclass(frozen=True, slots=True)
class Unusuals:
    """The videos outside their normal range, and of how many."""

    outside: list[VideoStanding]
    looked_at: int
    judged: int
    """Those of which enough was known to tell."""
    at: datetime | None
    """When they were judged; None where they were not yet."""


@dataclass(frozen=True, slots=True)
class Early:
    """The videos that are warned of, of how many, and how often such a warning is for nothing."""

    warned: list[tuple[Warned, str]]
    looked_at: int
    rates: list[Warned]
    """One for each side and threshold in use."""


def changes(account: Account) -> Changes:
    """Return what happened since this time yesterday."""
    now = timezone.now()
    counts = selectors.counts_since(account.channels, now - DAY, now)
    written = selectors.last_forecast_written(account.channels)
    return Changes(**counts, written=written, moved=_kept_with(written, _moved, account))


def unusual(account: Account) -> Unusuals:
    """Return the videos of the last 30 days that were outside their normal range when they were judged, the least like luck first."""
    now = timezone.now()
    since = now - timedelta(days=LOOKED_AT_DAYS)
    looked_at, judged = selectors.count_judged_since(account.channels, since, now)
    return Unusuals(selectors.outside_since(account.channels, since, now), looked_at, judged, selectors.last_judged())


def early(account: Account) -> Early:
    """Return the videos of the first days that are warned of."""
    found: tuple[Warned, ...] = _kept(warnings_of, account)
    warned = sorted((one for one in found if one.state == "warned"), key=lambda one: -one.probability)
    titles = selectors.titles_of(account.channels, (int(one.video_id) for one in warned))
    rates = {(one.side, one.threshold.rate): one for one in found if one.threshold.rate is not None}
    named = [(one, titles.get(int(one.video_id), "")) for one in warned]
    return Early(named, len({one.video_id for one in found}), list(rates.values()))


def month(account: Account) -> Mapping[str, Total]:
    """Return what the videos of this month come to in their first 30 days, by target; {} without any."""
    found: tuple[Total, ...] = _kept(_of_this_month, account)
    return {total.target: total for total in found}


def this_month() -> str:
    """Return the month that it is on the source's clock, such as ``2026-05``."""
    return timezone.now().astimezone(ZoneInfo(source_clock().timezone)).strftime("%Y-%m")


def _of_this_month(account: Account) -> tuple[Total, ...]:
    return portfolio_of(account, this_month())


def _kept(question: Callable[[Account], Any], account: Account) -> Any:
    return _kept_with(selectors.last_forecast_written(account.channels), question, account)


def _kept_with(written: datetime | None, question: Callable[[Account], Any], account: Account) -> Any:
    minutes = int(timezone.now().timestamp()) // (60 * KEPT_MINUTES)
    return answered(question, account.channels, written, minutes)


@lru_cache(maxsize=64)
def answered(
    question: Callable[[Account], Any],
    channels: frozenset[str] | None,
    written: datetime | None,  # noqa: ARG001  (names what the answer rests on)
    minutes: int,  # noqa: ARG001  (lets it go after a while)
) -> Any:
    """Return what ``question`` answers about these channels, kept for what else is among the arguments."""
    return question(Account(name="", key="", scopes=frozenset(), channels=channels))


def _moved(account: Account) -> list[Moved]:
    since = timezone.now() - DAY
    last: dict[str, list[tuple[datetime, Mapping[str, Any]]]] = {}
    for video, as_of, record in selectors.forecasts_since(account.channels, since - LOOKED_BACK):
        last.setdefault(video, []).append((as_of, json.loads(record)["forecast"]["views_30d"]))
    left = {}
    for video, issued in last.items():
        (_, before), (as_of, now) = issued[-2:] if len(issued) > 1 else (issued[0], issued[0])
        if as_of > since and not before["p10"] <= now["p50"] <= before["p90"]:
            left[int(video)] = (before, now)
    titles = selectors.titles_of(account.channels, left)
    return [
        Moved(key, titles.get(key, ""), before["p50"], before["p10"], before["p90"], now["p50"])
        for key, (before, now) in left.items()
    ]
