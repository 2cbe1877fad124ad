"""The probability that something is there at all: the hurdle of revenue."""

from __future__ import annotations

from typing import Any

import numpy as np

from foreview.learners import xgb
from foreview.learners.matrix import Matrix, Vector


def fit_chance(rows: Matrix, happened: Vector, *, seed: int, threads: int) -> Any:
    """Return a booster for P(happened) given ``rows`` (n, k), from n outcomes of 0 or 1, both of which occur."""
    parameters = {"objective": "binary:logistic", "eta": 0.1, "max_depth": 3, "min_child_weight": 5}
    return xgb.boost(rows, happened, rounds=120, parameters=parameters, seed=seed, threads=threads)


def predict_chance(model: Any, rows: Matrix) -> Vector:
    """Return n probabilities."""
    return np.clip(xgb.predict(model, rows), 0.0, 1.0)
