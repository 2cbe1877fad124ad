"""How far outcomes lie from the forecast, as a function of the video: the noise differs between videos."""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from foreview.learners import xgb
from foreview.learners.matrix import Matrix, Vector
from foreview.options import DEFAULTS, Hyperparameters

FLOOR: Final = 0.02
"""Added to |residual| before the logarithm, so that a lucky hit does not count as certainty [ln units]."""


def fit_spread(rows: Matrix, residual: Vector, *, seed: int, threads: int, tuned: Hyperparameters = DEFAULTS) -> Any:
    """Return a booster for E[ln(|residual| + floor)] given ``rows`` (n, k); residuals [ln units] from out of sample."""
    rounds, depth = (120, 5) if len(residual) >= xgb.SMALL else (40, 3)
    rounds, depth = max(round(tuned.spread_size * rounds), 1), max(depth + tuned.spread_deeper, 1)
    weight = tuned.spread_min_child_weight
    parameters = {"objective": "reg:squarederror", "eta": 0.1, "max_depth": depth, "min_child_weight": weight}
    return xgb.boost(
        rows, np.log(np.abs(residual) + FLOOR), rounds=rounds, parameters=parameters, seed=seed, threads=threads
    )


def predict_spread(model: Any, rows: Matrix) -> Vector:
    """Return n spreads [ln units], > 0."""
    return np.exp(np.clip(xgb.predict(model, rows), np.log(FLOOR), 3.0))
