"""Scores of probabilities: do they order, and do they mean what they say."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from foreview.errors import UsageError
from foreview.metrics.point import Floats


def auc(happened: npt.NDArray[np.bool_], score: Floats) -> float:
    """Return the probability that a row where it happened scores above one where it did not (ties count half).

    nan where only one of the two exists. Mann and Whitney 1947; Hanley and McNeil 1982.

    Examples
    --------
    >>> import numpy as np
    >>> auc(np.array([True, False, True, False]), np.array([0.9, 0.1, 0.4, 0.4]))
    0.875

    """
    from scipy.stats import rankdata

    positives = int(happened.sum())
    negatives = int(happened.size) - positives
    if not positives or not negatives:
        return float("nan")
    rank_sum = float(rankdata(score)[happened].sum())
    return (rank_sum - positives * (positives + 1) / 2) / (positives * negatives)


def brier(happened: npt.NDArray[np.bool_], probability: Floats) -> float:
    """Return the mean squared difference between probability and what happened (0 or 1); nan without rows."""
    _check_probabilities(probability)
    return float(((probability - happened) ** 2).mean()) if happened.size else float("nan")


@dataclass(frozen=True, slots=True)
class ReliabilityBin:
    """The rows whose probability fell into one tenth of the scale."""

    mean_probability: float
    share_happened: float
    n: int


@dataclass(frozen=True, slots=True)
class Reliability:
    """What was said against what happened, and the expected calibration error."""

    bins: tuple[ReliabilityBin, ...]
    error: float
    """Mean over rows of |said − happened| of their bin; nan without rows."""


def reliability(happened: npt.NDArray[np.bool_], probability: Floats, bins: int = 10) -> Reliability:
    """Return the reliability over ``bins`` equal parts of 0..1, empty ones left out. Naeini, Cooper and Hauskrecht 2015.

    Examples
    --------
    >>> import numpy as np
    >>> reliability(np.array([True, False]), np.array([0.75, 0.75])).error
    0.25

    """
    _check_probabilities(probability)
    number = np.minimum((probability * bins).astype(int), bins - 1)
    n = np.bincount(number, minlength=bins)
    said = np.bincount(number, weights=probability, minlength=bins)
    came = np.bincount(number, weights=happened.astype(float), minlength=bins)
    found = tuple(
        ReliabilityBin(float(said[i] / n[i]), float(came[i] / n[i]), int(n[i])) for i in np.flatnonzero(n).tolist()
    )
    error = float(np.abs(said - came).sum() / n.sum()) if happened.size else float("nan")
    return Reliability(found, error)


def _check_probabilities(probability: Floats) -> None:
    if probability.size and not (probability.min() >= 0 and probability.max() <= 1):
        raise UsageError("a probability lies between 0 and 1", f"found {probability.min():g} to {probability.max():g}")
