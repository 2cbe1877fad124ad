"""Several models, one answer: a weighted mean whose weights were chosen on a later window."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import polars as pl

from foreview.learners.matrix import Encoder, Matrix, Vector, fit_encoder
from foreview.learners.members import MEMBERS

STEP = 0.05
"""Weights are multiples of this; finer ones are not told apart by a validation window."""
MAX_COMPARED = 20_000


@dataclass(frozen=True, slots=True)
class Ensemble:
    """Fitted members and their weights: by slice, with ``""`` for every slice that has none of its own."""

    encoder: Encoder
    members: Mapping[str, Any]
    weights: Mapping[str, Mapping[str, float]]


def fit_members(table: pl.DataFrame, target: Vector, *, max_rows: int, seed: int, threads: int) -> Ensemble:
    """Return all members fitted to ``target`` (n) over the columns of ``table`` (n rows), equally weighted.

    Members that do not scale are fitted on ``max_rows`` rows drawn without replacement.
    """
    encoder = fit_encoder(table, target)
    rows = encoder.matrix(table)
    drawn = _draw(len(target), max_rows, seed)
    members = {}
    for name, member in MEMBERS.items():
        part = slice(None) if member.scales else drawn
        members[name] = member.fit(rows[part], target[part], seed=seed, threads=threads)
    return Ensemble(encoder, members, {"": {name: 1 / len(MEMBERS) for name in MEMBERS}})


def member_predictions(ensemble: Ensemble, rows: Matrix) -> dict[str, Vector]:
    """Return each member's predictions for ``rows`` (n, k)."""
    return {name: MEMBERS[name].predict(model, rows) for name, model in ensemble.members.items()}


def combine(ensemble: Ensemble, predictions: Mapping[str, Vector], slices: np.ndarray) -> Vector:
    """Return the weighted means of n predictions, each with the weights of its slice (n names)."""
    names, code = np.unique(slices, return_inverse=True)
    total = np.zeros(len(slices))
    for member, values in predictions.items():
        weights = np.array([_weights_of(ensemble, str(name))[member] for name in names])
        total += weights[code] * values if len(names) else 0.0
    return total


def choose_weights(predictions: Mapping[str, Vector], actual: Vector, *, seed: int) -> dict[str, float]:
    """Return the weights (≥ 0, sum ≤ 1, multiples of 0.05) with the lowest mean absolute error on n later outcomes.

    Members predict what lies beyond the baseline, so what is missing from a sum of 1 is the baseline's own weight.
    """
    drawn = _draw(len(actual), MAX_COMPARED, seed)
    stacked = np.stack([values[drawn] for values in predictions.values()], axis=1)
    errors = [float(np.abs(stacked @ weights - actual[drawn]).mean()) for weights in _grid(len(predictions))]
    best = _grid(len(predictions))[int(np.argmin(errors))]
    return {name: float(weight) for name, weight in zip(predictions, best, strict=True)}


def _weights_of(ensemble: Ensemble, slice_name: str) -> Mapping[str, float]:
    return ensemble.weights.get(slice_name, ensemble.weights[""])


@lru_cache(maxsize=4)
def _grid(parts: int) -> tuple[Vector, ...]:
    steps = range(round(1 / STEP) + 1)
    sums = (np.array(found) for found in itertools.product(steps, repeat=parts) if sum(found) < len(steps))
    return tuple(np.round(found * STEP, 10) for found in sums)


def _draw(n: int, limit: int, seed: int) -> np.ndarray:
    if n <= limit:
        return np.arange(n)
    return np.sort(np.random.default_rng(seed).choice(n, size=limit, replace=False))
