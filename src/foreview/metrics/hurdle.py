"""Coverage where many outcomes are exactly zero."""

from __future__ import annotations

import numpy as np

from foreview.metrics.point import Floats


def central_share(actual: Floats, low: Floats, high: Floats, p_zero: Floats, level: float) -> Floats:
    """Return for n outcomes ≥ 0 how much of each lies in the central part of ``level`` (0..1) of its distribution, 0..1.

    A distribution with probability ``p_zero`` (n) of zero jumps there: an outcome of zero stands for all its probabilities from 0 to
    ``p_zero``, and lies in the central part by the share of them that do. A positive outcome lies in it where ``low`` ≤ outcome ≤ ``high``
    (n each). Where forecasts are right the mean is ``level``, which no closed interval can promise: one that begins at 0 holds
    every zero. Czado, Gneiting and Held 2009, *Predictive model assessment for count data*: the probability integral transform
    without drawing lots.

    Examples
    --------
    >>> import numpy as np
    >>> zero, ends = np.zeros(3), (np.zeros(3), np.full(3, 9.0))
    >>> np.round(central_share(zero, *ends, np.array([0.05, 0.2, 1.0]), 0.8), 3).tolist()
    [0.0, 0.5, 0.8]

    """
    tail = (1 - level) / 2
    inside = np.clip(np.minimum(p_zero, 1 - tail) - tail, 0.0, None)
    of_zero = inside / np.where(p_zero > 0, p_zero, 1.0)
    of_positive = ((low <= actual) & (actual <= high)).astype(np.float64)
    found: Floats = np.where(actual == 0, of_zero, of_positive)
    return found


def closed_promise(p_zero: Floats, level: float) -> Floats:
    """Return what the closed interval between the quantiles of ``level`` (0..1) covers where forecasts are right, given P(zero) (n).

    Examples
    --------
    >>> import numpy as np
    >>> np.round(closed_promise(np.array([0.05, 0.2, 0.97]), 0.8), 3).tolist()
    [0.8, 0.9, 0.97]

    """
    tail = (1 - level) / 2
    below = np.where(p_zero < tail, tail, 0.0)
    found: Floats = np.maximum(1 - tail, p_zero) - below
    return found
