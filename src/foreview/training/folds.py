"""Nested splits for tuning: train as of an origin inside the training data, forecast what was published next, score."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np

from foreview.errors import NotEnoughHistory
from foreview.learners.structure import column
from foreview.metrics.interval import crps_from_quantiles
from foreview.options import Embargo, TrainingOptions
from foreview.training.fitting import Fitted, Problem
from foreview.training.revenue import revenue_problem
from foreview.training.rows import Rows
from foreview.training.trainer import enough, judge, plain_problem
from foreview.uncertainty.conformal import LEVELS, score_quantiles
from foreview.vocabulary import Target

ORIGIN_SHARES: Final = (0.5, 0.65, 0.8)
"""Shares of the mature videos published by each origin; the cheapest comes first."""
_VIEWS: Final[tuple[Target, ...]] = ("views_7d", "views_30d")

TargetRows: TypeAlias = Mapping[Target, Rows]
Crps: TypeAlias = dict[Target, float]
"""Mean CRPS of each target that was fitted: ln(1+y), for revenue ln(USD) of videos that earn."""


@dataclass(frozen=True, slots=True)
class Fold:
    """One origin: the rows whose labels were mature at it, and those of the videos published from it to the next origin."""

    origin: int
    """Milliseconds since 1970."""
    past: TargetRows
    later: TargetRows


def nested_folds(rows: TargetRows, options: TrainingOptions) -> tuple[Fold, ...]:
    """Return a fold for each of :data:`ORIGIN_SHARES`. With the full embargo a label matured by the origin, or is not in its past.

    Raises
    ------
    NotEnoughHistory
        If views cannot be fitted as of an origin, or no video after it has a label.

    """
    origins = _origins([rows[target] for target in _VIEWS])
    ends = (*origins[1:], max(int(found.published.max(initial=0)) for found in rows.values()))
    folds = tuple(_fold(rows, options.embargo, *window) for window in zip(origins, ends, strict=True))
    for share, fold in zip(ORIGIN_SHARES, folds, strict=True):
        _check_can_be_fitted(fold, share, options)
    return folds


def fold_crps(fold: Fold, options: TrainingOptions) -> Crps:
    """Return how well models that were fitted to a fold's past forecast what came later, target by target.

    As in training but for the last step, fitting the members again on everything. Views are raised to what was counted.
    """
    views, _ = judge([plain_problem(fold.past[target]) for target in _VIEWS], options)
    tried: list[tuple[Fitted, Problem]] = [(views, plain_problem(fold.later[target])) for target in _VIEWS]
    past, later = plain_problem(fold.past["engagement_rate"]), plain_problem(fold.later["engagement_rate"])
    if enough([past], options):
        tried.append((judge([past], options)[0], later))
    past, later = (revenue_problem(found["revenue_30d"], views.location) for found in (fold.past, fold.later))
    if enough([past], options):
        tried.append((judge([past], options)[0], later))
    return {problem.rows.target: _crps(fitted, problem) for fitted, problem in tried if problem.final.size}


def _crps(fitted: Fitted, problem: Problem) -> float:
    table = problem.rows.table
    at = problem.place(fitted.location, table)
    values = at.location[:, None] + at.spread[:, None] * score_quantiles(fitted.calibration, at.slices)
    if problem.rows.target in _VIEWS:
        values = np.maximum(values, np.log1p(np.nan_to_num(column(table, "initial_views")))[:, None])
    return crps_from_quantiles(problem.final, values, LEVELS)


def _origins(all_rows: Sequence[Rows]) -> tuple[int, ...]:
    """Return the earliest times by which each of the shares of a target's videos were published."""
    times = [np.unique(rows.published) for rows in all_rows]
    return tuple(
        min((int(found[int(share * found.size)]) for found in times if found.size), default=0)
        for share in ORIGIN_SHARES
    )


def _fold(rows: TargetRows, embargo: Embargo, origin: int, end: int) -> Fold:
    past, later = {}, {}
    for target, found in rows.items():
        moment = found.matured if embargo == "full" else found.published
        past[target] = found.part(moment <= origin)
        later[target] = found.part((found.published > origin) & (found.published <= end))
    return Fold(origin, past, later)


def _check_can_be_fitted(fold: Fold, share: float, options: TrainingOptions) -> None:
    before = min(np.unique(fold.past[target].video).size for target in _VIEWS)
    after = min(fold.later[target].published.size for target in _VIEWS)
    if after and enough([plain_problem(fold.past[target]) for target in _VIEWS], options):
        return
    raise NotEnoughHistory(
        f"tuning needs at least {options.min_videos} videos whose labels were mature when {share:.0%} of them were published, "
        "and labelled videos after that",
        f"there are {before} before and {after} rows after",
        "Train with the defaults until the history is longer",
    )
