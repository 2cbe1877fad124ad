"""What each feature adds to a forecast beyond its baseline, summed over the ensemble with its weights and scales."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import polars as pl

from foreview.explain.treeshap import boosting_parts, forest_parts, xgb_parts
from foreview.learners import linear
from foreview.learners.ensemble import Ensemble, combine
from foreview.learners.location import LocationModel, with_horizon
from foreview.learners.matrix import Matrix, Vector
from foreview.learners.members import MEMBERS
from foreview.learners.slices import in_stage
from foreview.learners.structure import slices_of
from foreview.vocabulary import Target


def linear_parts(model: linear.Linear, rows: Matrix) -> Vector:
    """Return (n, k + 1): the terms of k features, those of being missing included, and last the prediction for an average video.

    For a sum of terms around their means these are the Shapley values.
    """
    terms = linear.terms(model, rows)
    k = rows.shape[1]
    average = np.full((len(rows), 1), model.intercept)
    return np.concatenate([terms[:, :k] + terms[:, k:], average], axis=1)


PARTS: Final[Mapping[str, Callable[[Any, Matrix], Vector]]] = {
    "linear": linear_parts,
    "forest": forest_parts,
    "boosting": boosting_parts,
    "xgb": xgb_parts,
}
"""For each member that can be taken apart feature by feature, how: parts of its predictions that add up to them."""


@dataclass(frozen=True, slots=True)
class Contributions:
    """The parts [ln units] that take n forecasts from their baseline to where they lie; a row's parts add up to exactly that."""

    names: tuple[str, ...]
    features: Vector
    """Shape (n, k), by feature in the order of ``names``: Shapley values, summed over the members."""
    usual: Vector
    """Shape (n,): what the members add to an average video of those they were fitted on."""
    others: Vector
    """Shape (n,): the corrections of members that :data:`PARTS` cannot take apart, whole."""


def contributions(model: LocationModel, table: pl.DataFrame, target: Target) -> Contributions:
    """Return the contributions to the location of ``target`` for each row of a feature table (n rows).

    All are 0 in slices without skill, where the baseline serves. Without an ensemble there are no features to speak of.
    """
    names = tuple(sorted({name for found in model.ensembles.values() for name in found.encoder.columns}))
    n, slices = table.height, slices_of(table, target)
    whole = Contributions(names, np.zeros((n, len(names))), np.zeros(n), np.zeros(n))
    proven = ~np.isin(slices, sorted(model.unskilled))
    for stage, ensemble in model.ensembles.items():
        mine = np.flatnonzero(in_stage(slices, stage) & proven)
        columns = np.array([names.index(name) for name in ensemble.encoder.columns], dtype=np.int64)
        features, others = _of_stage(ensemble, with_horizon(table[mine], target), slices[mine])
        whole.features[np.ix_(mine, columns)] = features[:, :-1]
        whole.usual[mine], whole.others[mine] = features[:, -1], others
    return whole


def _of_stage(ensemble: Ensemble, table: pl.DataFrame, slices: np.ndarray) -> tuple[Vector, Vector]:
    """Return (n, k + 1): what k features and, last, the average video add; and what members that stay whole add (n)."""
    rows, shares = ensemble.encoder.matrix(table), _shares(ensemble, slices)
    found, others = np.zeros((len(rows), rows.shape[1] + 1)), np.zeros(len(rows))
    for name, fitted in ensemble.members.items():
        if not shares[name].any():
            continue
        if name in PARTS:
            found += shares[name][:, None] * PARTS[name](fitted, rows)
        else:
            others += shares[name] * MEMBERS[name].predict(fitted, rows)
    return found, others


def mean_absolute(parts: Contributions) -> dict[str, float]:
    """Return for each feature the mean over rows of |contribution| [ln units]."""
    return dict(zip(parts.names, np.abs(parts.features).mean(axis=0).tolist(), strict=True))


def _shares(ensemble: Ensemble, slices: np.ndarray) -> Mapping[str, Vector]:
    """Return for each member what its raw prediction is multiplied by in n rows: weight times scale of their slice."""
    scale = np.array([ensemble.scales.get(str(name), ensemble.scales[""]) for name in slices])
    nothing = dict.fromkeys(ensemble.members, np.zeros(len(slices)))
    return {name: combine(ensemble, {**nothing, name: scale}, slices) for name in ensemble.members}
