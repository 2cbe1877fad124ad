"""Revenue: a hurdle. Is there any, and how much per thousand views."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl

from foreview.learners.chance import fit_chance
from foreview.learners.location import Located, LocationModel, locate, revenue_location
from foreview.learners.matrix import fit_encoder
from foreview.learners.structure import column
from foreview.options import TrainingOptions
from foreview.releases.models import Chance
from foreview.training.fitting import Place, Problem
from foreview.training.rows import Rows

MIN_EACH = 20
"""Rows with and without revenue below which the chance of revenue is the catalogue's own share."""


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


def fit_chance_of_revenue(rows: Rows, options: TrainingOptions) -> Chance | None:
    """Return the fitted chance that a video earns at all; None where either outcome is too rare to learn from."""
    happened = (rows.actual > 0).astype(np.float64)
    if min(happened.sum(), (1 - happened).sum()) < MIN_EACH:
        return None
    encoder = fit_encoder(rows.table, happened)
    booster = fit_chance(encoder.matrix(rows.table), happened, seed=options.seed, threads=options.threads)
    return Chance(encoder, booster)
