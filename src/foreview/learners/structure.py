"""The structural baseline: typical before anything is seen, afterwards what has been counted and its typical growth."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl

from foreview.learners.matrix import Vector
from foreview.learners.slices import MIN_AGE_DAYS, SEEN_DAYS, seen_bucket, slice_names
from foreview.vocabulary import FORMATS, HORIZON_DAYS, RATE_VIEWS, Target

CHANNEL_WEIGHT: Final = 3.0
"""Earlier videos that the level of the format is worth when it is mixed with a channel's own median."""
LEVEL_WEIGHT: Final = 0.5
"""Videos that the documented prior is worth when it is mixed with a catalogue's own medians: catalogues lie some two ln units
apart, videos of one catalogue less than one, so a single video already says more of where its catalogue lies."""
THIRD_WEIGHT: Final = 5.0
"""Videos that it is worth when it is mixed with how far the thirds of a catalogue's own lie apart: that takes several videos to see."""

_CHANNEL: Final[Mapping[Target, tuple[str, str]]] = {
    "views_7d": ("channel_median_7d", "channel_n_7d"),
    "views_30d": ("channel_median_30d", "channel_n_30d"),
    "engagement_rate": ("channel_engagement", "channel_n_30d"),
    "revenue_30d": ("channel_revenue", "channel_n_30d"),
}
_THIRDS: Final[Mapping[str, tuple[str, str]]] = {
    "views_7d": ("channel_low_third_7d", "channel_high_third_7d"),
    "views_30d": ("channel_low_third_30d", "channel_high_third_30d"),
}


@dataclass(frozen=True, slots=True)
class Structure:
    """What is typical, on the scale ln(1+y) of each target.

    ``level`` by ``target/format`` and, as ln(USD per 1000 views), ``rpm/format``; ``third`` by ``target/format`` the distance from the
    level to the lower and the upper third; ``growth`` by ``target/format/days seen`` the median ln ratio to what is seen, per unit
    of ln(horizon ÷ age of what is seen), so that it ends at the horizon;
    ``paid`` by format the share of videos with revenue.
    """

    level: Mapping[str, float]
    third: Mapping[str, tuple[float, float]]
    growth: Mapping[str, float]
    paid: Mapping[str, float]


def formats_of(table: pl.DataFrame) -> np.ndarray:
    """Return ``short`` or ``long`` for each row of a feature table."""
    return np.where(column(table, "is_short") == 1.0, *FORMATS)


def slices_of(table: pl.DataFrame, target: str) -> np.ndarray:
    """Return the slice ``target/format/days seen`` of each row of a feature table."""
    return slice_names(target, formats_of(table), seen_bucket(column(table, "observed_age_days")))


def column(table: pl.DataFrame, name: str) -> Vector:
    """Return a number column with NaN for missing."""
    return table[name].cast(pl.Float64).fill_null(float("nan")).to_numpy().astype(np.float64)


def typical(structure: Structure, table: pl.DataFrame, target: Target) -> Vector:
    """Return what is typical at the horizon, ln(1+y): the channel-format's median, shrunk when few videos exist.

    ``(n · median + 3 · level) / (n + 3)``, with n earlier mature videos; the level of the format where there are none. Typical at 30 d is
    never below typical at 7 d.
    """
    median_name, count_name = _CHANNEL[target]
    median = column(table, median_name)
    if target in ("engagement_rate", "revenue_30d"):
        median = np.log1p(median)
    found = _shrunk(median, column(table, count_name), _by_format(structure.level, table, target))
    return np.maximum(found, typical(structure, table, "views_7d")) if target == "views_30d" else found


def thirds(structure: Structure, table: pl.DataFrame, target: Target) -> tuple[Vector, Vector]:
    """Return the bounds of low | medium | high, ln(1+y): thirds of the channel-format's own history, shrunk like typical."""
    middle = typical(structure, table, target)
    prior = np.array([structure.third[f"{target}/{name}"] for name in FORMATS])
    position = (formats_of(table) == FORMATS[1]).astype(np.int64)
    low, high = middle + prior[position, 0], middle + prior[position, 1]
    if target in _THIRDS:
        low_name, high_name = _THIRDS[target]
        count = column(table, _CHANNEL[target][1])
        low = np.minimum(_shrunk(column(table, low_name), count, low), middle)
        high = np.maximum(_shrunk(column(table, high_name), count, high), middle)
    return low, high


def baseline(structure: Structure, table: pl.DataFrame, target: Target) -> Vector:
    """Return the structural baseline of each row: ln(1+y) for views and engagement, ln(USD per 1000 views) for revenue."""
    seen = column(table, "initial_views")
    if target in ("views_7d", "views_30d"):
        slices = slices_of(table, target)
        growth = _by_name(structure.growth, slices) * time_left(table, target)
        unseen = np.isnan(seen) | (seen_bucket(column(table, "observed_age_days")) == 0)
        return np.where(unseen, typical(structure, table, target), np.log1p(np.nan_to_num(seen)) + growth)
    if target == "engagement_rate":
        usual = np.expm1(typical(structure, table, target))
        return np.log1p(np.maximum(_mixed_rate(column(table, "initial_engagement"), seen, usual), 0.0))
    usual = np.exp(_rpm_typical(structure, table))
    earned = 1000.0 * column(table, "initial_revenue") / np.where(seen > 0, seen, np.nan)
    return np.log(_mixed_rate(np.where(earned > 0, earned, np.nan), seen, usual))


def paid_typical(structure: Structure, table: pl.DataFrame) -> Vector:
    """Return the typical chance of any revenue: the share of the channel-format's earlier videos with some, shrunk when they are few."""
    prior = np.array([structure.paid[name] for name in FORMATS])[(formats_of(table) == FORMATS[1]).astype(np.int64)]
    return _shrunk(column(table, "channel_paid_share"), column(table, "channel_n_30d"), prior)


def time_left(table: pl.DataFrame, target: Target) -> Vector:
    """Return ln(horizon ÷ age of the last known count), 0 past the horizon: views grow about as a power of age."""
    age = np.maximum(column(table, "observed_age_days"), MIN_AGE_DAYS)
    left: Vector = np.maximum(np.log(HORIZON_DAYS[target] / age), 0.0)
    return left


def _rpm_typical(structure: Structure, table: pl.DataFrame) -> Vector:
    rpm = column(table, "channel_rpm")
    paid_videos = column(table, "channel_n_30d") * column(table, "channel_paid_share")
    level = _by_format(structure.level, table, "rpm")
    return _shrunk(np.log(np.where(rpm > 0, rpm, np.nan)), paid_videos, level)


def _shrunk(own: Vector, count: Vector, prior: Vector) -> Vector:
    n = np.where(np.isnan(own) | np.isnan(count), 0.0, count)
    return (n * np.nan_to_num(own) + CHANNEL_WEIGHT * prior) / (n + CHANNEL_WEIGHT)


def _mixed_rate(seen_rate: Vector, views: Vector, usual: Vector) -> Vector:
    weight = np.where(np.isnan(seen_rate) | np.isnan(views), 0.0, views)
    return (weight * np.nan_to_num(seen_rate) + RATE_VIEWS * usual) / (weight + RATE_VIEWS)


def _by_format(values: Mapping[str, float], table: pl.DataFrame, name: str) -> Vector:
    short, long = (values[f"{name}/{kind}"] for kind in FORMATS)
    return np.where(formats_of(table) == "short", short, long)


def _by_name(values: Mapping[str, float], names: np.ndarray) -> Vector:
    unique, code = np.unique(names, return_inverse=True)
    found = np.array([values.get(str(name), 0.0) for name in unique], dtype=np.float64)
    return found[code] if unique.size else np.zeros(0)


def growth_names(target: Target) -> list[str]:
    """Return the slices of ``target`` in which something has been seen."""
    return [f"{target}/{kind}/{day}" for kind in FORMATS for day in SEEN_DAYS if day]
