"""What the channel's earlier videos did, as far as their counts were mature at the issue time.

A video's history is that of its channel, format and metric regime: the last :data:`WINDOW` of its videos to mature before the
cutoff, itself excluded.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl

from foreview.curves.curve import Curves, Floats, Ints, age_ms
from foreview.curves.maturity import Matured, matured, matured_targets
from foreview.curves.regimes import mixes_regimes, regime
from foreview.tables.catalogue import Catalogue
from foreview.vocabulary import RATE_VIEWS

WINDOW: Final = 20
"""Earlier videos looked at. A channel changes; its last twenty say more than its first."""
TREND_WINDOW: Final = 5
RECENT_DAYS: Final = 28
FIRST_DAY_GAP: Final = 1.5
"""Widest gap [d] between the two observations around age 1 d."""
_UNUSED: Final = ("channel_low_third_1d", "channel_high_third_1d", "channel_trend_1d", "channel_trend_30d")
_CHUNK = 100_000
TIME_BITS: Final = 43
"""Of a key, for ms since the catalogue's first video: 278 years, more than a catalogue's times may span; the rest is for a million groups."""


@dataclass(frozen=True, slots=True)
class _Events:
    """Maturities ordered by (group, moment): ``keys`` pack both, ``video`` says whose, ``values`` hold what matured."""

    keys: Ints
    video: Ints
    values: Floats


@dataclass(frozen=True, slots=True)
class _Asked:
    """n issues: whose (``video``), in which ``group`` (-1: none), and the cutoff [ms since the catalogue's first video]."""

    video: Ints
    group: Ints
    cutoff: Ints


def channel_features(
    catalogue: Catalogue, views: Curves, revenue: Curves, video: Ints, issue_age: Ints
) -> dict[str, Floats]:
    """Return the channel group for n (video, issue age [ms]) pairs."""
    published = _since_first(catalogue)
    group = _codes(catalogue, "channel_id", "format", regime())
    asked = _Asked(video, group[video], np.minimum(published[video] + issue_age, (1 << TIME_BITS) - 1))
    found = matured_targets(catalogue, views, revenue)
    views_30d, earned = found["views_30d"], _of_those_that_can_earn(catalogue, found["revenue_30d"])
    rpm = (
        1000.0
        * np.where(earned.value > 0, earned.value, np.nan)
        / np.where(views_30d.value > 0, views_30d.value, np.nan)
    )
    rpm_age = np.maximum(earned.age, views_30d.age)

    columns = _views_history(_events(group, published, _ln(_first_day(catalogue, views))), asked, "1d")
    columns |= _views_history(_events(group, published, _ln(found["views_7d"])), asked, "7d")
    columns |= _views_history(_events(group, published, _ln(views_30d)), asked, "30d")
    weighed, weight = _weighed(found["engagement_rate"], views_30d)
    rate = _mean(_events(group, published, weighed), asked) / _mean(_events(group, published, weight), asked)
    columns["channel_engagement"] = np.expm1(rate)
    columns["channel_rpm"] = _median(_events(group, published, Matured(rpm, rpm_age)), asked)
    columns["channel_revenue"] = _median(_events(group, published, earned), asked)
    paid = Matured(np.where(np.isnan(earned.value), np.nan, (earned.value > 0).astype(np.float64)), earned.age)
    columns["channel_paid_share"] = _mean(_events(group, published, paid), asked)
    columns = {name: values for name, values in columns.items() if name not in _UNUSED}
    return columns | _cadence(_codes(catalogue, "channel_id"), published, video)


def standing_features() -> list[pl.Expr]:
    """Return what the channel stood at when the video was published, as expressions over ``catalogue.videos``."""
    followers, videos, views = (
        (pl.col(f"channel_{name}").cast(pl.Float64) + 1).log() for name in ("followers", "prior_videos", "prior_views")
    )
    return [
        pl.col("channel_followers"),
        pl.col("channel_prior_videos"),
        pl.col("channel_prior_views"),
        (views - videos).alias("channel_views_per_video"),
        (followers - videos).alias("channel_followers_per_video"),
        (views - followers).alias("channel_views_per_follower"),
    ]


def _first_day(catalogue: Catalogue, views: Curves) -> Matured:
    """Return the views at age 1 d: known so early that they speak of the channel's latest videos."""
    found = matured(views, views.peak, age_ms(1), age_ms(FIRST_DAY_GAP))
    mixed = catalogue.videos.select(mixes_regimes(1)).to_series().to_numpy()
    return Matured(np.where(mixed, np.nan, found.value), found.age)


def _weighed(rate: Matured, views: Matured) -> tuple[Matured, Matured]:
    """Return ln(1 + rate) times its weight, and the weight: the share of a rate of so many views that is believed."""
    weight = np.where(np.isnan(rate.value), np.nan, views.value / (views.value + RATE_VIEWS))
    return Matured(weight * np.log1p(rate.value), rate.age), Matured(weight, rate.age)


def _of_those_that_can_earn(catalogue: Catalogue, earned: Matured) -> Matured:
    """Return revenue without that of videos known not to be monetised: it says nothing of the others."""
    can = catalogue.videos["is_monetised"].fill_null(value=True).to_numpy()
    return Matured(np.where(can, earned.value, np.nan), earned.age)


def _since_first(catalogue: Catalogue) -> Ints:
    times = catalogue.videos["published_at"].dt.timestamp("ms").to_numpy().astype(np.int64)
    return times - (times.min() if times.size else 0)


def _codes(catalogue: Catalogue, *by: str | pl.Expr) -> Ints:
    """Return a number a video, equal for equal ``by``; -1 for videos without a channel."""
    keys = catalogue.videos.select(pl.struct(*by).rank("dense").alias("code"), known=pl.col("channel_id").is_not_null())
    return keys.select(pl.when("known").then(pl.col("code")).otherwise(-1)).to_series().to_numpy().astype(np.int64)


def _ln(found: Matured) -> Matured:
    return Matured(np.log1p(found.value), found.age)


def _events(group: Ints, published: Ints, found: Matured) -> _Events:
    video = np.flatnonzero((group >= 0) & ~np.isnan(found.value)).astype(np.int64)
    keys = (group[video] << TIME_BITS) | (published + found.age)[video]
    order = np.lexsort((video, keys))
    return _Events(keys[order], video[order], found.value[video[order]])


def _history(events: _Events, asked: _Asked) -> Floats:
    """Return (n, WINDOW): what matured last before each cutoff, newest first, NaN where there is no more."""
    end = np.searchsorted(events.keys, (asked.group << TIME_BITS) | asked.cutoff, side="right")
    start = np.searchsorted(events.keys, asked.group << TIME_BITS, side="left")
    back = end[:, None] - 1 - np.arange(WINDOW + 1)[None, :]
    exists = (back >= start[:, None]) & (asked.group >= 0)[:, None]
    if not events.keys.size:
        return np.full((asked.video.size, WINDOW), np.nan)
    back = np.where(exists, back, 0)
    own = exists & (events.video[back] == asked.video[:, None])
    found = np.where(exists & ~own, events.values[back], np.nan)
    # Close the hole that the video itself leaves, so that the window holds the others' last twenty.
    position = np.where(own.any(axis=1), own.argmax(axis=1), WINDOW)
    column = np.arange(WINDOW)[None, :]
    return np.take_along_axis(found, column + (column >= position[:, None]), axis=1)


def _views_history(events: _Events, asked: _Asked, horizon: str) -> dict[str, Floats]:
    n = asked.video.size
    names = ("n", "median", "low_third", "high_third", "trend")
    columns = {f"channel_{name}_{horizon}": np.full(n, np.nan) for name in names}
    for chunk in _chunks(n):
        history = _history(events, _part(asked, chunk))
        ordered = np.sort(history, axis=1)
        count = (~np.isnan(history)).sum(axis=1)
        middle = quantile_of_each(ordered, count, 1 / 2)
        recent = np.sort(history[:, :TREND_WINDOW], axis=1)
        recent_middle = quantile_of_each(recent, np.minimum(count, TREND_WINDOW), 1 / 2)
        found = (
            count,
            middle,
            quantile_of_each(ordered, count, 1 / 3),
            quantile_of_each(ordered, count, 2 / 3),
            recent_middle - middle,
        )
        for name, values in zip(names, found, strict=True):
            columns[f"channel_{name}_{horizon}"][chunk] = values
    return columns


def _median(events: _Events, asked: _Asked) -> Floats:
    found = np.full(asked.video.size, np.nan)
    for chunk in _chunks(asked.video.size):
        history = _history(events, _part(asked, chunk))
        found[chunk] = quantile_of_each(np.sort(history, axis=1), (~np.isnan(history)).sum(axis=1), 1 / 2)
    return found


def _mean(events: _Events, asked: _Asked) -> Floats:
    found = np.full(asked.video.size, np.nan)
    for chunk in _chunks(asked.video.size):
        history = _history(events, _part(asked, chunk))
        count = (~np.isnan(history)).sum(axis=1)
        total = np.where(np.isnan(history), 0.0, history).sum(axis=1)
        found[chunk] = np.where(count > 0, total / np.maximum(count, 1), np.nan)
    return found


def quantile_of_each(ordered: Floats, count: Ints, q: float) -> Floats:
    """Return the q-quantile of each row's first ``count`` entries (sorted, NaN last), linear between order statistics."""
    position = q * np.maximum(count - 1, 0)
    low = np.floor(position).astype(np.int64)
    high = np.minimum(low + 1, np.maximum(count - 1, 0))
    rows = np.arange(ordered.shape[0])
    below, above = ordered[rows, low], ordered[rows, high]
    return np.where(count > 0, below + (position - low) * (above - below), np.nan)


def _cadence(channel: Ints, published: Ints, video: Ints) -> dict[str, Floats]:
    order = np.argsort((channel << TIME_BITS) | published, kind="stable")
    keys = ((channel << TIME_BITS) | published)[order]
    own = (channel[video] << TIME_BITS) | published[video]
    before = np.searchsorted(keys, own, side="left")
    start = np.searchsorted(keys, channel[video] << TIME_BITS, side="left")
    has_channel = channel[video] >= 0
    has_previous = has_channel & (before > start)
    previous = published[order[np.maximum(before - 1, 0)]] if order.size else published[video]
    window_start = np.maximum(published[video] - age_ms(RECENT_DAYS), 0)
    recent = before - np.searchsorted(keys, (channel[video] << TIME_BITS) | window_start, side="left")
    return {
        "channel_idle_days": np.where(has_previous, (published[video] - previous) / age_ms(1), np.nan),
        "channel_recent_videos": np.where(has_channel, recent, np.nan).astype(np.float64),
    }


def _chunks(n: int) -> list[slice]:
    return [slice(start, start + _CHUNK) for start in range(0, n, _CHUNK)]


def _part(asked: _Asked, chunk: slice) -> _Asked:
    return _Asked(asked.video[chunk], asked.group[chunk], asked.cutoff[chunk])
