"""Low, medium or high: read off one distribution, or said by a classifier and kept within what that distribution says.

An outcome Y passes three marks or does not: where low ends, what is typical, where high begins. The chances of that, P(Y ≥ low),
P(Y > typical) and P(Y > high), never rise from one mark to the next, so the classes that they enclose never contradict each other.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from foreview.uncertainty.conformal import Vector
from foreview.uncertainty.distribution import below, quantile, strictly_below
from foreview.vocabulary import QUANTILES

LEAST: Final = 0.002
"""Least chance of what is not ruled out. Beyond its outermost level a distribution knows no more than a line to zero."""
_LEVELS: Final = np.array([0.0, *QUANTILES.values(), 1.0])


@dataclass(frozen=True, slots=True)
class Marks:
    """For n forecasts on the scale ln(1+y): the marks, ``low`` ≤ ``typical`` ≤ ``high``, and what the outcome must lie between.

    ``least`` and ``most`` are what has been counted; they are equal where the outcome is known.
    """

    low: Vector
    typical: Vector
    high: Vector
    least: Vector
    most: Vector


@dataclass(frozen=True, slots=True)
class Chances:
    """For n forecasts P(Y ≥ low), P(Y > typical) and P(Y > high), each at most the one before."""

    low: Vector
    typical: Vector
    high: Vector


def read_off(values: Vector, marks: Marks) -> Chances:
    """Return the chances of n distributions (n, 79): certain where counts decide, else between :data:`LEAST` and 1 − LEAST."""
    above_typical = _decided(
        1.0 - below(values, marks.typical), marks.least > marks.typical, marks.most <= marks.typical
    )
    return _around(1.0 - strictly_below(values, marks.low), above_typical, 1.0 - below(values, marks.high), marks)


def kept_within(low: Vector, high: Vector, values: Vector, marks: Marks) -> Chances:
    """Return the chances that something else gives to passing ``low`` and ``high`` (n each), as far as the distribution allows.

    The seven served quantiles leave each chance a range: a mark between the 75 and the 90 % quantile is passed in 10 to 25 % of
    cases. Within its range the chance is as said, outside at the nearer end; and P(Y > typical), which is read off, stays in between.
    """
    above_typical = read_off(values, marks).typical
    served = np.stack([quantile(values, level) for level in QUANTILES.values()], axis=1)
    at_low = _clipped(low, (served < marks.low[:, None]).sum(axis=1))
    at_high = _clipped(high, (served <= marks.high[:, None]).sum(axis=1))
    return _around(at_low, above_typical, at_high, marks)


def undecided(marks: Marks) -> tuple[np.ndarray, np.ndarray]:
    """Return where (n booleans each) counts do not decide yet whether ``low`` and ``high`` are passed."""
    low = (marks.least < marks.low) & (marks.most >= marks.low)
    return low, (marks.least <= marks.high) & (marks.most > marks.high)


def class_probabilities(chances: Chances) -> tuple[Vector, Vector, Vector]:
    """Return P(low), P(medium) and P(high), n each; they sum to 1 up to rounding.

    Examples
    --------
    >>> chances = Chances(np.array([0.75]), np.array([0.5]), np.array([0.25]))
    >>> [float(p[0]) for p in class_probabilities(chances)]
    [0.25, 0.5, 0.25]

    """
    return 1.0 - chances.low, chances.low - chances.high, chances.high


def classes_of(outcome: Vector, marks: Marks) -> np.ndarray:
    """Return the class of n outcomes, ln(1+y), as its position in ``CLASSES``: 0 below ``low``, 2 above ``high``, else 1."""
    return np.where(outcome < marks.low, 0, np.where(outcome > marks.high, 2, 1))


def _around(low: Vector, typical: Vector, high: Vector, marks: Marks) -> Chances:
    """Return the chances with what counts decide, P(Y > typical) as it is and the others on their sides of it."""
    at_low = _decided(low, marks.least >= marks.low, marks.most < marks.low)
    at_high = _decided(high, marks.least > marks.high, marks.most <= marks.high)
    return Chances(np.maximum(at_low, typical), typical, np.minimum(at_high, typical))


def _decided(chance: Vector, passed: np.ndarray, missed: np.ndarray) -> Vector:
    return np.where(passed, 1.0, np.where(missed, 0.0, np.clip(chance, LEAST, 1.0 - LEAST)))


def _clipped(chance: Vector, levels_below: np.ndarray) -> Vector:
    """Return the chances of passing a mark, within the range that is left where so many served quantiles lie below the mark."""
    return np.clip(chance, 1.0 - _LEVELS[levels_below + 1], 1.0 - _LEVELS[levels_below])
