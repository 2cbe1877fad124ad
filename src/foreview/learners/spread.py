"""How far outcomes lie from the forecast, as a function of the video: the noise differs between videos."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

import numpy as np

from foreview.learners import xgb
from foreview.learners.matrix import Matrix, Vector
from foreview.options import DEFAULTS, Hyperparameters

FLOOR: Final = 0.02
"""Added to |residual| before the logarithm, so that a lucky hit does not count as certainty [ln units]."""


class Shape(NamedTuple):
    """Of the trees: rounds, depth, learning rate, and the least rows in a leaf as a multiple of ``spread_min_child_weight``."""

    rounds: int
    depth: int
    rate: float
    leaf: float


FEW: Final = Shape(40, 3, 0.1, 1.0)
LARGE: Final = Shape(120, 4, 0.05, 5.0)
"""From :data:`foreview.learners.xgb.SMALL` rows on. One |residual| says little of its video's noise: slow trees of large leaves gave sharper intervals than quick ones
(section ``spreads`` of the measurements)."""


def fit_spread(rows: Matrix, residual: Vector, *, seed: int, threads: int, tuned: Hyperparameters = DEFAULTS) -> Any:
    """Return a booster for E[ln(|residual| + floor)] given ``rows`` (n, k); residuals [ln units] from out of sample."""
    shape = LARGE if len(residual) >= xgb.SMALL else FEW
    rounds, depth = max(round(tuned.spread_size * shape.rounds), 1), max(shape.depth + tuned.spread_deeper, 1)
    weight = tuned.spread_min_child_weight * shape.leaf
    parameters = {"objective": "reg:squarederror", "eta": shape.rate, "max_depth": depth, "min_child_weight": weight}
    return xgb.boost(
        rows, np.log(np.abs(residual) + FLOOR), rounds=rounds, parameters=parameters, seed=seed, threads=threads
    )


def predict_spread(model: Any, rows: Matrix) -> Vector:
    """Return n spreads [ln units], > 0."""
    return np.exp(np.clip(xgb.predict(model, rows), np.log(FLOOR), 3.0))
