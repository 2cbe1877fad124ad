"""Errors of a point, against closed forms and known truth."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.stats import spearmanr

from foreview.errors import UsageError
from foreview.metrics.point import mae_ln, median_ape, mrse, mrse_point, relative_errors, spearman_within

counts = arrays(np.float64, st.integers(1, 30), elements=st.floats(1, 1e6))


def test_twice_the_truth_is_an_error_of_ln_2_where_counts_are_large():
    assert mae_ln(np.array([1e9]), np.array([2e9])) == pytest.approx(math.log(2), abs=1e-8)


def test_the_median_minimises_the_log_error():
    truth = np.random.default_rng(0).lognormal(5, 1.5, 4001)
    at_median = mae_ln(truth, np.full_like(truth, np.median(truth)))
    assert all(at_median < mae_ln(truth, np.full_like(truth, np.median(truth) * f)) for f in (0.8, 0.95, 1.05, 1.2))


def test_mrse_of_a_forecast_of_nothing_is_one_and_of_ten_times_the_truth_81():
    truth = np.array([3.0, 400.0])
    assert mrse(truth, 0 * truth) == 1.0
    assert mrse(truth, 10 * truth) == pytest.approx(81.0)


def test_a_relative_error_of_nothing_does_not_exist():
    with pytest.raises(UsageError, match="positive actual value"):
        relative_errors(np.array([1.0, 0.0]), np.array([1.0, 1.0]))


@given(outcomes=counts, factor=st.floats(0.5, 1.5))
def test_no_other_point_has_a_smaller_mrse_than_the_mrse_point(outcomes, factor):
    best = float(mrse_point(outcomes))
    assert mrse(outcomes, np.full_like(outcomes, best)) <= mrse(outcomes, np.full_like(outcomes, best * factor)) + 1e-9


@given(outcomes=counts)
def test_a_weight_of_two_counts_an_outcome_twice(outcomes):
    doubled = mrse_point(np.append(outcomes, outcomes[-1]))
    weights = np.ones(outcomes.size)
    weights[-1] = 2
    assert float(mrse_point(outcomes, weights)) == pytest.approx(float(doubled))


def test_the_mrse_point_of_a_lognormal_lies_below_its_median():
    """E[1/Y]/E[1/Y²] of a lognormal is exp(mu − 1.5 sigma²)."""
    rng = np.random.default_rng(1)
    outcomes = np.exp(4 + 0.3 * rng.standard_normal(200_000))
    assert float(mrse_point(outcomes)) == pytest.approx(math.exp(4 - 1.5 * 0.09), rel=0.005)


def test_half_of_the_percentage_errors_are_below_their_median():
    assert median_ape(np.array([100.0, 100.0, 100.0]), np.array([90.0, 150.0, 300.0])) == 50.0


def test_order_is_judged_within_a_channel_not_between_channels():
    actual = np.array([1.0, 2, 3, 4, 100, 200, 300])
    predicted = np.array([4.0, 3, 2, 1, 100, 200, 300])
    found = spearman_within(actual, predicted, np.array(["a"] * 4 + ["b"] * 3))
    assert found.value == pytest.approx((3 * -1 + 2 * 1) / 5)
    assert (found.groups, found.rows) == (2, 7)


def test_one_channel_gives_scipys_spearman_with_ties():
    rng = np.random.default_rng(2)
    actual, predicted = rng.integers(0, 9, 60).astype(float), rng.integers(0, 9, 60).astype(float)
    expected = spearmanr(actual, predicted).statistic
    assert spearman_within(actual, predicted, np.full(60, "a")).value == pytest.approx(expected)


def test_a_channel_of_equal_forecasts_says_nothing_about_order():
    found = spearman_within(np.array([1.0, 2, 3]), np.ones(3), np.full(3, "a"))
    assert math.isnan(found.value)
    assert found.groups == 0


def test_no_rows_have_no_error():
    empty = np.array([])
    assert math.isnan(mae_ln(empty, empty))
    assert math.isnan(mrse(empty, empty))
    assert math.isnan(median_ape(empty, empty))
