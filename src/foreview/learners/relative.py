"""The point for relative errors: growth over what is counted, fitted to the squared relative error itself.

With a count n, an outcome Y and growth z = Y/n, a forecast n·r has the relative squared error (n·r/Y − 1)² = (r − z)²/z²: least squares
with weights 1/z². Read off a distribution, the best r needs its far lower tail exactly right; fitted directly it does not.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from foreview.learners import xgb
from foreview.learners.matrix import Encoder, Matrix, Vector


@dataclass(frozen=True, slots=True)
class Relative:
    """A fitted growth with its encoder, and the slices in which it had the lower relative error out of time."""

    encoder: Encoder
    booster: Any
    slices: frozenset[str]


def fit_relative(rows: Matrix, growth: Vector, *, seed: int, threads: int) -> Any:
    """Return a booster for the growth r (≥ 1) that minimises E[(r/z − 1)²], given ``rows`` (n, k) and n growths z (> 0)."""
    weights = growth**-2.0
    rounds, depth = (400, 7) if len(growth) >= xgb.SMALL else (60, 3)
    parameters = {
        "objective": "reg:squarederror",
        "base_score": float(np.average(growth, weights=weights)),
        "eta": 0.05,
        "max_depth": depth,
        "min_child_weight": 5,
    }
    return xgb.boost(rows, growth, weights, rounds=rounds, parameters=parameters, seed=seed, threads=threads)


def predict_relative(model: Any, rows: Matrix) -> Vector:
    """Return n growths, each at least 1: what is counted stays counted."""
    return np.maximum(xgb.predict(model, rows), 1.0)
