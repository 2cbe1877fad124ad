"""The probability that there is anything at all."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import polars as pl

from foreview.forecasting.known import Known
from foreview.learners.chance import predict_chance
from foreview.learners.matrix import Vector
from foreview.learners.structure import column, paid_typical
from foreview.releases.models import KindModel
from foreview.uncertainty.distribution import below
from foreview.vocabulary import ModelKind, Target


def above_zero(
    models: Mapping[ModelKind, KindModel], table: pl.DataFrame, target: Target, values: Vector, known: Known
) -> Vector:
    """Return P(Y > 0) for each row of a feature table, given its distributions ``values`` (n, 79) and what is ``known``.

    Of revenue it is the hurdle itself, which the levels of a distribution hold only in steps.
    """
    if target == "revenue_30d":
        found = chance_of_revenue(models["revenue"], table)
    else:
        found = 1.0 - below(values, np.zeros(len(values)))
    found = np.where(known.lower > 0, 1.0, found)
    return np.where(np.isnan(known.value), found, (known.value > 0).astype(np.float64))


def chance_of_revenue(model: KindModel, table: pl.DataFrame) -> Vector:
    """Return P(revenue > 0): certain once something was earned, else the fitted chance, else the share that is typical."""
    found = paid_typical(model.location.structure, table)
    if model.chance is not None:
        found = predict_chance(model.chance, table)
    return np.where(np.nan_to_num(column(table, "initial_revenue")) > 0, 1.0, found)
