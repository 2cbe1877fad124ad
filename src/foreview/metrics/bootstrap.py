"""How sure is a difference between two methods: a paired bootstrap that draws whole channels, not single videos."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final, TypeAlias

import numpy as np
import numpy.typing as npt

from foreview.errors import UsageError
from foreview.metrics.point import Floats, Strings

Numbers: TypeAlias = npt.NDArray[np.integer[Any]]
_BLOCK: Final = 50
"""Draws that are added up at a time."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure with its interval."""

    value: float
    low: float
    high: float
    clusters: int
    """How many independent groups it rests on."""


@dataclass(frozen=True, slots=True)
class BootstrapMeans:
    """Mean losses of several methods on the same rows, as measured and in each draw."""

    means: Floats
    """Shape (methods,)."""
    draws: Floats
    """Shape (draws, methods)."""
    clusters: int

    def mean(self, method: int, level: float = 0.95) -> Estimate:
        """Return the mean loss of ``method``."""
        return self._estimate(self.draws[:, method], self.means[method], level)

    def difference(self, method: int, other: int, level: float = 0.95) -> Estimate:
        """Return the mean loss of ``method`` minus that of ``other``; negative when ``method`` is better."""
        return self._estimate(
            self.draws[:, method] - self.draws[:, other], self.means[method] - self.means[other], level
        )

    def ratio(self, method: int, other: int, level: float = 0.95) -> Estimate:
        """Return the mean loss of ``method`` over that of ``other``; below 1 when ``method`` is better, nan where ``other`` lost nothing."""
        lost, drawn = _or_nan(self.means[other]), _or_nan(self.draws[:, other])
        return self._estimate(self.draws[:, method] / drawn, self.means[method] / lost, level)

    def _estimate(self, drawn: Floats, value: float, level: float) -> Estimate:
        tail = (1 - level) / 2
        low, high = np.quantile(drawn, [tail, 1 - tail])
        return Estimate(float(value), float(low), float(high), self.clusters)


def wider(one: Estimate, other: Estimate) -> Estimate:
    """Return ``one`` with each end of its interval the farther one of both.

    For draws of channels and of single videos: few channels say little of how much channels differ, and a single one nothing.

    Examples
    --------
    >>> wider(Estimate(1.0, 0.9, 1.1, 3), Estimate(1.0, 0.8, 1.05, 40))
    Estimate(value=1.0, low=0.8, high=1.1, clusters=3)

    """
    return Estimate(
        one.value, float(np.minimum(one.low, other.low)), float(np.maximum(one.high, other.high)), one.clusters
    )


def _or_nan(losses: Floats) -> Floats:
    """Return losses with nan for 0, over which there is no ratio."""
    return np.where(losses > 0, losses, np.nan)


def bootstrap_means(losses: Floats, cluster: Strings | Numbers, *, draws: int = 500, seed: int = 0) -> BootstrapMeans:
    """Return the mean loss of each method, and in ``draws`` resamples of whole clusters with replacement.

    All methods see the same draws, so differences between them are paired. Videos of one channel rise and fall together;
    drawing them one by one would call noise a difference (Cameron, Gelbach and Miller 2008).

    Parameters
    ----------
    losses:
        Shape (n, methods), at least one row.
    cluster:
        Shape (n,): the channel of each row, as a text or a number.
    draws, seed:
        Number of resamples, and where they start; equal seeds give equal intervals.

    """
    if losses.ndim != 2 or not losses.shape[0] or losses.shape[0] != cluster.shape[0]:
        raise UsageError(
            "a bootstrap needs losses of shape (rows, methods) and one cluster a row",
            f"found {losses.shape} and {cluster.shape}",
        )
    _, number = np.unique(cluster, return_inverse=True)
    sums: Floats = np.column_stack([np.bincount(number, weights=column) for column in losses.T]).astype(float)
    sizes = np.bincount(number).astype(float)
    drawn = _draw_means(sums, sizes, draws, seed)
    return BootstrapMeans(losses.mean(axis=0), drawn, int(sizes.size))


def _draw_means(sums: Floats, sizes: Floats, draws: int, seed: int) -> Floats:
    # Column by column: a product of matrices rounds one method otherwise where others stand beside it.
    totals = [np.ascontiguousarray(column) for column in (*sums.T, sizes)]
    times = _times(sizes.size, draws, seed)
    drawn = np.empty((draws, len(totals)))
    for start in range(0, draws, _BLOCK):
        block = times[start : start + _BLOCK].astype(float)
        for position, column in enumerate(totals):
            drawn[start : start + _BLOCK, position] = block @ column
    means: Floats = drawn[:, :-1] / drawn[:, -1:]
    return means


@lru_cache(maxsize=4)
def _times(clusters: int, draws: int, seed: int) -> npt.NDArray[np.uint16]:
    """Return how often each cluster comes in each draw; kept, as several losses of the same clusters are drawn alike.

    In two bytes a number: of many clusters none comes even a hundred times, and what is kept stays small.
    """
    rng = np.random.default_rng(seed)
    times = np.empty((draws, clusters), dtype=np.uint16)
    for draw in range(draws):
        times[draw] = np.bincount(rng.integers(0, clusters, clusters), minlength=clusters)
    return times
