"""Does it matter when a channel publishes? A test of "no effect" on its own history first; an hour and a weekday only where it fails."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from math import tau
from typing import Final, Literal, TypeAlias

import numpy as np
import numpy.typing as npt
import polars as pl

from foreview.curves.labels import labels
from foreview.errors import UsageError
from foreview.features.matrix import feature_table
from foreview.forecasting.whatif import ASSOCIATION
from foreview.learners.matrix import Vector
from foreview.learners.structure import column, typical
from foreview.releases.manifest import Release
from foreview.releases.models import models_of
from foreview.tables.catalogue import Catalogue

Finding: TypeAlias = Literal["effect", "no effect", "too few"]
MIN_VIDEOS: Final = 40
ALPHA: Final = 0.05
SHUFFLES: Final = 1_999
BLOCK: Final = 20
"""Videos, one after the other, among which outcomes are shuffled: a channel's level walks, and that is no effect of the hour."""
NEAR_HOURS: Final = 2
LEAST_NEAR: Final = 3
"""Videos within two hours of a time, on weekdays or weekends like it, below which nothing is said of it."""
_Z: Final = 1.959964
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Time:
    """What views at 30 days are beside typical at one hour and weekday (0 = Monday), as a ratio with a 95 % interval."""

    weekday: int
    hour: int
    ratio: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class BestTime:
    """Whether the time of publication tells anything; ``times`` only where it does, those that the channel has tried, the best first."""

    channel_id: str
    finding: Finding
    videos: int
    p_value: float | None
    times: tuple[Time, ...]
    because: str
    says: str = ASSOCIATION


def best_time(catalogue: Catalogue, release: Release, channel_id: str, as_of: datetime) -> BestTime:
    """Return what the time of publication, on the source's clock, told of a channel's views at 30 days, as known at ``as_of``.

    Each mature video is taken beside what was typical at its publication, from earlier videos alone. On what is left a circle of hours
    and a weekend are fitted; how much they explain is compared with 1,999 shuffles of the outcomes within blocks of twenty
    successive videos (of a format), which is the p-value. Only below 0.05 are ratios told, drawn towards 1 by as much as such a fit
    finds in noise.

    Raises
    ------
    UsageError
        If the channel has no video by then.

    """
    known = catalogue.as_of(as_of)
    videos = known.videos.filter(channel_id=channel_id)
    if videos.is_empty():
        raise UsageError("a best time is that of a channel of the catalogue", f"{channel_id!r} has no video by then")
    mature = labels(known).filter(pl.col("views_30d").is_not_null()).select("video_id", "views_30d")
    rows = videos.select("video_id", as_of="published_at").join(mature, on="video_id", maintain_order="left")
    if rows.height < MIN_VIDEOS:
        said = f"{rows.height} videos whose 30 days are over are too few, {MIN_VIDEOS} are needed"
        return BestTime(channel_id, "too few", rows.height, None, (), said)
    table = feature_table(known, rows.select("video_id", "as_of"))
    usual = typical(models_of(release)["views"].location.structure, table, "views_30d")
    left = np.log1p(rows["views_30d"].to_numpy()) - usual
    block = _blocks(column(table, "is_short"))
    hour, weekday = column(table, "hour_posted"), column(table, "day_of_week")
    return _tested(channel_id, _within(left, block), block, hour, weekday)


def _tested(channel_id: str, left: Vector, block: Ints, hour: Vector, weekday: Vector) -> BestTime:
    design = _within(_design(hour, weekday), block)
    base = _basis(design)
    explained = float(((base.T @ left) ** 2).sum())
    shuffled = _shuffled(left, block)
    drawn = ((base.T @ shuffled) ** 2).sum(axis=0)
    p_value = float((1 + (drawn >= explained * (1 - 1e-12)).sum()) / (SHUFFLES + 1))
    if p_value >= ALPHA:
        said = f"no effect that can be told from chance (p = {p_value:.2f})"
        return BestTime(channel_id, "no effect", left.size, p_value, (), said)
    shrunk = max(1.0 - float(drawn.mean()) / explained, 0.0)
    times = _times(design, left, shrunk, hour, weekday)
    return BestTime(channel_id, "effect", left.size, p_value, times, f"more than chance explains (p = {p_value:.3f})")


def _times(design: Vector, left: Vector, shrunk: float, hour: Vector, weekday: Vector) -> tuple[Time, ...]:
    """Return the ratios at the times that were tried, beside the mean video of the channel."""
    inverse = np.linalg.pinv(design.T @ design)
    slopes = inverse @ design.T @ left
    noise = float(((left - design @ slopes) ** 2).sum()) / max(left.size - design.shape[1] - 1, 1)
    middle = _design(hour, weekday).mean(axis=0)
    found = []
    for day in range(7):
        for at in range(24):
            distance = np.abs((hour - at + 12) % 24 - 12)
            if ((distance <= NEAR_HOURS) & ((weekday >= 5) == (day >= 5))).sum() < LEAST_NEAR:
                continue
            beside = _design(np.array([float(at)]), np.array([float(day)]))[0] - middle
            told, reach = shrunk * float(beside @ slopes), _Z * float(np.sqrt(noise * beside @ inverse @ beside))
            found.append(Time(day, at, *(float(np.exp(value)) for value in (told, told - reach, told + reach))))
    return tuple(sorted(found, key=lambda time: -time.ratio))


def _design(hour: Vector, weekday: Vector) -> Vector:
    """Return (n, 3): the hour on a circle, and the weekend."""
    turn = (hour + 0.5) * (tau / 24)
    return np.stack([np.sin(turn), np.cos(turn), (weekday >= 5).astype(np.float64)], axis=1)


def _basis(design: Vector) -> Vector:
    """Return an orthonormal basis of what the columns of a design span."""
    left, size, _ = np.linalg.svd(design, full_matrices=False)
    return np.asarray(left[:, size > 1e-9 * max(float(size.max(initial=0.0)), 1.0)], dtype=np.float64)


def _blocks(is_short: Vector) -> Ints:
    """Return for n videos in order of publication a number for their format and block."""
    found = np.zeros(is_short.size, dtype=np.int64)
    for kind in (0.0, 1.0):
        mine = np.flatnonzero(is_short == kind)
        # The last block takes the rest, or it might hold a single video.
        found[mine] = np.minimum(np.arange(mine.size) // BLOCK, max(mine.size // BLOCK - 1, 0)) * 2 + int(kind)
    return found


def _within(values: Vector, block: Ints) -> Vector:
    """Return values (n, or n rows) less the mean of their block."""
    found = values.astype(np.float64)
    for name in np.unique(block):
        mine = block == name
        found[mine] -= found[mine].mean(axis=0)
    return found


def _shuffled(left: Vector, block: Ints) -> Vector:
    """Return (n, shuffles): n values, shuffled within their blocks; the same each time."""
    keys = block[:, None] + np.random.default_rng(0).random((block.size, SHUFFLES))
    found = np.empty(keys.shape)
    found[np.argsort(block, kind="stable")] = left[np.argsort(keys, axis=0)]
    return found
