"""Pinto's second method: daily increments, and how alike they are to those of some training videos."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from foreview.learners.baselines import Floats, check_history, daily_increments

CENTRES: Final = (10, 25, 50, 100)
"""Numbers of training videos that likeness is measured to, tried on later videos; those beyond half of the videos at hand are not."""
WIDTHS: Final = (0.1, 0.5, 0.9)
"""Widths of the kernel tried: these quantiles of the distances between videos and centres."""
RIDGE: Final = 1e-3
"""Weight of the squared weights of likeness against the mean squared relative error, columns scaled to a mean square of 1."""
LATER_SHARE: Final = 0.3
"""Of the videos, the last ones, on which number and width are tried."""
MOST_TRIED: Final = 20_000
"""Videos on which they are tried, at most; the weights are then fitted on all."""
_CHUNK: Final = 20_000


@dataclass(frozen=True, slots=True)
class PintoMRBF:
    """The model of one issue age and horizon: ``days`` increments a video, ``centres`` other videos."""

    weights: Floats
    """Shape (days,): of the increments."""
    likeness: Floats
    """Shape (centres,): views that being exactly like a centre adds."""
    centres: Floats
    """Shape (centres, days): increments [views]."""
    width: float
    """Of the Gaussian kernel [views]."""


def fit_pinto_mrbf(counts: Floats, outcomes: Floats, *, seed: int = 0) -> PintoMRBF:
    """Return the weights of increments and likeness that minimise the mean relative squared error, likeness by ridge.

    N(horizon) = Σ weight · increment + Σ weight · exp(−‖x − c‖² / 2σ²), x the increments of the video, c those of a drawn training video:
    Pinto, Almeida and Gonçalves, WSDM 2013. The number of centres and σ are those with the smallest error on the last
    :data:`LATER_SHARE` of the rows; time is linear in rows, memory bounded but for what is given.

    Parameters
    ----------
    counts:
        Shape (n, days): cumulative views known at age 1, 2, …, the last at the issue age; in order of publication.
    outcomes:
        Shape (n,): views at the horizon, each at least 1.
    seed:
        Of the draw of centres; equal seeds give equal models.

    Raises
    ------
    NotEnoughHistory
        With fewer rows than days.
    UsageError
        If an outcome is below 1.

    """
    check_history(counts, outcomes)
    stream = np.random.default_rng(seed)
    rows = daily_increments(counts)
    drawn = _some(len(rows), MOST_TRIED, stream)
    cut = len(drawn) - int(len(drawn) * LATER_SHARE)
    number, share = _chosen(rows[drawn[:cut]], outcomes[drawn[:cut]], rows[drawn[cut:]], outcomes[drawn[cut:]], stream)
    centres = rows[_some(len(rows), number, stream)]
    return _fitted(rows, outcomes, centres, _width(rows, centres, share))


def predict_pinto_mrbf(fitted: PintoMRBF, counts: Floats) -> Floats:
    """Return the views at the horizon [views] for ``counts`` of shape (n, days); a negative sum is served as 0."""
    return _points(fitted, daily_increments(counts))


def _points(fitted: PintoMRBF, rows: Floats) -> Floats:
    weights = np.concatenate([fitted.weights, fitted.likeness])
    found = [_columns(part, fitted.centres, fitted.width) @ weights for part in _parts(rows)]
    points: Floats = np.maximum(np.concatenate([np.zeros(0), *found]), 0.0)
    return points


def _chosen(
    rows: Floats, outcomes: Floats, later: Floats, later_outcomes: Floats, stream: np.random.Generator
) -> tuple[int, float]:
    """Return the number of centres and the quantile of the width with the smallest mean relative squared error on ``later``."""
    numbers = [number for number in CENTRES if number <= len(rows) // 2] or [max(len(rows) // 2, 1)]
    centres = rows[_some(len(rows), numbers[-1], stream)]
    errors = {}
    for number in numbers:
        for share in WIDTHS:
            tried = centres[:number]
            fitted = _fitted(rows, outcomes, tried, _width(rows, tried, share))
            # Without a later row the first, the simplest, is taken.
            errors[number, share] = float(((_points(fitted, later) / later_outcomes - 1) ** 2).sum())
    return min(errors, key=lambda choice: errors[choice])


def _fitted(rows: Floats, outcomes: Floats, centres: Floats, width: float) -> PintoMRBF:
    """Return the model by its normal equations, which are as small as it is, summed part by part."""
    size = rows.shape[1] + len(centres)
    gram, right = np.zeros((size, size)), np.zeros(size)
    for part, outcome in zip(_parts(rows), _parts(outcomes), strict=True):
        relative = _columns(part, centres, width) / outcome[:, None]
        gram += relative.T @ relative
        right += relative.sum(axis=0)
    scale = np.sqrt(np.diag(gram) / len(rows))
    scale[scale == 0] = 1.0
    gram /= scale[:, None] * scale[None, :] * len(rows)
    gram[np.diag_indices(size)] += np.where(np.arange(size) < rows.shape[1], 0.0, RIDGE)
    solved, *_ = np.linalg.lstsq(gram, right / scale / len(rows), rcond=None)
    weights = solved / scale
    return PintoMRBF(weights[: rows.shape[1]], weights[rows.shape[1] :], centres, width)


def _columns(rows: Floats, centres: Floats, width: float) -> Floats:
    """Return the increments and the likeness to each centre, shape (n, days + centres)."""
    return np.column_stack([rows, np.exp(-_squares(rows, centres) / (2 * width**2))])


def _squares(rows: Floats, centres: Floats) -> Floats:
    """Return squared distances, shape (n, centres), day by day: exactly 0 between equal rows."""
    found = np.zeros((len(rows), len(centres)))
    for day in range(rows.shape[1]):
        found += (rows[:, day, None] - centres[None, :, day]) ** 2
    return found


def _width(rows: Floats, centres: Floats, share: float) -> float:
    """Return a quantile of the distances that are not 0 [views], of evenly spread rows; 1 where all are."""
    spread = rows[:: max(len(rows) // 1_000, 1)]
    distances = np.sqrt(_squares(spread, centres))
    distances = distances[distances > 0]
    return float(np.quantile(distances, share)) if distances.size else 1.0


def _some(n: int, number: int, stream: np.random.Generator) -> np.ndarray:
    """Return the positions of at most ``number`` of ``n``, drawn, in order."""
    return np.sort(stream.choice(n, size=min(number, n), replace=False))


def _parts(values: Floats) -> list[Floats]:
    return [values[start : start + _CHUNK] for start in range(0, len(values), _CHUNK)]
