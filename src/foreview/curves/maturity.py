"""What a curve says at a horizon, where that is known and not a guess, and when it became known."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from foreview.curves.curve import Curves, Floats, Ints, age_ms
from foreview.curves.regimes import mixes_regimes
from foreview.options import LabelOptions
from foreview.tables.catalogue import Catalogue
from foreview.vocabulary import HORIZON_DAYS, TARGETS, Target


@dataclass(frozen=True, slots=True)
class Matured:
    """One entry a video: ``value`` at the horizon (NaN where unknown) and ``age`` [ms], when it became known."""

    value: Floats
    age: Ints


def matured_targets(
    catalogue: Catalogue, views: Curves, revenue: Curves, options: LabelOptions | None = None
) -> dict[Target, Matured]:
    """Return each target of every video and when it was known: from curves that are at hand.

    Missing where the metric was redefined between publication and horizon: such a count is of neither regime.
    """
    options = options or LabelOptions()
    mixed = catalogue.videos.select(mixes_regimes(HORIZON_DAYS[t]).alias(t) for t in TARGETS)
    found = {target: _matured_target(target, views, revenue, options) for target in TARGETS}
    return {
        target: Matured(np.where(mixed[target].to_numpy(), np.nan, one.value), one.age) for target, one in found.items()
    }


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
    known = exists & (left >= first) & (curves.age[right] - left_age <= max_gap)
    last = np.where(known, right, -1)
    return Matured(curves.at(series, videos, ages, last), curves.known[right])


def _matured_target(target: Target, views: Curves, revenue: Curves, options: LabelOptions) -> Matured:
    horizon = age_ms(HORIZON_DAYS[target])
    gap = age_ms(dict(options.max_gap_days)[HORIZON_DAYS[target]])
    if target == "revenue_30d":
        earned = matured(revenue, revenue.values, horizon, gap)
        return Matured(np.maximum(earned.value, 0.0), earned.age)  # corrections may exceed what was earned
    counted = matured(views, views.peak, horizon, gap)
    if target != "engagement_rate":
        return counted
    # More likes may be taken back than were given.
    interactions = np.maximum(matured(views, views.interactions, horizon, gap).value, 0.0)
    return Matured(100.0 * interactions / np.where(counted.value > 0, counted.value, np.nan), counted.age)
