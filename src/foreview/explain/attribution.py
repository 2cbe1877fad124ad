"""One forecast taken apart into factors: start × factor × factor × … = where the forecast lies."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

import numpy as np
import polars as pl

from foreview.explain.contributions import Contributions, contributions
from foreview.explain.placing import Locations, expected_views
from foreview.learners.matrix import Vector
from foreview.learners.slices import seen_bucket
from foreview.learners.structure import baseline, column
from foreview.vocabulary import KIND_OF_TARGET, Target

Value: TypeAlias = float | str | None
Kind: TypeAlias = Literal["growth", "feature", "models", "views"]

SCALES: Final[dict[Target, str]] = {
    "views_7d": "1 + views",
    "views_30d": "1 + views",
    "engagement_rate": "1 + percent",
    "revenue_30d": "USD",
}
"""What the factors multiply: forecasts are made on ln(1+y), revenue, where there is any, on ln(y)."""


@dataclass(frozen=True, slots=True)
class Factor:
    """One step: what it is, the value that the feature has (None where it is missing or there is none), and what it multiplies by."""

    kind: Kind
    name: str
    value: Value
    times: float


@dataclass(frozen=True, slots=True)
class Attribution:
    """Start times all factors is the location, in units of :data:`SCALES`.

    ``start_is`` says what the start is: ``typical`` or ``counted`` so far; for engagement and revenue ``mixed``, the typical
    rate and the rate so far weighed by views (revenue starts at USD per 1000 views).
    """

    target: Target
    start: float
    start_is: Literal["typical", "counted", "mixed"]
    factors: tuple[Factor, ...]
    """Features by size, largest first; what is not a feature stands around them."""
    location: float


def attribute(models: Locations, table: pl.DataFrame, target: Target) -> tuple[Attribution, ...]:
    """Return the factors of the location of ``target`` for each row of a feature table.

    A feature's factor is exp of its Shapley value, summed over the members with their weights and scales. ``usual correction`` is what
    the members add to an average video; ``other models`` the whole correction of members that cannot be taken apart.
    """
    model = models[KIND_OF_TARGET[target]]
    parts = contributions(model, table, target)
    start = baseline(model.structure, table, target)
    total = start + parts.usual + parts.others + parts.features.sum(axis=1)
    counted, growth = _counted(table, target, start)
    views = np.zeros(table.height)
    if target == "revenue_30d":
        views = np.log(np.maximum(np.expm1(expected_views(models["views"], table)), 1.0) / 1000.0)
    found = []
    for row in range(table.height):
        factors = [*_features(parts, table, row), *_models(parts, row)]
        if counted[row]:
            factors.insert(0, Factor("growth", "usual growth from here", None, float(np.exp(growth[row]))))
        if target == "revenue_30d":
            factors.append(Factor("views", "thousands of views expected", None, float(np.exp(views[row]))))
        begin = float(np.exp(start[row] - growth[row]))
        began: Literal["typical", "counted", "mixed"] = "counted" if counted[row] else "typical"
        if KIND_OF_TARGET[target] != "views":
            began = "mixed"
        found.append(Attribution(target, begin, began, tuple(factors), float(np.exp(total[row] + views[row]))))
    return tuple(found)


def _counted(table: pl.DataFrame, target: Target, start: Vector) -> tuple[np.ndarray, Vector]:
    """Return for which rows the baseline of views starts at a count, and the growth [ln units] that it adds to it."""
    seen = column(table, "initial_views")
    counted = ~np.isnan(seen) & (seen_bucket(column(table, "observed_age_days")) > 0)
    if KIND_OF_TARGET[target] != "views":
        counted = np.zeros_like(counted)
    return counted, np.where(counted, start - np.log1p(np.nan_to_num(seen)), 0.0)


def _features(parts: Contributions, table: pl.DataFrame, row: int) -> Iterator[Factor]:
    own = parts.features[row]
    for position in np.argsort(-np.abs(own), kind="stable").tolist():
        if own[position] != 0:
            name = parts.names[position]
            value = table[name][row] if name in table.columns else None
            yield Factor("feature", name, value, float(np.exp(own[position])))


def _models(parts: Contributions, row: int) -> Iterator[Factor]:
    for name, part in (("usual correction", parts.usual[row]), ("other models", parts.others[row])):
        if part != 0:
            yield Factor("models", name, None, float(np.exp(part)))
