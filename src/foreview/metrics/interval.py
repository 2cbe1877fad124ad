"""Scores of intervals and quantiles. Each is on the scale it is given; reports give it ln(1+y)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from foreview.errors import UsageError
from foreview.metrics.point import Floats


@dataclass(frozen=True, slots=True)
class Share:
    """A share of trials with its exact binomial interval."""

    hits: int
    n: int
    low: float
    high: float

    @property
    def value(self) -> float:
        """The share, 0..1; nan without trials."""
        return self.hits / self.n if self.n else float("nan")


def binomial_share(hits: int, n: int, level: float = 0.95) -> Share:
    """Return ``hits`` of ``n`` as a share with its exact interval (Clopper and Pearson 1934).

    Examples
    --------
    >>> share = binomial_share(8, 10)
    >>> share.value, round(share.low, 4), round(share.high, 4)
    (0.8, 0.4439, 0.9748)

    """
    from scipy.stats import beta

    if not 0 <= hits <= n:
        raise UsageError("hits lie between 0 and the number of trials", f"found {hits} of {n}")
    tail = (1 - level) / 2
    low = float(beta.ppf(tail, hits, n - hits + 1)) if hits else 0.0
    high = float(beta.ppf(1 - tail, hits + 1, n - hits)) if hits < n else 1.0
    return Share(hits, n, low, high)


def expected_share(probability: float, n: int, level: float = 0.95) -> tuple[float, float]:
    """Return between which shares of ``n`` trials an event of this probability lies with at least ``level``; all shares without trials.

    Examples
    --------
    >>> expected_share(0.8, 100)
    (0.72, 0.88)

    """
    from scipy.stats import binom

    if not n:
        return 0.0, 1.0
    low, high = binom.interval(level, n, probability)
    return float(low) / n, float(high) / n


def coverage(actual: Floats, low: Floats, high: Floats) -> Share:
    """Return the share of outcomes inside [low, high] (bounds included), with its exact 95 % interval."""
    inside = (low <= actual) & (actual <= high)
    return binomial_share(int(inside.sum()), int(inside.size))


def interval_score(actual: Floats, low: Floats, high: Floats, level: float) -> float:
    """Return the mean interval score of a central interval of ``level`` (0..1); smaller is better, nan without rows.

    Width plus 2/(1−level) times the distance by which an outcome is missed: Gneiting and Raftery 2007, eq. 43.

    Examples
    --------
    >>> import numpy as np
    >>> bounds = np.array([1.0, 1.0]), np.array([3.0, 3.0])
    >>> round(interval_score(np.array([2.0, 4.0]), *bounds, level=0.8), 6)
    7.0

    """
    losses = interval_losses(actual, low, high, level)
    return float(losses.mean()) if losses.size else float("nan")


def interval_losses(actual: Floats, low: Floats, high: Floats, level: float) -> Floats:
    """Return the interval score of each row, whose mean is :func:`interval_score`."""
    missed = np.maximum(low - actual, 0) + np.maximum(actual - high, 0)
    losses: Floats = (high - low) + 2 / (1 - level) * missed
    return losses


def pinball(actual: Floats, quantile: Floats, probability: float) -> float:
    """Return the mean pinball loss of a quantile; the true quantile minimises it. Koenker and Bassett 1978."""
    losses = _pinball(actual, quantile, probability)
    return float(losses.mean()) if losses.size else float("nan")


def crps_from_quantiles(actual: Floats, quantiles: Floats, probabilities: Floats) -> float:
    """Return the continuous ranked probability score as far as a grid of quantiles tells it; nan without rows.

    Parameters
    ----------
    actual:
        Shape (n,).
    quantiles:
        Shape (n, k), increasing along a row.
    probabilities:
        Shape (k,), strictly increasing, inside (0, 1).

    Notes
    -----
    CRPS = 2 ∫ pinball dτ (Laio and Tamea 2007). Each level stands for the probabilities nearer to it than to its
    neighbours. A positive sum of pinball losses, hence proper for the quantiles on the grid, but below the integral when the
    grid is coarse: compare it only between forecasts on the same grid.

    """
    losses = crps_losses(actual, quantiles, probabilities)
    return float(losses.mean()) if losses.size else float("nan")


def crps_losses(actual: Floats, quantiles: Floats, probabilities: Floats) -> Floats:
    """Return the score of each row, whose mean is :func:`crps_from_quantiles`."""
    if quantiles.shape != (actual.size, probabilities.size):
        raise UsageError("quantiles have one row an outcome and one column a probability", f"found {quantiles.shape}")
    edges = np.concatenate([[0.0], (probabilities[1:] + probabilities[:-1]) / 2, [1.0]])
    losses: Floats = 2 * (_pinball(actual[:, None], quantiles, probabilities) @ np.diff(edges))
    return losses


def _pinball(actual: Floats, quantile: Floats, probability: float | Floats) -> Floats:
    error = actual - quantile
    losses: Floats = np.maximum(probability * error, (probability - 1) * error)
    return losses
