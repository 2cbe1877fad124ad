"""What happens to each video day by day, and up to the exact ages of 7 and 30 days."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from foreview.simulation.channels import Floats, Ints
from foreview.tables.catalogue import SourceClock
from foreview.vocabulary import DAY_MS

DAYS: Final = 35
"""Calendar days of analytics a video has."""
NOISE_SHAPE: Final = 6.0
"""Shape of the gamma noise of a day around the curve of growth: a coefficient of variation of 0.41."""


@dataclass(frozen=True, slots=True)
class Timeline:
    """The ages [ms] that cut the life of each video into pieces: day ends, 7 d and 30 d.

    ``edges`` has shape ``(videos, pieces + 1)`` and starts with 0; ``day`` (``(videos, pieces)``) says to which calendar day a
    piece belongs, 0 being the day of publication. A piece may be empty.
    """

    edges: Ints
    day: Ints

    def until(self, age_days: int) -> NDArray[np.bool_]:
        """Return which pieces lie before that age (7 or 30)."""
        before: NDArray[np.bool_] = self.edges[:, 1:] <= age_days * DAY_MS
        return before


def timeline(published_at: pl.Series, clock: SourceClock) -> Timeline:
    """Return the pieces of videos published at these moments, whose days close as ``clock`` says."""
    first = published_at.dt.convert_time_zone(clock.timezone).dt.date().to_physical().to_numpy().astype(np.int64)
    dates = pl.DataFrame({"date": np.arange(first.min(), first.max() + DAYS)}).select(
        pl.col("date").cast(pl.Int32).cast(pl.Date)
    )
    closes = dates.select(clock.day_end())["date"].to_physical().to_numpy()
    ends = closes[(first - first.min())[:, None] + np.arange(DAYS)]
    published = published_at.to_physical().to_numpy()[:, None]
    horizons = np.broadcast_to(np.array([0, 7, 30]) * DAY_MS, (len(first), 3))
    edges = np.sort(np.concatenate([ends - published, horizons], axis=1), axis=1)
    start = edges[:, :-1]
    day = np.arange(start.shape[1]) - (start >= 7 * DAY_MS) - (start >= 30 * DAY_MS)
    return Timeline(edges, day)


def share_of_final(age_days: Floats, speed: Floats, burst: Floats) -> Floats:
    """Return the share of 30-day views expected by an age [d]: a burst that dies off, and a slow tail (1 at 30 d).

    ``speed`` [1/d] is the rate at which the burst ends and ``burst`` [0..1] its share; one value a row.
    """

    def raw(age: Floats) -> Floats:
        grown: Floats = burst[:, None] * -np.expm1(-speed[:, None] * age) + (1 - burst[:, None]) * np.sqrt(age / 30.0)
        return grown

    return raw(age_days) / raw(np.full((len(speed), 1), 30.0))


def draw_views(rng: np.random.Generator, pieces: Timeline, expected: Floats, shares: Floats) -> Ints:
    """Return views of each piece, ``(videos, pieces)``.

    The days are noisy, but the views of the first 30 days together are Poisson around ``expected`` (one a video): their
    distribution is known. ``shares`` are those of :func:`share_of_final` at the edges.
    """
    weight = np.diff(shares, axis=1) * rng.gamma(NOISE_SHAPE, 1.0 / NOISE_SHAPE, pieces.day.shape)
    total = np.where(pieces.until(30), weight, 0.0).sum(axis=1, keepdims=True)
    views: Ints = rng.poisson(expected[:, None] * weight / total)
    return views


def by_day(pieces: Timeline, values: NDArray[np.float64] | Ints) -> Floats:
    """Return the sums of ``values`` over the pieces of each calendar day, ``(videos, DAYS)``; what lies later is left out."""
    videos = len(pieces.day)
    cell = pieces.day + np.arange(videos)[:, None] * (DAYS + 1)
    sums = np.bincount(cell.ravel(), weights=values.ravel(), minlength=videos * (DAYS + 1))
    return sums.astype(np.float64).reshape(videos, DAYS + 1)[:, :DAYS]
