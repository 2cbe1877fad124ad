"""One predictive distribution a forecast, and everything that is read off it.

A distribution is a row of 79 values on the scale ln(1+y), non-decreasing, at the levels of
:data:`foreview.uncertainty.conformal.LEVELS`. Between levels it is linear.
"""

from __future__ import annotations

import numpy as np

from foreview.uncertainty.conformal import LEVELS, Vector

_TAIL = float(LEVELS[0])
_FLAT = 1e-300
"""Steps between two levels up to this are none: a probability divided by one might be no number."""


def bounded(values: Vector, lower: Vector, upper: Vector) -> Vector:
    """Return (n, 79) distributions kept within ``[lower, upper]`` (n each): truth lies there, so coverage is not lost."""
    return np.minimum(np.maximum(values, lower[:, None]), np.maximum(upper, lower)[:, None])


def at_least(values: Vector, floor: Vector) -> Vector:
    """Return (n, 79) distributions raised level by level to those in ``floor`` (n, 79): 30 days to 7 days."""
    return np.maximum(values, floor)


def with_zero(values: Vector, zero: Vector) -> Vector:
    """Return (n, 79) distributions that are 0 with probability ``zero`` (n) and else as ``values`` say: the hurdle."""
    share = (LEVELS[None, :] - zero[:, None]) / np.maximum(1.0 - zero, 1e-12)[:, None]
    position = np.clip(share / LEVELS[0] - 1.0, 0.0, LEVELS.size - 1.0)
    low = np.floor(position).astype(np.int64)
    high = np.minimum(low + 1, LEVELS.size - 1)
    rows = np.arange(len(values))[:, None]
    below = values[rows, low]
    inside = below + (position - low) * (values[rows, high] - below)
    return np.where(share <= 0, 0.0, np.maximum(inside, 0.0))


def quantile(values: Vector, level: float) -> Vector:
    """Return the quantile (n) at one of :data:`LEVELS`."""
    return values[:, round(level / _TAIL) - 1]


def below(values: Vector, x: Vector) -> Vector:
    """Return P(Y ≤ x) for n distributions and n values x on the same scale. A jump counts as below."""
    return _share(values, x, (values <= x[:, None]).sum(axis=1))


def strictly_below(values: Vector, x: Vector) -> Vector:
    """Return P(Y < x). A jump at x does not count."""
    return _share(values, x, (values < x[:, None]).sum(axis=1))


def _share(values: Vector, x: Vector, passed: np.ndarray) -> Vector:
    """Return the probability at x where ``passed`` levels lie below it, linear between levels and in the tails."""
    rows = np.arange(len(values))
    last = LEVELS.size - 1
    left = np.clip(passed - 1, 0, last - 1)
    low, high = values[rows, left], values[rows, left + 1]
    flat = high - low <= _FLAT
    slope = np.where(flat, 0.0, _TAIL / np.where(flat, 1.0, high - low))
    inside = LEVELS[left] + (x - low) * slope
    # Beyond the outermost level the last slope goes on; where that is flat the tail is a step.
    under = np.where(flat, 0.0, np.clip(LEVELS[0] + (x - low) * slope, 0.0, LEVELS[0]))
    over = np.where(flat, 1.0, np.clip(LEVELS[last] + (x - high) * slope, LEVELS[last], 1.0))
    return np.where(passed == 0, under, np.where(passed > last, over, inside))


def mrse_point(values: Vector, least: float) -> Vector:
    """Return the point x (n, raw scale) that minimises E[(x / Y - 1)²]: ``Σ 1/Y / Σ 1/Y²``; outcomes below ``least`` count as that.

    Szabó and Huberman (2010) for the measure; setting the derivative to zero gives the point.
    """
    inverse = 1.0 / np.maximum(np.expm1(values), least)
    found: Vector = inverse.sum(axis=1) / (inverse * inverse).sum(axis=1)
    return found
