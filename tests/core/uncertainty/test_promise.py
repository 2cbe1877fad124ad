"""What n scores can promise."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import beta

from foreview.uncertainty.promise import promised_coverage


def test_the_promise_is_the_beta_law_of_order_statistics():
    assert promised_coverage(99, 0.8) == pytest.approx(beta.interval(0.95, 80, 20))
    assert promised_coverage(39, 0.95) == pytest.approx(beta.interval(0.95, 38, 2))


@pytest.mark.parametrize(("n", "level"), [(39, 0.95), (99, 0.8), (99, 0.5)])
def test_intervals_of_uniform_scores_keep_the_promise_as_often_as_said(n: int, level: float):
    scores = np.sort(np.random.default_rng(0).random((20_000, n)), axis=1)
    beyond = round((n + 1) * (1 - level) / 2)
    covered = scores[:, n - beyond] - scores[:, beyond - 1]
    low, high = promised_coverage(n, level)
    assert np.mean((low <= covered) & (covered <= high)) == pytest.approx(0.95, abs=0.006)


def test_more_scores_promise_more():
    widths = [high - low for low, high in (promised_coverage(n, 0.8) for n in (20, 100, 1000, 10_000))]
    assert widths == sorted(widths, reverse=True)


def test_few_scores_cannot_promise_95_percent():
    low, high = promised_coverage(9, 0.95)
    assert (low, high) == pytest.approx(beta.interval(0.95, 8, 2))
    assert low < 0.6


def test_a_single_score_promises_nothing():
    assert promised_coverage(1, 0.8) == promised_coverage(0, 0.8) == (0.0, 1.0)
