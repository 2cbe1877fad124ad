"""Intervals and quantiles, against closed forms and known truth."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest, norm
from sklearn.metrics import mean_pinball_loss

from foreview.errors import UsageError
from foreview.metrics.interval import binomial_share, coverage, crps_from_quantiles, interval_score, pinball


@given(st.integers(1, 200).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_the_binomial_interval_is_scipys_exact_one(case):
    hits, n = case
    expected = binomtest(hits, n).proportion_ci(0.95, method="exact")
    found = binomial_share(hits, n)
    assert [found.low, found.high] == pytest.approx([expected.low, expected.high])


def test_no_trials_leave_the_share_open():
    found = binomial_share(0, 0)
    assert math.isnan(found.value)
    assert (found.low, found.high) == (0.0, 1.0)


def test_more_hits_than_trials_are_refused():
    with pytest.raises(UsageError, match="found 3 of 2"):
        binomial_share(3, 2)


def test_an_outcome_on_the_bound_is_covered():
    actual = np.array([1.0, 2.0, 3.0, 3.1])
    found = coverage(actual, np.full(4, 1.0), np.full(4, 3.0))
    assert (found.hits, found.n) == (3, 4)


def test_the_true_interval_has_the_best_interval_score():
    rng = np.random.default_rng(0)
    actual = rng.standard_normal(100_000)

    def score(half: float) -> float:
        return interval_score(actual, np.full_like(actual, -half), np.full_like(actual, half), 0.8)

    true = norm.ppf(0.9)
    assert score(true) < min(score(true * 0.9), score(true * 1.1))
    # closed form: width + 2/alpha × 2 × E(Z − q)+ = 2 phi(q) × 2 / alpha
    assert score(true) == pytest.approx(4 * norm.pdf(true) / 0.2, rel=0.01)


@given(probability=st.floats(0.01, 0.99))
def test_pinball_is_scikit_learns(probability):
    rng = np.random.default_rng(3)
    actual, quantile = rng.standard_normal(50), rng.standard_normal(50)
    expected = mean_pinball_loss(actual, quantile, alpha=probability)
    assert pinball(actual, quantile, probability) == pytest.approx(expected)


def test_crps_of_a_fine_grid_is_the_normals_closed_form():
    """CRPS(N(0,1), y) = y(2Φ(y) − 1) + 2φ(y) − 1/√π (Gneiting and Raftery 2007)."""
    probabilities = (np.arange(4000) + 0.5) / 4000
    actual = np.array([-1.0, 0.0, 2.5])
    grid = np.tile(norm.ppf(probabilities), (3, 1))
    expected = actual * (2 * norm.cdf(actual) - 1) + 2 * norm.pdf(actual) - 1 / math.sqrt(math.pi)
    assert crps_from_quantiles(actual, grid, probabilities) == pytest.approx(expected.mean(), abs=1e-3)


def test_the_true_quantiles_have_the_best_crps_on_a_coarse_grid():
    probabilities = np.array([0.025, 0.1, 0.25, 0.5, 0.75, 0.9, 0.975])
    actual = np.random.default_rng(4).standard_normal(50_000)

    def score(spread: float, shift: float = 0.0) -> float:
        return crps_from_quantiles(
            actual, np.tile(spread * norm.ppf(probabilities) + shift, (actual.size, 1)), probabilities
        )

    assert score(1.0) < min(score(0.8), score(1.25), score(1.0, 0.1), score(1.0, -0.1))


def test_a_certain_forecast_costs_its_absolute_error():
    probabilities = np.array([0.1, 0.5, 0.9])
    assert crps_from_quantiles(np.array([3.0]), np.full((1, 3), 5.0), probabilities) == pytest.approx(2.0)


def test_quantiles_of_another_shape_are_refused():
    with pytest.raises(UsageError, match="one row an outcome"):
        crps_from_quantiles(np.array([1.0]), np.ones((2, 1)), np.array([0.5]))
