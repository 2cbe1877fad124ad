"""Several models, one answer: a weighted mean whose weights were chosen on a later window."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import polars as pl

from foreview.learners.matrix import Encoder, Matrix, Vector, fit_encoder_with_words
from foreview.learners.members import MEMBERS
from foreview.learners.remembered import fit_once
from foreview.options import DEFAULTS, Hyperparameters

STEP = 0.05
"""Weights are multiples of this; finer ones are not told apart by a validation window."""
MAX_COMPARED = 20_000
MIN_SCALE = 0.01
"""Scale [ln units] below which growth is rounding."""


@dataclass(frozen=True, slots=True)
class Ensemble:
    """Fitted members, their weights and the scales of what they predict: by slice, with ``""`` for all others."""

    encoder: Encoder
    members: Mapping[str, Any]
    weights: Mapping[str, Mapping[str, float]]
    scales: Mapping[str, float]
    """Members learn the target divided by the scale of its slice [ln units], so that a loss means the same in all."""


def fit_members(
    table: pl.DataFrame,
    target: Vector,
    slices: np.ndarray,
    *,
    max_rows: int,
    seed: int,
    threads: int,
    tuned: Hyperparameters = DEFAULTS,
) -> Ensemble:
    """Return all members fitted to ``target`` (n, ln units) over the columns of ``table`` (n rows), equally weighted.

    ``slices`` (n names) say which rows are alike.

    Members that do not scale are fitted on ``max_rows`` rows drawn without replacement.
    """
    scales = _fit_scales(target, slices)
    scaled = target / _scale_of(scales, slices)
    encoder, rows = fit_encoder_with_words(table, scaled)
    drawn = draw(len(target), max_rows, seed)
    members = {}
    for name, member in MEMBERS.items():
        part = slice(None) if member.scales else drawn
        members[name] = fit_once(name, rows[part], scaled[part], seed=seed, threads=threads, tuned=tuned)
    return Ensemble(encoder, members, {"": {name: 1 / len(MEMBERS) for name in MEMBERS}}, scales)


def member_predictions(ensemble: Ensemble, rows: Matrix, slices: np.ndarray) -> dict[str, Vector]:
    """Return each member's predictions [ln units] for ``rows`` (n, k) of ``slices`` (n names)."""
    scale = _scale_of(ensemble.scales, slices)
    return {name: scale * MEMBERS[name].predict(model, rows) for name, model in ensemble.members.items()}


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
    drawn = draw(len(actual), MAX_COMPARED, seed)
    stacked = np.stack([values[drawn] for values in predictions.values()], axis=1)
    best = np.zeros(len(predictions))
    for candidates in (lambda _: _coarse(len(predictions)), _around):
        found = candidates(best)
        errors = [float(np.abs(stacked @ weights - actual[drawn]).mean()) for weights in found]
        best = found[int(np.argmin(errors))]
    return {name: float(weight) for name, weight in zip(predictions, best, strict=True)}


def _fit_scales(target: Vector, slices: np.ndarray) -> dict[str, float]:
    """Return for each slice the median absolute target, as the standard deviation of a normal distribution would be."""
    names, code = np.unique(slices, return_inverse=True)
    order = np.argsort(code, kind="stable")
    parts = np.split(np.abs(target)[order], np.cumsum(np.bincount(code, minlength=len(names)))[:-1])
    spread = {str(name): 1.4826 * float(np.median(part)) for name, part in zip(names, parts, strict=True)}
    return {
        name: max(value, MIN_SCALE) for name, value in {"": 1.4826 * float(np.median(np.abs(target))), **spread}.items()
    }


def _scale_of(scales: Mapping[str, float], slices: np.ndarray) -> Vector:
    names, code = np.unique(slices, return_inverse=True)
    found = np.array([scales.get(str(name), scales[""]) for name in names], dtype=np.float64)
    return found[code]


def _weights_of(ensemble: Ensemble, slice_name: str) -> Mapping[str, float]:
    return ensemble.weights.get(slice_name, ensemble.weights[""])


@lru_cache(maxsize=4)
def _coarse(parts: int) -> tuple[Vector, ...]:
    """Return all weights in steps of twice :data:`STEP`."""
    steps = range(round(1 / (2 * STEP)) + 1)
    sums = (np.array(found) for found in itertools.product(steps, repeat=parts) if sum(found) < len(steps))
    return tuple(np.round(found * 2 * STEP, 10) for found in sums)


def _around(best: Vector) -> tuple[Vector, ...]:
    """Return ``best`` and all allowed weights within one :data:`STEP` of it."""
    moves = itertools.product((0.0, -STEP, STEP), repeat=best.size)
    near = (np.round(best + np.array(move), 10) for move in moves)
    return tuple(weights for weights in near if weights.min() >= 0 and weights.sum() <= 1 + 1e-9)


def draw(n: int, limit: int, seed: int) -> np.ndarray:
    """Return the positions of at most ``limit`` of n rows, in order, drawn without replacement."""
    if n <= limit:
        return np.arange(n)
    return np.sort(np.random.default_rng(seed).choice(n, size=limit, replace=False))
