"""How far outcomes lie from the forecast, as a function of the video: the noise differs between videos."""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from foreview.learners import xgb
from foreview.learners.matrix import Matrix, Vector
from foreview.options import DEFAULTS, Hyperparameters

FLOOR: Final = 0.02
"""Added to |residual| before the logarithm, so that a lucky hit does not count as certainty [ln units]."""

FEW: Final = {"eta": 0.1, "max_depth": 3, "min_child_weight": 1.0}
"""Parameters of the trees of few rows; leaves are multiples of ``spread_min_child_weight``."""
MANY: Final = {"eta": 0.05, "max_depth": 5, "min_child_weight": 2.5}
"""Parameters of the trees from :data:`foreview.learners.xgb.SMALL` rows on: one absolute residual says little of its video's noise, so slow trees of large leaves give sharper intervals than
quick ones (section ``spreads`` of the measurements)."""
ROUNDS_ROWS: Final = 15_000
"""Rows up to which :data:`MANY` are boosted 120 times; the rounds grow with the root of the rows, to twice as many."""


def fit_spread(rows: Matrix, residual: Vector, *, seed: int, threads: int, tuned: Hyperparameters = DEFAULTS) -> Any:
    """Return a booster for E[ln(|residual| + floor)] given ``rows`` (n, k); residuals [ln units] from out of sample."""
    n = len(residual)
    shape, rounds = (MANY, 120 * np.clip(np.sqrt(n / ROUNDS_ROWS), 1.0, 2.0)) if n >= xgb.SMALL else (FEW, 40)
    rounds = max(round(tuned.spread_size * rounds), 1)
    parameters = {
        "objective": "reg:squarederror",
        "eta": shape["eta"],
        "max_depth": max(int(shape["max_depth"]) + tuned.spread_deeper, 1),
        "min_child_weight": tuned.spread_min_child_weight * shape["min_child_weight"],
    }
    return xgb.boost(
        rows, np.log(np.abs(residual) + FLOOR), rounds=rounds, parameters=parameters, seed=seed, threads=threads
    )


def predict_spread(model: Any, rows: Matrix) -> Vector:
    """Return n spreads [ln units], > 0."""
    return np.exp(np.clip(xgb.predict(model, rows), np.log(FLOOR), 3.0))
