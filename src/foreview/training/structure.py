"""The structural baseline of a catalogue: medians, mixed with the documented prior where videos are few."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from foreview.learners.matrix import Vector
from foreview.learners.prior import prior_structure
from foreview.learners.slices import seen_bucket
from foreview.learners.structure import LEVEL_WEIGHT, THIRD_WEIGHT, Structure, column, formats_of, slices_of, time_left
from foreview.training.rows import Rows
from foreview.vocabulary import FORMATS


def fit_structure(all_rows: Sequence[Rows]) -> Structure:
    """Return the structure of training rows, one ``Rows`` a target.

    ``level`` is the median over rows before anything was seen, of engagement the mean weighed by views; ``growth`` the median over rows
    with something seen.
    """
    prior = prior_structure()
    level, third, growth, paid = dict(prior.level), dict(prior.third), dict(prior.growth), dict(prior.paid)
    for rows in all_rows:
        unseen = seen_bucket(column(rows.table, "observed_age_days")) == 0
        outcome = np.log1p(rows.actual)
        for kind in FORMATS:
            mine = unseen & (formats_of(rows.table) == kind)
            name = f"{rows.target}/{kind}"
            level[name] = _mixed(outcome[mine], prior.level[name])
            if rows.target == "engagement_rate":
                level[name] = _weighed(outcome[mine], rows.weight[mine], prior.level[name])
            third[name] = _third_offsets(outcome[mine], prior.third[name])
        if rows.target.startswith("views"):
            growth |= _growth(rows, prior.growth)
        if rows.target == "revenue_30d":
            paid, rpm = _earnings(rows, unseen, prior)
            level |= rpm
    return Structure(level, third, growth, paid)


def _mixed(values: Vector, prior: float) -> float:
    middle = float(np.median(values)) if values.size else 0.0
    return (values.size * middle + LEVEL_WEIGHT * prior) / (values.size + LEVEL_WEIGHT)


def _weighed(values: Vector, weight: Vector, prior: float) -> float:
    return float(((weight * values).sum() + LEVEL_WEIGHT * prior) / (weight.sum() + LEVEL_WEIGHT))


def _third_offsets(values: Vector, prior: tuple[float, float]) -> tuple[float, float]:
    if not values.size:
        return prior
    low, middle, high = np.quantile(values, [1 / 3, 1 / 2, 2 / 3])
    n = values.size
    own = (float(low - middle), float(high - middle))
    return tuple((n * mine + THIRD_WEIGHT * p) / (n + THIRD_WEIGHT) for mine, p in zip(own, prior, strict=True))  # type: ignore[return-value]  # two in, two out


def _growth(rows: Rows, prior: Mapping[str, float]) -> dict[str, float]:
    slices = slices_of(rows.table, rows.target)
    seen = column(rows.table, "initial_views")
    left = time_left(rows.table, rows.target)
    ratio = (np.log1p(rows.actual) - np.log1p(seen)) / np.where(left > 0, left, np.nan)
    return {
        name: _mixed(ratio[(slices == name) & ~np.isnan(ratio)], fallback)
        for name, fallback in prior.items()
        if name.startswith(f"{rows.target}/")
    }


def _earnings(rows: Rows, unseen: np.ndarray, prior: Structure) -> tuple[dict[str, float], dict[str, float]]:
    paid: dict[str, float] = {}
    rpm: dict[str, float] = {}
    for kind in FORMATS:
        mine = unseen & (formats_of(rows.table) == kind)
        earned = mine & (rows.actual > 0) & (rows.views > 0)
        n = int(mine.sum())
        happened = float((rows.actual[mine] > 0).sum())
        paid[kind] = (happened + LEVEL_WEIGHT * prior.paid[kind]) / (n + LEVEL_WEIGHT)
        rate = np.log(1000.0 * rows.actual[earned] / rows.views[earned])
        rpm[f"rpm/{kind}"] = _mixed(rate, prior.level[f"rpm/{kind}"])
    return paid, rpm
