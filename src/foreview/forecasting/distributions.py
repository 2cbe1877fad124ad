"""The predictive distributions of a release: one a video, issue time and target."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl

from foreview.forecasting.chance import chance_of_revenue
from foreview.forecasting.known import Known
from foreview.learners.location import Located, locate, revenue_location, with_horizon
from foreview.learners.matrix import Vector
from foreview.learners.relative import predict_relative
from foreview.learners.structure import column, slices_of
from foreview.releases.models import KindModel
from foreview.uncertainty.conformal import score_quantiles
from foreview.uncertainty.distribution import at_least, bounded, mrse_point, with_zero
from foreview.vocabulary import SMALLEST_UNIT, ModelKind, Target


@dataclass(frozen=True, slots=True)
class Predicted:
    """n distributions (n, 79) on the scale ln(1+y), and whether an ensemble with skill placed each."""

    values: Vector
    skilled: np.ndarray


def predicted(
    models: Mapping[ModelKind, KindModel], table: pl.DataFrame, known: Mapping[Target, Known]
) -> dict[Target, Predicted]:
    """Return the distribution of every target for each row of a feature table.

    7-day views are raised to what was counted, 30-day views to that and to the 7-day views, level by level.
    """
    week = _views(models["views"], table, "views_7d", known["views_7d"])
    month = _views(models["views"], table, "views_30d", known["views_30d"])
    month = Predicted(at_least(month.values, week.values), month.skilled)
    return {
        "views_7d": week,
        "views_30d": month,
        "engagement_rate": _engagement(models["engagement"], table, known["engagement_rate"]),
        "revenue_30d": _revenue(models, table, known["revenue_30d"]),
    }


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


def _spread_out(model: KindModel, at: Located) -> Vector:
    return at.location[:, None] + at.spread[:, None] * score_quantiles(model.calibration, at.slices)


def _settled(values: Vector, known: Known) -> Vector:
    """Return distributions within their bounds, and certain where the value is known."""
    within = bounded(values, np.log1p(known.lower), np.log1p(known.upper))
    return np.where(np.isnan(known.value)[:, None], within, np.log1p(np.maximum(known.value, 0.0))[:, None])


def _views(model: KindModel, table: pl.DataFrame, target: Target, known: Known) -> Predicted:
    at = locate(model.location, table, target)
    return Predicted(_settled(_spread_out(model, at), known), at.skilled)


def _engagement(model: KindModel, table: pl.DataFrame, known: Known) -> Predicted:
    at = locate(model.location, table, "engagement_rate")
    return Predicted(_settled(_spread_out(model, at), known), at.skilled)


def _revenue(models: Mapping[ModelKind, KindModel], table: pl.DataFrame, known: Known) -> Predicted:
    model = models["revenue"]
    rate = locate(model.location, table, "revenue_30d")
    seen = np.log1p(np.nan_to_num(column(table, "initial_views")))
    views = np.maximum(locate(models["views"].location, table, "views_30d").location, seen)
    at = Located(revenue_location(rate.location, views), rate.spread, rate.slices, rate.skilled)
    paid = np.log1p(np.exp(np.minimum(_spread_out(model, at), 25.0)))
    mixed = with_zero(paid, 1.0 - chance_of_revenue(model, table))
    return Predicted(_settled(mixed, known), rate.skilled)
