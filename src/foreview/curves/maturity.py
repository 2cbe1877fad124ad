"""What a curve says at a horizon, where that is known and not a guess, and when it became known."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from foreview.curves.curve import Curves, Floats, Ints


@dataclass(frozen=True, slots=True)
class Matured:
    """One entry a video: ``value`` at the horizon (NaN where unknown) and ``age`` [ms], when it became known."""

    value: Floats
    age: Ints


def matured(curves: Curves, series: Floats, horizon: int, max_gap: int) -> Matured:
    """Return ``series`` of every video at ``horizon`` [ms], where it was observed there or on both sides within ``max_gap``.

    The gap [ms] is the one between the last point before and the first after; publication is not a point here.
    """
    videos = np.arange(len(curves.starts) - 1, dtype=np.int64)
    ages = np.full(videos.shape, horizon, dtype=np.int64)
    if not curves.age.size:
        return Matured(np.full(videos.shape, np.nan), ages)
    first, end = curves.starts[:-1], curves.starts[1:]
    left = curves.last_at_or_before(videos, ages)
    left_age = np.where(left >= first, curves.age[np.maximum(left, 0)], 0)
    right = np.where((left >= first) & (left_age == horizon), left, left + 1)
    exists = right < end
    right = np.where(exists, right, 0)
    known = exists & (curves.age[right] - left_age <= max_gap)
    last = np.where(known, right, -1)
    return Matured(curves.at(series, videos, ages, last), curves.known[right])
