"""Revenue: a hurdle. Is there any, and how much per thousand views."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl

from foreview.learners.chance import Chance, calibrated, fit_chance, predict_chance
from foreview.learners.location import Located, LocationModel, locate, revenue_location
from foreview.learners.matrix import Vector
from foreview.learners.structure import column, paid_typical
from foreview.metrics.ranking import brier
from foreview.options import TrainingOptions
from foreview.training.fitting import Place, Problem
from foreview.training.rows import Rows
from foreview.training.split import inner_splits
from foreview.training.structure import fit_structure

MIN_EACH = 20
"""Videos with and without revenue below which no chance of revenue is fitted."""
MIN_EACH_LATER = 5
"""Videos of either kind needed to calibrate it, and again to judge it."""


def revenue_problem(rows: Rows, views: LocationModel) -> Problem:
    """Return the problem of ln(USD per 1000 views), calibrated as ln(USD) with the views that ``views`` forecasts."""
    paid = rows.part((rows.actual > 0) & (rows.views > 0))
    outcome = np.log(1000.0 * paid.actual / paid.views)
    return Problem(paid, outcome, np.log(paid.actual), place_with(views))


def place_with(views: LocationModel) -> Place:
    """Return the way to place ln(USD): the located rate times the located views, never fewer than are seen."""

    def place(model: LocationModel, table: pl.DataFrame) -> Located:
        rate = locate(model, table, "revenue_30d")
        seen = np.log1p(np.nan_to_num(column(table, "initial_views")))
        expected = np.maximum(locate(views, table, "views_30d").location, seen)
        return replace(rate, location=revenue_location(rate.location, expected))

    return place


def fit_chance_of_revenue(rows: Rows, options: TrainingOptions) -> tuple[Chance | None, str]:
    """Return the fitted chance that a video earns at all, None where the typical chance serves, and why.

    Fitted on the past, calibrated on later videos and judged on the last ones, at issues where nothing had been earned yet; then fitted
    again on all. It serves only if its Brier score on the last videos is below that of the typical chance, and is not tried where
    either outcome is too rare.
    """
    still_open = rows.part(np.nan_to_num(column(rows.table, "initial_revenue")) <= 0)
    if not still_open.published.size:
        return None, "whether there is any: no history"
    (split,) = inner_splits([rows], options.embargo)
    past, later, last = (still_open.part(f(still_open)) for f in (split.fit, split.validate, split.calibrate))
    if _rarer(past) < MIN_EACH or min(_rarer(later), _rarer(last)) < MIN_EACH_LATER:
        return None, "whether there is any: typical, for one of the two is too rare to judge a model"
    chance = calibrated(_fit(past, options), later.table, _happened(later))
    usual = paid_typical(fit_structure([rows.part(split.fit(rows))]), last.table)
    scores = [brier(_happened(last) > 0, said) for said in (predict_chance(chance, last.table), usual)]
    said = f"Brier {scores[0]:.3f} out of time, typical {scores[1]:.3f}"
    if scores[0] >= scores[1]:
        return None, f"whether there is any: typical, no skill ({said})"
    return replace(_fit(still_open, options), intercept=chance.intercept, slope=chance.slope), (
        f"whether there is any: model ({said})"
    )


def _fit(rows: Rows, options: TrainingOptions) -> Chance:
    return fit_chance(rows.table, _happened(rows), seed=options.seed, threads=options.threads)


def _happened(rows: Rows) -> Vector:
    return (rows.actual > 0).astype(np.float64)


def _rarer(rows: Rows) -> int:
    """Return how many videos had the outcome that fewer had."""
    paid = np.unique(rows.video[rows.actual > 0]).size
    return min(paid, np.unique(rows.video).size - paid)
