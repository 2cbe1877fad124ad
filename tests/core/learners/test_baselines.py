"""Szabo–Huberman and Pinto ML, against closed forms and the worlds they are true in."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from foreview.errors import NotEnoughHistory, UsageError
from foreview.learners.baselines import (
    daily_increments,
    fit_pinto_ml,
    fit_szabo_huberman,
    predict_pinto_ml,
    predict_szabo_huberman,
    predict_szabo_huberman_mrse,
)
from foreview.metrics.point import mrse


def _early_and_outcome(n: int = 400):
    rng = np.random.default_rng(0)
    counts = np.floor(rng.lognormal(4, 1.5, n)) + 1
    return counts, counts * np.exp(np.abs(rng.normal(0.5, 0.3, n)))


def test_szabo_huberman_multiplies_by_the_median_growth():
    fitted = fit_szabo_huberman(np.array([10.0, 10.0, 10.0]), np.array([10.0, 30.0, 900.0]))
    assert fitted.log_growth == pytest.approx(math.log(3))
    assert predict_szabo_huberman(fitted, np.array([1.0, 7.0])) == pytest.approx([3.0, 21.0])


@given(change=st.floats(0.5, 1.5))
def test_no_other_factor_has_a_smaller_mrse(change):
    counts, outcomes = _early_and_outcome()
    fitted = fit_szabo_huberman(counts, outcomes)
    best = mrse(outcomes, predict_szabo_huberman_mrse(fitted, counts))
    assert best <= mrse(outcomes, counts * fitted.mrse_factor * change) + 1e-12


def test_pinto_with_one_day_is_szabo_hubermans_mrse_form():
    counts, outcomes = _early_and_outcome()
    fitted = fit_pinto_ml(counts[:, None], outcomes)
    assert fitted.weights == pytest.approx([fit_szabo_huberman(counts, outcomes).mrse_factor])


def test_pinto_finds_the_weights_of_the_world_it_is_true_in():
    rng = np.random.default_rng(1)
    counts = np.cumsum(rng.integers(1, 99, (200, 3)), axis=1).astype(float)
    outcomes = (daily_increments(counts) * np.array([1.5, 2.0, 4.0])).sum(axis=1)
    fitted = fit_pinto_ml(counts, outcomes)
    assert fitted.weights == pytest.approx([1.5, 2.0, 4.0])
    assert predict_pinto_ml(fitted, counts) == pytest.approx(outcomes)


def test_pinto_is_the_weighted_least_squares_of_the_normal_equations():
    rng = np.random.default_rng(2)
    counts, outcomes = (
        np.cumsum(rng.integers(1, 50, (80, 4)), axis=1).astype(float),
        rng.integers(50, 900, 80).astype(float),
    )
    relative = daily_increments(counts) / outcomes[:, None]
    expected = np.linalg.solve(relative.T @ relative, relative.sum(axis=0))
    assert fit_pinto_ml(counts, outcomes).weights == pytest.approx(expected)


def test_a_falling_counter_never_gives_negative_views():
    fitted = fit_pinto_ml(np.array([[1.0, 9.0], [5.0, 6.0]]), np.array([30.0, 12.0]))
    assert predict_pinto_ml(fitted, np.array([[5.0, 1.0]])).tolist() == [0.0]


def test_a_falling_counter_has_a_negative_increment():
    assert daily_increments(np.array([[5.0, 3.0, 4.0]])).tolist() == [[5.0, -2.0, 1.0]]


def test_fewer_videos_than_days_are_not_enough():
    with pytest.raises(NotEnoughHistory, match="found 1 for 2"):
        fit_pinto_ml(np.array([[1.0, 2.0]]), np.array([3.0]))
    with pytest.raises(NotEnoughHistory, match="found 0 for 1"):
        fit_szabo_huberman(np.array([]), np.array([]))


def test_a_video_without_views_cannot_grow():
    with pytest.raises(UsageError, match="at least 1"):
        fit_szabo_huberman(np.array([0.0]), np.array([3.0]))
    with pytest.raises(UsageError, match="at least 1"):
        fit_pinto_ml(np.array([[2.0]]), np.array([0.0]))
