"""The probability that something is there at all: the hurdle of revenue."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
import polars as pl

from foreview.learners import xgb
from foreview.learners.matrix import Encoder, Vector, fit_encoder

_NEVER: Final = 1e-6
"""No model knows that something is impossible."""
_STEPS: Final = 25
"""Newton steps; a logistic regression of two numbers needs fewer."""


@dataclass(frozen=True, slots=True)
class Chance:
    """A fitted probability with its encoder: ``logistic(intercept + slope * logit)`` of what the booster says."""

    encoder: Encoder
    booster: Any
    intercept: float = 0.0
    slope: float = 1.0


def fit_chance(table: pl.DataFrame, happened: Vector, *, seed: int, threads: int) -> Chance:
    """Return P(happened) given the columns of ``table`` (n rows), from n outcomes of 0 or 1, both of which occur."""
    encoder = fit_encoder(table, happened)
    parameters = {"objective": "binary:logistic", "eta": 0.1, "max_depth": 3, "min_child_weight": 5}
    booster = xgb.boost(encoder.matrix(table), happened, rounds=120, parameters=parameters, seed=seed, threads=threads)
    return Chance(encoder, booster)


def calibrated(chance: Chance, table: pl.DataFrame, happened: Vector) -> Chance:
    """Return ``chance`` corrected by n later outcomes (Platt 1999), of which both occur.

    The targets (n₊ + 1)/(n₊ + 2) and 1/(n₋ + 2) instead of 1 and 0 keep the correction finite where the two never mix.
    """
    logit = _logit(predict_chance(replace(chance, intercept=0.0, slope=1.0), table))
    yes, no = happened.sum(), happened.size - happened.sum()
    target = np.where(happened > 0, (yes + 1.0) / (yes + 2.0), 1.0 / (no + 2.0))
    intercept, slope = 0.0, 1.0
    for _ in range(_STEPS):
        said = _logistic(intercept + slope * logit)
        wrong, weight = target - said, said * (1.0 - said) + _NEVER
        first, second = wrong.sum(), (wrong * logit).sum()
        a, b, c = weight.sum(), (weight * logit).sum(), (weight * logit * logit).sum() + _NEVER
        determinant = a * c - b * b
        intercept += (c * first - b * second) / determinant
        slope += (a * second - b * first) / determinant
    return replace(chance, intercept=float(intercept), slope=float(slope))


def predict_chance(chance: Chance, table: pl.DataFrame) -> Vector:
    """Return n probabilities; each depends on its own row alone."""
    said = xgb.predict(chance.booster, chance.encoder.matrix(table))
    return _logistic(chance.intercept + chance.slope * _logit(said))


def _logit(probability: Vector) -> Vector:
    inside = np.clip(probability, _NEVER, 1.0 - _NEVER)
    found: Vector = np.log(inside) - np.log1p(-inside)
    return found


def _logistic(x: Vector) -> Vector:
    found: Vector = 1.0 / (1.0 + np.exp(-x))
    return found
