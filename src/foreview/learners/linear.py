"""A regularised linear model for the median: ridge regression by scikit-learn, reweighted until it shrugs off outliers."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from foreview.learners.matrix import Matrix, Vector
from foreview.options import DEFAULTS, Hyperparameters

ROUNDS: Final = 10
NEAR: Final = 0.2
"""Residuals beyond this (of about unit spread) count by their size, not their square (Huber 1964)."""
LONG_TAIL: Final = 50.0
"""A column whose values go beyond this is taken as asinh(x): counts of views and followers span many powers of ten."""
REACH: Final = 4.0
"""Standard deviations at which a value is cut: a straight line is not to be trusted further out."""


@dataclass(frozen=True, slots=True)
class Linear:
    """k columns, then k indicators that a value is missing: all (2k) centred and scaled, weighted and summed."""

    long_tailed: np.ndarray
    centre: Vector
    scale: Vector
    weights: Vector
    intercept: float


def fit(rows: Matrix, target: Vector, *, seed: int, threads: int, tuned: Hyperparameters = DEFAULTS) -> Linear:
    """Return a linear model for the conditional centre of ``target`` (n) given ``rows`` (n, k).

    Iteratively reweighted least squares (Holland and Welsch 1977). Nothing is drawn and one thread works, so ``seed`` and ``threads``
    change nothing.
    """
    del seed, threads
    from sklearn.linear_model import Ridge
    from threadpoolctl import threadpool_limits

    long_tailed = np.max(np.abs(np.nan_to_num(rows)), axis=0) > LONG_TAIL
    wide = _widened(rows, long_tailed)
    given = np.maximum((~np.isnan(wide)).sum(axis=0), 1)
    centre = np.nansum(wide, axis=0) / given
    scale = np.sqrt(np.nansum((wide - centre) ** 2, axis=0) / given)
    model = Linear(long_tailed, centre, np.where(scale > 0, scale, np.inf), np.zeros(centre.size), 0.0)
    columns = _standardised(model, rows)
    weights = np.ones(len(target))
    with threadpool_limits(limits=1):  # sums in one order: the same bits on every run
        for _ in range(ROUNDS):
            ridge = Ridge(alpha=tuned.linear_alpha, solver="cholesky").fit(columns, target, sample_weight=weights)
            weights = 1.0 / np.maximum(np.abs(target - ridge.predict(columns)), NEAR)
    return Linear(long_tailed, centre, model.scale, np.asarray(ridge.coef_, dtype=np.float64), float(ridge.intercept_))


def predict(model: Linear, rows: Matrix) -> Vector:
    """Return n predictions; each is summed in the same order, whatever the other rows are."""
    found: Vector = terms(model, rows).sum(axis=1) + model.intercept
    return found


def terms(model: Linear, rows: Matrix) -> Vector:
    """Return the (n, 2k) terms that with the intercept add up to n predictions: of k columns, then of their being missing."""
    return _standardised(model, rows) * model.weights


def encode(model: Linear) -> bytes:
    """Return the model as JSON."""
    scale = [None if np.isinf(value) else float(value) for value in model.scale]
    said = {
        "long_tailed": model.long_tailed.tolist(),
        "centre": model.centre.tolist(),
        "scale": scale,
        "weights": model.weights.tolist(),
        "intercept": model.intercept,
    }
    return json.dumps(said, allow_nan=False).encode()


def decode(content: bytes) -> Linear:
    """Return the model in ``content``."""
    said: dict[str, Any] = json.loads(content)
    scale = np.array([np.inf if value is None else value for value in said["scale"]], dtype=np.float64)
    long_tailed = np.array(said["long_tailed"], dtype=np.bool_)
    return Linear(long_tailed, np.array(said["centre"]), scale, np.array(said["weights"]), float(said["intercept"]))


def _widened(rows: Matrix, long_tailed: np.ndarray) -> Vector:
    values = rows.astype(np.float64)
    values = np.where(long_tailed, np.arcsinh(values), values)
    return np.concatenate([values, np.isnan(values).astype(np.float64)], axis=1)


def _standardised(model: Linear, rows: Matrix) -> Vector:
    """Return (n, 2k): centred, scaled, cut at :data:`REACH`; a missing value stands at the centre, its indicator says so."""
    wide = (_widened(rows, model.long_tailed) - model.centre) / model.scale
    return np.clip(np.nan_to_num(wide), -REACH, REACH)
