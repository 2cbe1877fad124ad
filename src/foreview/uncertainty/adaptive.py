"""Uncertainty that follows the outcomes: a slice's distribution is shifted and stretched by how its matured scores lay in it.

A score is read as a *normal score*: the standard normal quantile at the probability where it fell in the distribution of its slice. As long
as nothing drifts these are standard normal. A world that drifts shifts and stretches them, and a forecast then reads its distribution off at
``shift + stretch * z`` instead of at z: all quantiles move together and stay in order.

The idea of correcting what is served by what came of it is that of adaptive conformal inference (Gibbs and Candès 2021, 2024; conformal PID,
Angelopoulos et al. 2023). Those follow, interval by interval, the errors of intervals as they were issued, which labels that arrive a month
late make stale. Here every matured outcome is scored anew, which is the retrospective view (Jun and Ohn 2025).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import accumulate
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt

from foreview.uncertainty.conformal import LEVELS, Vector

Moments: TypeAlias = npt.NDArray[np.int64]

HALF_LIFE: Final = 50.0
"""Outcomes of later videos after which one weighs half."""
SHIFT_WEIGHT: Final = 20.0
"""Outcomes that *no shift* is worth when it is mixed with what was found, so that few outcomes change little."""
STRETCH_WEIGHT: Final = 20.0
"""Outcomes that *no stretch* is worth likewise."""
EARLY_WEIGHT: Final = 0.8
"""Share of the shift at 7 days that is expected at 30 days, for videos whose 30 days are not over."""
LIMIT: Final = 4.0
"""Normal scores beyond this count as this: one freak does not move the others."""
OUTER: Final = 8
"""Levels from the outermost one over which the slope is taken that goes on beyond it."""

_DECAY: Final = 0.5 ** (1.0 / HALF_LIFE)


@dataclass(frozen=True, slots=True)
class Course:
    """What the outcomes of one slice said, one after the other.

    ``moments`` (m): when each matured [ms], never falling. The others (m + 1) hold after so many outcomes the means of their normal scores,
    of the squares, and of the same videos' normal scores at 7 days (0 where there are none); an outcome weighs half as much as one that
    came :data:`HALF_LIFE` outcomes later, and ``effective`` outcomes of equal weight would tell as much. What was known at a moment is the
    prefix up to it.
    """

    moments: Moments
    effective: Vector
    score: Vector
    square: Vector
    early: Vector


@dataclass(frozen=True, slots=True)
class Correction:
    """How each of n forecasts is corrected: from how many outcomes (n), and by what ``shift`` and ``stretch`` (n, standard deviations)."""

    outcomes: Vector
    shift: Vector
    stretch: Vector


def normal_scores(scores: Vector, quantiles: Vector) -> Vector:
    """Return where n scores fell in a distribution (79 quantiles), as standard normal quantiles within ± :data:`LIMIT`.

    Where a quantile stands at several levels a score that equals it falls in their middle.

    Examples
    --------
    >>> normal_scores(np.array([0.0, 1.0, 99.0]), np.linspace(-1.0, 1.0, 79)).round(3).tolist()
    [0.0, 2.241, 4.0]

    """
    z = _normal_levels()
    inside = (np.interp(scores, quantiles, z) - np.interp(-scores, -quantiles[::-1], -z[::-1])) / 2
    low, high = _outer_slopes(quantiles[None, :])
    under = z[0] + (scores - quantiles[0]) / np.maximum(low[0], 1e-9)
    over = z[-1] + (scores - quantiles[-1]) / np.maximum(high[0], 1e-9)
    found = np.where(scores < quantiles[0], under, np.where(scores > quantiles[-1], over, inside))
    return np.clip(found, -LIMIT, LIMIT)


def course(moments: Moments, scores: Vector, squares: Vector, early: Vector) -> Course:
    """Return the course of m outcomes in the order in which they matured, one a video.

    ``scores`` and ``squares`` are the means over the video's forecasts of their normal scores and of the squares of these, ``early`` the mean
    normal score of its 7-day views (0 where there is none).

    Examples
    --------
    >>> found = course(np.array([5, 9]), np.array([1.0, 2.0]), np.array([1.0, 4.0]), np.zeros(2))
    >>> found.effective.round(3).tolist(), found.score.round(3).tolist()
    ([0.0, 1.0, 2.0], [0.0, 1.0, 1.503])

    """
    ones = np.ones(moments.size)
    weight, squared = _decaying(ones, _DECAY), _decaying(ones, _DECAY * _DECAY)
    effective = weight * weight / np.maximum(squared, 1.0)
    means = (_decaying(values, _DECAY) / np.maximum(weight, 1.0) for values in (scores, squares, early))
    return Course(moments, effective, *means)


def correction(courses: Mapping[str, Course], slices: np.ndarray, moments: Moments) -> Correction:
    """Return how n forecasts of ``slices`` (n names), made at ``moments`` (n, ms), are corrected by what had matured by then.

    With e effective outcomes the shift is ``e / (e + 20)`` of their mean normal score, and the squared stretch
    ``(20 + e * mean((z - shift)²)) / (20 + e)``. To the shift of 30-day views is added 0.8 times what 7-day views have told since: the
    shift of all their outcomes less that of the videos whose 30 days are over. A slice without outcomes is not corrected.
    """
    n = len(slices)
    found = Correction(np.zeros(n), np.zeros(n), np.ones(n))
    for name in np.unique(slices).tolist():
        mine = slices == name
        own, now = courses.get(name, _NOTHING), moments[mine]
        at = _known(own, now)
        share, mean = _share(own, at), own.score[at]
        shift = share * mean
        around = own.square[at] - 2 * shift * mean + shift * shift
        weight = own.effective[at]
        found.outcomes[mine] = at
        found.stretch[mine] = np.sqrt((STRETCH_WEIGHT + weight * around) / (STRETCH_WEIGHT + weight))
        week = courses.get(earlier_slice(name), _NOTHING)
        then = _known(week, now)
        found.shift[mine] = shift + EARLY_WEIGHT * (_share(week, then) * week.score[then] - share * own.early[at])
    return found


def corrected(quantiles: Vector, by: Correction) -> Vector:
    """Return n score distributions (n, 79) shifted and stretched; where there is nothing to correct, the very same numbers.

    Beyond its outermost levels a distribution goes on with the slope it has there.
    """
    changed = (by.shift != 0) | (by.stretch != 1)
    moved = _read_at(quantiles[changed], by.shift[changed, None] + by.stretch[changed, None] * _normal_levels())
    result = quantiles.copy()
    result[changed] = np.maximum.accumulate(moved, axis=1)
    return result


def earlier_slice(name: str) -> str:
    """Return the slice of the same videos at the earlier horizon; empty where there is none.

    Examples
    --------
    >>> earlier_slice("views_30d/short/3"), earlier_slice("revenue_30d/short/3")
    ('views_7d/short/3', '')

    """
    target, _, rest = name.partition("/")
    return f"views_7d/{rest}" if target == "views_30d" else ""


def _known(found: Course, moments: Moments) -> Moments:
    """Return how many outcomes had matured at each moment."""
    return np.searchsorted(found.moments, moments, side="right").astype(np.int64)


def _share(found: Course, at: Moments) -> Vector:
    """Return how much of a mean is believed after ``at`` outcomes."""
    effective = found.effective[at]
    share: Vector = effective / (effective + SHIFT_WEIGHT)
    return share


def _decaying(values: Vector, decay: float) -> Vector:
    """Return (m + 1): the sums after each of m values, of which earlier ones have decayed."""
    # One after the other, so that what comes later never touches what was.
    return np.array(list(accumulate(values.tolist(), lambda total, value: decay * total + value, initial=0.0)))


_NOTHING: Final = course(np.zeros(0, dtype=np.int64), np.zeros(0), np.zeros(0), np.zeros(0))


def _normal_levels() -> Vector:
    """Return (79,): the standard normal quantiles of the levels."""
    from scipy.special import ndtri

    return np.asarray(ndtri(LEVELS), dtype=np.float64)


def _outer_slopes(quantiles: Vector) -> tuple[Vector, Vector]:
    """Return for n distributions (n, 79) the slopes over normal scores at their lower and at their upper end."""
    z = _normal_levels()
    low = (quantiles[:, OUTER] - quantiles[:, 0]) / (z[OUTER] - z[0])
    high = (quantiles[:, -1] - quantiles[:, -1 - OUTER]) / (z[-1] - z[-1 - OUTER])
    return low, high


def _read_at(quantiles: Vector, wanted: Vector) -> Vector:
    """Return what n distributions (n, 79) say at normal scores ``wanted`` (n, 79), linear between the levels."""
    z = _normal_levels()
    left = np.clip(np.searchsorted(z, wanted, side="right") - 1, 0, z.size - 2)
    share = np.clip((wanted - z[left]) / (z[left + 1] - z[left]), 0.0, 1.0)
    rows = np.arange(len(quantiles))[:, None]
    inside = quantiles[rows, left] + share * (quantiles[rows, left + 1] - quantiles[rows, left])
    low, high = _outer_slopes(quantiles)
    beyond: Vector = np.minimum(wanted - z[0], 0.0) * low[:, None] + np.maximum(wanted - z[-1], 0.0) * high[:, None]
    return inside + beyond
