"""Where forecasts lie, as one function of the features: what explanations are about."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from typing import TypeAlias

import numpy as np
import polars as pl

from foreview.learners.location import LocationModel, locate, revenue_location
from foreview.learners.matrix import Vector
from foreview.learners.structure import baseline, column
from foreview.vocabulary import KIND_OF_TARGET, ModelKind, Target

Locations: TypeAlias = Mapping[ModelKind, LocationModel]
Place: TypeAlias = Callable[[pl.DataFrame], Vector]
"""A feature table (n rows) → n locations."""


def placing(models: Locations, target: Target) -> Place:
    """Return the function from a feature table to the locations of ``target``: ln(1+y), for revenue ln(USD) where there is any.

    The location is what the models say, before calibration moves it and before what has been counted bounds it.
    """
    model = _without_spread(models[KIND_OF_TARGET[target]])
    if target != "revenue_30d":
        return lambda table: locate(model, table, target).location
    views = _without_spread(models["views"])
    return lambda table: revenue_location(locate(model, table, target).location, expected_views(views, table))


def placing_beyond(models: Locations, table: pl.DataFrame, target: Target) -> Place:
    """Return the same function for changes to ``table`` (n rows), its baselines kept as they are there: the correction alone moves."""
    model = _without_spread(models[KIND_OF_TARGET[target]])
    kept = placing(models, target)(table) - _correction(model, table, target)
    return lambda changed: kept + _correction(model, changed, target)


def expected_views(views: LocationModel, table: pl.DataFrame) -> Vector:
    """Return ln(1+views) at 30 d that revenue is expected from: where the forecast lies, at least what is seen."""
    seen = np.log1p(np.nan_to_num(column(table, "initial_views")))
    return np.maximum(locate(_without_spread(views), table, "views_30d").location, seen)


def _correction(model: LocationModel, table: pl.DataFrame, target: Target) -> Vector:
    return locate(model, table, target).location - baseline(model.structure, table, target)


def _without_spread(model: LocationModel) -> LocationModel:
    return dataclasses.replace(model, spread=None)
