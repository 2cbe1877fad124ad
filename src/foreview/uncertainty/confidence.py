"""Confidence: the probability that the outcome lies within a factor of two of the forecast."""

from __future__ import annotations

import numpy as np

from foreview.uncertainty.conformal import Vector
from foreview.uncertainty.distribution import below, strictly_below


def confidence(values: Vector, point: Vector) -> Vector:
    """Return P(point / 2 ≤ Y ≤ 2 · point) of n distributions (n, 79) around n points (raw scale), 0..1.

    Examples
    --------
    >>> sure = np.full((1, 79), np.log1p(100.0))
    >>> confidence(sure, np.array([100.0])).tolist(), confidence(sure, np.array([300.0])).tolist()
    ([1.0], [0.0])

    """
    upper, lower = np.log1p(2.0 * point), np.log1p(point / 2.0)
    return np.clip(below(values, upper) - strictly_below(values, lower), 0.0, 1.0)
