"""Coverage where many outcomes are zero, against distributions that are known."""

from __future__ import annotations

import numpy as np
import pytest

from foreview.metrics.hurdle import central_share, closed_promise
from foreview.uncertainty.conformal import LEVELS
from foreview.uncertainty.distribution import quantile, with_zero

N = 200_000
TAIL = {0.5: 0.25, 0.8: 0.1, 0.95: 0.025}


@pytest.mark.parametrize("level", TAIL)
@pytest.mark.parametrize("p_zero", [0.0, 0.03, 0.2, 0.6, 0.93, 1.0])
def test_right_forecasts_are_covered_to_their_level_whatever_the_share_of_zeros(level: float, p_zero: float):
    rng = np.random.default_rng(round(1000 * p_zero))
    zero = np.full(N, p_zero)
    # Uniform on (1, 2) where it is not zero, so that its quantiles are known.
    actual = np.where(rng.random(N) < zero, 0.0, 1.0 + rng.random(N))
    distribution = with_zero(1.0 + LEVELS[None, :], zero[:1])
    low, high = (np.full(N, quantile(distribution, q)[0]) for q in (TAIL[level], 1 - TAIL[level]))
    four_sigma = 4 * np.sqrt(level * (1 - level) / N)
    assert central_share(actual, low, high, zero, level).mean() == pytest.approx(level, abs=four_sigma + 1e-9)
    closed = ((low <= actual) & (actual <= high)).mean()
    assert closed == pytest.approx(closed_promise(zero[:1], level)[0], abs=four_sigma + 1e-9)


def test_a_zero_that_was_said_to_be_impossible_is_not_covered():
    none = np.zeros(1)
    assert central_share(none, none, np.ones(1), none, 0.8).tolist() == [0.0]
