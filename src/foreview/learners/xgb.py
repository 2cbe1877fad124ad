"""Gradient-boosted trees by XGBoost, fitted to the median (absolute error) or to a mean."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from foreview.learners.matrix import Matrix, Vector
from foreview.options import DEFAULTS, Hyperparameters

SMALL: Final = 2_000
"""Rows below which trees are shallow and few."""
MANY: Final = 40_000
"""Rows from which trees are grown in pairs."""
ALONE: Final = 10_000
"""Rows below which one thread grows the trees: threads that wait for each other would take longer than the work."""


@dataclass(frozen=True, slots=True)
class _Shape:
    """The trees of a booster from so many rows on."""

    rows: int
    rounds: int
    beside: int
    """Trees that are grown side by side in each round, and averaged."""
    depth: int
    rate: float
    least: float
    """Least sum of the loss's curvature in a leaf."""
    slope: float
    """Error [units of spread] from which the loss grows in a straight line."""
    bins: int
    """Values that are told apart in a column."""


_SHAPES: Final = (
    _Shape(500_000, 350, 1, 7, 0.08, 0.5, slope=0.1, bins=256),
    _Shape(100_000, 400, 2, 8, 0.04, 3.0, slope=0.1, bins=256),
    _Shape(MANY, 400, 2, 8, 0.04, 3.0, slope=0.5, bins=256),
    _Shape(10_000, 500, 1, 8, 0.03, 3.0, slope=0.5, bins=256),
    _Shape(SMALL, 500, 1, 8, 0.03, 3.0, slope=0.5, bins=64),
    _Shape(0, 120, 1, 4, 0.08, 0.5, slope=0.1, bins=256),
)
"""The most rows get fewer rounds, and some thousands fewer bins: time is bounded. From :data:`SMALL` on the trees are much alike, or members
judged on part of a catalogue would not be those that are fitted on all of it."""


def fit(rows: Matrix, target: Vector, *, seed: int, threads: int, tuned: Hyperparameters = DEFAULTS) -> Any:
    """Return a booster for the conditional median of ``target`` (n, about unit spread) given ``rows`` (n, k).

    The loss is pseudo-Huber: with a slope of 0.1 all but absolute error, yet smooth; with 0.5, for fewer rows, near squared error close to the
    target, which varies less. ``benchmarks/losses.py`` compares them with squared error and with XGBoost's own absolute error, whose leaves are
    refitted by quantiles. Far from the target the curvature vanishes, so steps are bounded. From :data:`MANY` rows on two trees are grown
    side by side and each split draws its columns (``benchmarks/young.py``, ``benchmarks/at_publication.py``); with fewer rows that is worth
    less than the time a tuning would take longer.
    """
    shape = next(shape for shape in _SHAPES if len(target) >= shape.rows)
    parameters = {
        "objective": "reg:pseudohubererror",
        "huber_slope": shape.slope,
        "base_score": float(np.median(target)),
        "eta": shape.rate * tuned.xgb_rate,
        "num_parallel_tree": shape.beside,
        "max_depth": max(shape.depth + tuned.xgb_deeper, 1),
        "min_child_weight": shape.least * tuned.xgb_min_child_weight,
        "max_delta_step": 2,
        "max_bin": shape.bins,
        "subsample": tuned.xgb_subsample,
        "colsample_bytree": tuned.xgb_colsample,
    }
    if shape.beside > 1:  # side by side trees are worth more the less they are alike, as those of a forest
        parameters |= {"colsample_bytree": 1.0, "colsample_bynode": tuned.xgb_colsample}
    rounds = max(round(tuned.xgb_size * shape.rounds), 1)
    return boost(rows, target, rounds=rounds, parameters=parameters, seed=seed, threads=threads)


def boost(
    rows: Matrix,
    target: Vector,
    weights: Vector | None = None,
    *,
    rounds: int,
    parameters: dict[str, Any],
    seed: int,
    threads: int,
) -> Any:
    """Return a booster of ``rounds`` trees for n targets, each as heavy as its weight (≥ 0, alike when left out).

    Unless ``parameters`` say otherwise a tree sees a seeded draw of 0.8 of the rows and 0.5 of the columns.
    """
    import xgboost

    if len(target) < ALONE:
        threads = 1
    bins = parameters.get("max_bin", 256)
    data = xgboost.QuantileDMatrix(rows, target.astype(np.float32), weight=weights, nthread=threads, max_bin=bins)
    drawn = {"subsample": 0.8, "colsample_bytree": 0.5, "seed": seed, "nthread": threads, "verbosity": 0}
    return xgboost.train({**drawn, **parameters}, data, rounds)


def predict(model: Any, rows: Matrix) -> Vector:
    """Return n predictions; each depends on its own row alone."""
    return np.asarray(model.inplace_predict(rows), dtype=np.float64)


def encode(model: Any) -> bytes:
    """Return the booster as XGBoost's own JSON (a corrupted UBJ file can crash the process; JSON cannot)."""
    return bytes(model.save_raw(raw_format="json"))


def decode(content: bytes) -> Any:
    """Return the booster in ``content``; ValueError where there is none."""
    import xgboost

    if not content:  # XGBoost would end the process
        raise ValueError("a booster is XGBoost's JSON, not nothing")

    return xgboost.Booster(params={"nthread": 1, "verbosity": 0}, model_file=bytearray(content))
