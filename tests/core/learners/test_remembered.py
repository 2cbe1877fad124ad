"""Hyperparameters reach what they are named for, and remembered fits are the fits that were made."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from foreview.errors import UsageError
from foreview.learners import xgb
from foreview.learners.members import MEMBERS
from foreview.learners.remembered import SLOW, fit_once, remembering
from foreview.learners.spread import fit_spread
from foreview.options import DEFAULTS, Hyperparameters
from foreview.uncertainty.conformal import fit_calibration

RNG = np.random.default_rng(4)
ROWS = RNG.normal(size=(400, 3)).astype(np.float32)
TARGET = ROWS[:, 0].astype(np.float64) + 0.1 * RNG.normal(size=400)


def fitted(name: str, tuned: Hyperparameters) -> bytes:
    member = MEMBERS[name]
    return member.encode(member.fit(ROWS, TARGET, seed=1, threads=1, tuned=tuned))


@pytest.mark.parametrize(
    ("changed", "value"),
    [
        ("linear_alpha", 11.0),
        ("forest_trees", 61),
        ("forest_leaf", 2.0),
        ("boosting_size", 0.5),
        ("boosting_leaves", 0.5),
        ("xgb_size", 0.5),
        ("xgb_deeper", -1),
        ("xgb_rate", 0.5),
        ("xgb_min_child_weight", 9.0),
        ("xgb_subsample", 0.5),
        ("xgb_colsample", 1.0),
    ],
)
def test_a_hyperparameter_changes_its_own_member_and_no_other(changed: str, value: float):
    tuned = replace(DEFAULTS, **{changed: value})  # type: ignore[arg-type]  # one of them is a whole number
    differing = {name for name in MEMBERS if fitted(name, tuned) != fitted(name, DEFAULTS)}
    assert differing == {changed.partition("_")[0]}


@pytest.mark.parametrize(
    ("changed", "value"), [("spread_size", 2.0), ("spread_deeper", 1), ("spread_min_child_weight", 5.0)]
)
def test_a_hyperparameter_changes_the_spread(changed: str, value: float):
    tuned = replace(DEFAULTS, **{changed: value})  # type: ignore[arg-type]  # one of them is a whole number
    models = [xgb.encode(fit_spread(ROWS, TARGET, seed=1, threads=1, tuned=each)) for each in (DEFAULTS, tuned)]
    assert models[0] != models[1]


def test_a_heavy_parent_pulls_a_slice_towards_itself():
    scores = np.repeat([0.0, 8.0], 50)
    slices = np.repeat(["views_7d/short/3", "views_7d/long/3"], 50)
    light, heavy = (
        fit_calibration(scores, slices, np.arange(100), weight).quantiles["views_7d/short/3"] for weight in (1.0, 1e9)
    )
    assert np.median(light) < 0.2
    parent = fit_calibration(scores, slices, np.arange(100), 1e9).quantiles["views_7d//3"]
    assert heavy.tolist() == pytest.approx(parent.tolist())


@pytest.mark.parametrize(("name", "value"), [("xgb_rate", 0.0), ("forest_trees", -1), ("xgb_subsample", 1.1)])
def test_hyperparameters_that_cannot_be_are_refused(name: str, value: float):
    with pytest.raises(UsageError, match=f"{name} is {value}"):
        replace(DEFAULTS, **{name: value})  # type: ignore[arg-type]  # one of them is a whole number


def once(name: str, rows: Any = ROWS, target: Any = TARGET, **changed: float) -> Any:
    tuned = replace(DEFAULTS, **changed)  # type: ignore[arg-type]  # none of them is a whole number
    return fit_once(name, rows, target, seed=1, threads=1, tuned=tuned)


@pytest.mark.parametrize("name", MEMBERS)
def test_a_remembered_fit_is_the_fit_that_was_made(name: str):
    with remembering():
        assert MEMBERS[name].encode(once(name)) == MEMBERS[name].encode(once(name)) == fitted(name, DEFAULTS)


@pytest.mark.parametrize("name", SLOW)
def test_a_slow_member_is_fitted_again_only_where_something_of_it_changed(name: str):
    size = {"forest": "forest_leaf", "boosting": "boosting_size"}[name]
    with remembering():
        first = once(name)
        assert once(name) is first
        assert once(name, linear_alpha=3.0) is first
        assert once(name, **{size: 2.0}) is not first
        assert once(name, target=TARGET + 1) is not first
        assert once(name, rows=ROWS[::-1].copy()) is not first


def test_nothing_is_remembered_beyond_the_block():
    with remembering():
        first = once("boosting")
    with remembering():
        assert once("boosting") is not first
    assert once("boosting") is not once("boosting")
