"""Losses of the probabilities of several classes, row by row, so that they can be resampled."""

from __future__ import annotations

from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt

from foreview.errors import UsageError
from foreview.metrics.point import Floats

Ints: TypeAlias = npt.NDArray[np.int64]

FLOOR: Final = 1e-6
"""Probability that counts for any smaller one, so that a single row cannot cost infinitely much."""


def log_losses(happened: Ints, probabilities: Floats) -> Floats:
    """Return −ln of the probability that each row gave to what happened [nats, 0 to 13.8].

    ``happened`` (n) is the position of the class, ``probabilities`` has shape (n, classes). Good 1952.

    Examples
    --------
    >>> log_losses(np.array([0, 1]), np.array([[1.0, 0.0], [0.5, 0.5]])).round(4).tolist()
    [0.0, 0.6931]

    """
    _check(happened, probabilities)
    given = probabilities[np.arange(happened.size), happened]
    return np.abs(np.log(np.clip(given, FLOOR, 1.0)))


def brier_scores(happened: Ints, probabilities: Floats) -> Floats:
    """Return the squared distance of each row's probabilities (n, classes) from what happened (n positions), 0 to 2. Brier 1950.

    Examples
    --------
    >>> brier_scores(np.array([0, 1]), np.array([[1.0, 0.0], [0.5, 0.5]])).tolist()
    [0.0, 0.5]

    """
    _check(happened, probabilities)
    came = np.arange(probabilities.shape[1]) == happened[:, None]
    found: Floats = ((probabilities - came) ** 2).sum(axis=1)
    return found


def _check(happened: Ints, probabilities: Floats) -> None:
    sums = probabilities.sum(axis=1)
    if probabilities.shape[0] != happened.size or not np.allclose(sums, 1.0, atol=1e-6):
        raise UsageError(
            "each row has probabilities of all classes, which sum to 1",
            f"found {probabilities.shape} for {happened.size} rows, sums {sums.min(initial=1.0):g} to {sums.max(initial=1.0):g}",
        )
