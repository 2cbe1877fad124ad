"""Low, medium or high as a question of its own: whether the outcome passes a mark.

One booster answers for both ends of *medium*; the mark is among its inputs and its answer never rises with it (monotone constraints),
so the two answers are ordered by construction: ordinal classification by cumulative questions (McCullagh 1980; Frank and Hall 2001).
Its log-odds are pooled with those read off the predictive distribution, with weights learnt on later videos: Platt's scaling (1999)
with two inputs, shrunk towards the distribution alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import polars as pl

from foreview.learners import xgb
from foreview.learners.matrix import Encoder, Vector
from foreview.learners.structure import column

FURTHEST: Final = 6.0
"""Log-odds beyond which an answer is not believed: 1 in 400."""
ALONE: Final = (1.0, 0.0, 0.0)
"""The pool that is the distribution alone."""
SHRINKAGE: Final = 10.0
"""How firmly a pool is held at :data:`ALONE` while its outcomes are few: precision of a normal prior on its three numbers."""
_MARK: Final = ("mark", "mark_beyond_seen", "mark_is_high")
_SHAPES: Final = ((20_000, 300, 5), (0, 120, 3))
"""From so many questions on: rounds and depth."""


@dataclass(frozen=True, slots=True)
class Classifier:
    """A fitted booster with its encoder; for each ``target//days seen`` the pool; and the slices in which it serves.

    A pool (a, b, c), a ≥ 0 and b ≥ 0, makes a · log-odds of the distribution + b · log-odds of the booster + c.
    """

    encoder: Encoder
    booster: Any
    pools: Mapping[str, tuple[float, float, float]]
    slices: frozenset[str]


def questions(table: pl.DataFrame, mark: Vector, *, high: bool) -> pl.DataFrame:
    """Return a feature table (n rows) with the mark that each outcome is to pass, ln(1+y), and whether it is where high begins."""
    seen = np.log1p(np.nan_to_num(column(table, "initial_views")))
    values = dict(zip(_MARK, (mark, mark - seen, np.full(mark.size, float(high))), strict=True))
    return table.with_columns(pl.Series(name, value) for name, value in values.items())


def fit_booster(encoder: Encoder, asked: pl.DataFrame, passed: Vector, *, seed: int, threads: int) -> Any:
    """Return a booster for P(passed) given n :func:`questions`, from n answers of 0 or 1, both of which occur."""
    rounds, depth = next(shape[1:] for shape in _SHAPES if passed.size >= shape[0])
    falls = tuple(-int(name in _MARK) for name in encoder.columns)
    parameters = {
        "objective": "binary:logistic",
        "monotone_constraints": falls,
        "eta": 0.06,
        "max_depth": depth,
        "min_child_weight": 20,
    }
    return xgb.boost(encoder.matrix(asked), passed, rounds=rounds, parameters=parameters, seed=seed, threads=threads)


def log_odds(chance: Vector) -> Vector:
    """Return ln(p / (1 − p)) of n probabilities, at most :data:`FURTHEST` either way."""
    within = np.clip(chance, 1e-12, 1.0 - 1e-12)
    return np.asarray(np.clip(np.log(within) - np.log1p(-within), -FURTHEST, FURTHEST), dtype=np.float64)


def answers(encoder: Encoder, booster: Any, asked: pl.DataFrame) -> Vector:
    """Return the log-odds of n :func:`questions`, at most :data:`FURTHEST` either way; each depends on its own row alone."""
    if asked.is_empty():
        return np.zeros(0)
    found = booster.inplace_predict(encoder.matrix(asked), predict_type="margin")
    return np.clip(np.asarray(found, dtype=np.float64), -FURTHEST, FURTHEST)


def fit_pool(of_distribution: Vector, of_booster: Vector, passed: Vector) -> tuple[float, float, float]:
    """Return the pool of n pairs of log-odds that makes what happened (0 or 1) the likeliest, shrunk towards :data:`ALONE`.

    Examples
    --------
    >>> fit_pool(np.zeros(0), np.zeros(0), np.zeros(0))
    (1.0, 0.0, 0.0)

    """
    from scipy.optimize import minimize

    inputs = np.column_stack([of_distribution, of_booster, np.ones(passed.size)])
    sign = 2.0 * passed - 1.0

    def loss(pool: Vector) -> tuple[float, Vector]:
        margin, away = sign * (inputs @ pool), pool - np.array(ALONE)
        total = float(np.logaddexp(0.0, -margin).sum() + SHRINKAGE / 2 * away @ away)
        return total, -(sign / (1.0 + np.exp(margin))) @ inputs + SHRINKAGE * away

    found = minimize(loss, np.array(ALONE), jac=True, method="L-BFGS-B", bounds=[(0, None), (0, None), (None, None)])
    a, b, c = found.x.tolist()
    return a, b, c


def passing(
    classifier: Classifier, table: pl.DataFrame, slices: np.ndarray, mark: Vector, chance: Vector, *, high: bool
) -> Vector:
    """Return the probabilities (n) that outcomes pass ``mark``, where the distribution says ``chance``; ``slices`` has n names."""
    found = answers(classifier.encoder, classifier.booster, questions(table, mark, high=high))
    names, code = np.unique(slices, return_inverse=True)
    pools = np.array([classifier.pools.get(pool_of(str(name)), ALONE) for name in names]).reshape(-1, 3)[code]
    margin = pools[:, 0] * log_odds(chance) + pools[:, 1] * found + pools[:, 2]
    return np.asarray(1.0 / (1.0 + np.exp(-margin)), dtype=np.float64)


def pool_of(slice_name: str) -> str:
    """Return the name of the pool of a slice ``target/format/days seen``: both formats share it.

    Examples
    --------
    >>> pool_of("views_30d/short/3")
    'views_30d//3'

    """
    target, _, seen = slice_name.split("/")
    return f"{target}//{seen}"
