"""Where a forecast lies and how far outcomes spread around it: baseline, ensemble and spread model together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import polars as pl

from foreview.learners.ensemble import Ensemble, combine, member_predictions
from foreview.learners.matrix import Encoder, Vector
from foreview.learners.slices import Stage, in_stage
from foreview.learners.spread import predict_spread
from foreview.learners.structure import Structure, baseline, slices_of
from foreview.vocabulary import HORIZON_DAYS, Target

_CHUNK = 50_000


@dataclass(frozen=True, slots=True)
class Spread:
    """A fitted spread model with the encoder of its own training rows."""

    encoder: Encoder
    booster: Any


@dataclass(frozen=True, slots=True)
class LocationModel:
    """What is needed to place a forecast. Without an ensemble for its stage the baseline serves; without a spread model the spread is 1."""

    structure: Structure
    ensembles: Mapping[Stage, Ensemble] = field(default_factory=dict)
    spread: Spread | None = None
    unskilled: frozenset[str] = frozenset()
    """Slices in which the ensemble did not beat the baseline out of time: the baseline serves."""


@dataclass(frozen=True, slots=True)
class Located:
    """n forecasts: location (ln scale of the target), spread [ln units, > 0], slice, and whether the ensemble serves."""

    location: Vector
    spread: Vector
    slices: np.ndarray
    skilled: np.ndarray


def locate(model: LocationModel, table: pl.DataFrame, target: Target) -> Located:
    """Return the location and spread of ``target`` for each row of a feature table."""
    slices = slices_of(table, target)
    location = baseline(model.structure, table, target)
    spread = np.ones(table.height)
    proven = ~np.isin(slices, sorted(model.unskilled))
    skilled = np.zeros(table.height, dtype=np.bool_)
    for stage, ensemble in model.ensembles.items():
        mine = np.flatnonzero(in_stage(slices, stage) & proven)
        skilled[mine] = True
        for part, rows in _chunks(with_horizon(table[mine], target)):
            own = slices[mine[part]]
            location[mine[part]] += combine(
                ensemble, member_predictions(ensemble, ensemble.encoder.matrix(rows), own), own
            )
    if model.spread is not None:
        for part, rows in _chunks(with_horizon(table, target)):
            spread[part] = predict_spread(model.spread.booster, model.spread.encoder.matrix(rows))
    return Located(location, spread, slices, skilled)


def revenue_location(ln_rpm: Vector, ln1p_views: Vector) -> Vector:
    """Return ln(USD) of revenue: revenue per thousand views [ln USD] times views [ln(1+views)], at least one view."""
    counted: Vector = np.maximum(np.expm1(ln1p_views), 1.0)
    found: Vector = ln_rpm + np.log(counted) - np.log(1000.0)
    return found


def with_horizon(table: pl.DataFrame, target: Target) -> pl.DataFrame:
    """Return a feature table with the column ``horizon_days``, by which one model serves all horizons."""
    return table.with_columns(horizon_days=pl.lit(float(HORIZON_DAYS[target])))


def _chunks(table: pl.DataFrame) -> Iterator[tuple[slice, pl.DataFrame]]:
    for start in range(0, table.height, _CHUNK):
        yield slice(start, start + _CHUNK), table[start : start + _CHUNK]
