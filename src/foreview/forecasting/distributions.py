"""The predictive distributions of a release: one a video, issue time and target."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from foreview.forecasting.chance import chance_of_revenue
from foreview.forecasting.known import Known
from foreview.learners.location import Located, locate, revenue_location, with_horizon
from foreview.learners.matrix import Vector
from foreview.learners.relative import predict_relative
from foreview.learners.structure import column, slices_of
from foreview.releases.models import KindModel
from foreview.uncertainty.adaptive import Correction, corrected
from foreview.uncertainty.conformal import score_quantiles
from foreview.uncertainty.distribution import at_least, bounded, mrse_point, with_zero
from foreview.vocabulary import KIND_OF_TARGET, SMALLEST_UNIT, TARGETS, ModelKind, Target


@dataclass(frozen=True, slots=True)
class Predicted:
    """n distributions (n, 79) on the scale ln(1+y), where and by what each was :func:`placed`, and how its outcomes corrected it."""

    values: Vector
    at: Located
    by: Correction


def predicted(
    models: Mapping[ModelKind, KindModel],
    table: pl.DataFrame,
    known: Mapping[Target, Known],
    corrections: Mapping[Target, Correction],
) -> dict[Target, Predicted]:
    """Return the distribution of every target for each row of a feature table, corrected as ``corrections`` say.

    7-day views are raised to what was counted, 30-day views to that and to the 7-day views, level by level.
    """
    around = {target: _around(models, table, target, corrections[target]) for target in TARGETS}
    around["revenue_30d"] = _with_none(models["revenue"], table, around["revenue_30d"])
    found = {target: replace(one, values=_settled(one.values, known[target])) for target, one in around.items()}
    month, week = found["views_30d"], found["views_7d"]
    return found | {"views_30d": replace(month, values=at_least(month.values, week.values))}


def relative_points(model: KindModel, table: pl.DataFrame, target: Target, values: Vector) -> Vector:
    """Return the points (n, raw scale) for the relative squared error: the fitted growth of the count where that serves, else read off."""
    found = mrse_point(values, SMALLEST_UNIT[target])
    if model.relative is None:
        return found
    counts = column(table, "initial_views")
    mine = np.flatnonzero(np.isin(slices_of(table, target), sorted(model.relative.slices)) & (counts >= 1))
    rows = model.relative.encoder.matrix(with_horizon(table[mine], target))
    found[mine] = counts[mine] * predict_relative(model.relative.booster, rows)
    return found


def placed(models: Mapping[ModelKind, KindModel], table: pl.DataFrame, target: Target) -> Located:
    """Return where ``target`` is expected for each row of a feature table: as ln(1+y), or of revenue ln(USD), if there is any."""
    at = locate(models[KIND_OF_TARGET[target]].location, table, target)
    if target != "revenue_30d":
        return at
    seen = np.log1p(np.nan_to_num(column(table, "initial_views")))
    views = np.maximum(locate(models["views"].location, table, "views_30d").location, seen)
    return replace(at, location=revenue_location(at.location, views))


def _around(models: Mapping[ModelKind, KindModel], table: pl.DataFrame, target: Target, by: Correction) -> Predicted:
    """Return the distributions around where ``target`` is placed, on the scale of :func:`placed`."""
    at = placed(models, table, target)
    scores = corrected(score_quantiles(models[KIND_OF_TARGET[target]].calibration, at.slices), by)
    return Predicted(at.location[:, None] + at.spread[:, None] * scores, at, by)


def _settled(values: Vector, known: Known) -> Vector:
    """Return distributions within their bounds, and certain where the value is known."""
    within = bounded(values, np.log1p(known.lower), np.log1p(known.upper))
    return np.where(np.isnan(known.value)[:, None], within, np.log1p(np.maximum(known.value, 0.0))[:, None])


def _with_none(model: KindModel, table: pl.DataFrame, paid: Predicted) -> Predicted:
    """Return ln(1+USD) of revenue from ln(USD) where there is any and the chance that there is none."""
    values = np.log1p(np.exp(np.minimum(paid.values, 25.0)))
    return replace(paid, values=with_zero(values, 1.0 - chance_of_revenue(model, table)))
