"""The nested splits that tuning is scored on."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pytest

from foreview.errors import NotEnoughHistory
from foreview.learners.location import locate
from foreview.learners.matrix import Vector
from foreview.options import TrainingOptions
from foreview.simulation.world import DEFAULT_END, simulate
from foreview.training.folds import ORIGIN_SHARES, Fold, fold_crps, nested_folds
from foreview.training.rows import rows_of, training_rows
from foreview.training.trainer import judge, plain_problem
from foreview.uncertainty.conformal import LEVELS, score_quantiles
from foreview.vocabulary import TARGETS

OPTIONS = TrainingOptions(issue_ages=(0.0, 3.0), threads=1)


@pytest.fixture(scope="module")
def catalogue():
    return simulate(channels=3, videos=420, seed=5, days=200).catalogue


@pytest.fixture(scope="module")
def folds(catalogue) -> tuple[Fold, ...]:
    return folds_of(catalogue, OPTIONS)


def folds_of(catalogue, options) -> tuple[Fold, ...]:
    table = training_rows(catalogue, options)
    return nested_folds({target: rows_of(target, table) for target in TARGETS}, options)


def test_there_is_a_fold_for_each_origin_in_the_order_of_time(folds):
    assert len(folds) == len(ORIGIN_SHARES)
    assert sorted(fold.origin for fold in folds) == [fold.origin for fold in folds]


def test_the_past_of_an_origin_is_what_training_would_have_had_then(catalogue, folds):
    for fold in folds:
        then = datetime.fromtimestamp(fold.origin / 1000, UTC)
        table = training_rows(catalogue.as_of(then), OPTIONS)
        for target in TARGETS:
            expected = rows_of(target, table)
            assert fold.past[target].table.equals(expected.table)
            assert fold.past[target].actual.tolist() == expected.actual.tolist()


def test_each_video_after_the_first_origin_is_scored_at_one_origin(folds):
    for target in TARGETS:
        published = [set(fold.later[target].published.tolist()) for fold in folds]
        assert not (published[0] & published[1])
        assert not (published[1] & published[2])
        assert all(min(found) > fold.origin for found, fold in zip(published, folds, strict=True))
        assert max(published[0]) <= folds[1].origin


def test_without_the_embargo_the_past_is_what_was_published(catalogue):
    for fold in folds_of(catalogue, replace(OPTIONS, embargo="none")):
        assert all(rows.published.max() == fold.origin for rows in (fold.past["views_30d"],))
        assert fold.past["views_30d"].matured.max() > fold.origin


def test_the_score_is_the_crps_of_the_quantiles_that_would_be_served(folds):
    fold = folds[0]
    judged, _ = judge([plain_problem(fold.past[target]) for target in ("views_7d", "views_30d")], OPTIONS)
    later = fold.later["views_30d"]
    at = locate(judged.location, later.table, "views_30d")
    quantiles = at.location[:, None] + at.spread[:, None] * score_quantiles(judged.calibration, at.slices)
    seen = later.table["initial_views"].fill_null(0.0).to_list()
    scores = [
        slow_crps(float(np.log1p(actual)), np.maximum(row, np.log1p(counted)))
        for actual, row, counted in zip(later.actual, quantiles, seen, strict=True)
    ]
    assert fold_crps(fold, OPTIONS)["views_30d"] == pytest.approx(sum(scores) / len(scores), rel=1e-12)


def slow_crps(actual: float, quantiles: Vector) -> float:
    """Twice the pinball losses, each level for the probabilities nearest to it: the outer ones have half a step more."""
    step = 1 / 80
    total = 0.0
    for at, (level, quantile) in enumerate(zip(LEVELS, quantiles, strict=True)):
        width = 1.5 * step if at in (0, 78) else step
        error = actual - quantile
        total += width * (level * error if error > 0 else (level - 1) * error)
    return 2 * total


def test_a_kind_that_cannot_be_fitted_is_left_out(folds):
    nobody = folds[0].past["revenue_30d"].part(np.zeros(folds[0].past["revenue_30d"].actual.size, dtype=np.bool_))
    fold = replace(folds[0], past={**folds[0].past, "revenue_30d": nobody})
    assert set(fold_crps(fold, OPTIONS)) == {"views_7d", "views_30d", "engagement_rate"}


def test_a_history_too_short_to_look_back_in_is_refused():
    short = simulate(channels=2, videos=60, seed=1, days=60).catalogue
    with pytest.raises(NotEnoughHistory, match="mature when 50% of them were published"):
        folds_of(short.as_of(DEFAULT_END), OPTIONS)
