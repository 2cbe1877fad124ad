import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from scipy.stats import norm

from foreview.uncertainty.confidence import confidence
from foreview.uncertainty.conformal import LEVELS
from foreview.uncertainty.distribution import (
    at_least,
    below,
    bounded,
    mrse_point,
    quantile,
    strictly_below,
    with_zero,
)

NORMAL = (5.0 + norm.ppf(LEVELS))[None, :]


def test_probabilities_are_those_of_the_distribution_that_was_put_in() -> None:
    for x in (3.5, 4.2, 5.0, 6.1):
        assert below(NORMAL, np.array([x]))[0] == pytest.approx(norm.cdf(x, loc=5.0), abs=0.002)


def test_probability_of_a_quantile_is_its_level() -> None:
    for level in (0.025, 0.1, 0.5, 0.975):
        assert below(NORMAL, quantile(NORMAL, level))[0] == pytest.approx(level)


def test_a_jump_counts_as_below_but_not_as_strictly_below() -> None:
    values = np.concatenate([np.full(40, 2.0), np.linspace(2.1, 6.0, 39)])[None, :]
    at = np.array([2.0])
    assert below(values, at)[0] == pytest.approx(0.5)
    assert strictly_below(values, at)[0] == 0.0


def test_far_away_values_have_probability_zero_and_one() -> None:
    assert below(NORMAL, np.array([-100.0]))[0] == 0.0
    assert below(NORMAL, np.array([100.0]))[0] == 1.0


def test_bounds_move_only_what_lies_beyond_them() -> None:
    found = bounded(NORMAL, np.array([4.0]), np.array([6.0]))
    assert found.min() == 4.0
    assert found.max() == 6.0
    inside = (NORMAL > 4.0) & (NORMAL < 6.0)
    assert (found[inside] == NORMAL[inside]).all()


def test_thirty_days_are_raised_to_seven_level_by_level() -> None:
    assert at_least(NORMAL - 1.0, NORMAL).tolist() == NORMAL.tolist()


def test_the_hurdle_puts_its_probability_on_zero_and_leaves_the_rest_to_the_amount() -> None:
    found = with_zero(NORMAL, np.array([0.6]))
    assert quantile(found, 0.5)[0] == 0.0
    assert below(found, np.array([0.0]))[0] == pytest.approx(0.6, abs=0.013)
    # The 0.8 quantile of the mixture is the (0.8 - 0.6) / 0.4 = 0.5 quantile of the amount.
    assert quantile(found, 0.8)[0] == pytest.approx(5.0)
    np.testing.assert_allclose(with_zero(NORMAL, np.array([0.0])), NORMAL)


def test_the_mrse_point_minimises_the_measure_over_the_same_outcomes() -> None:
    outcomes = np.maximum(np.expm1(NORMAL[0]), 1.0)
    point = mrse_point(NORMAL, 1.0)[0]

    def measure(x: float) -> float:
        return float(((x / outcomes - 1.0) ** 2).mean())

    assert all(measure(point) < measure(point * factor) for factor in (0.9, 0.99, 1.01, 1.1))


def test_confidence_is_the_probability_of_a_factor_of_two() -> None:
    median = np.expm1(NORMAL[:, 39])
    upper, lower = np.log1p(2 * median[0]), np.log1p(median[0] / 2)
    expected = norm.cdf(upper, loc=5.0) - norm.cdf(lower, loc=5.0)
    assert confidence(NORMAL, median)[0] == pytest.approx(expected, abs=0.003)


@given(
    steps=st.lists(st.floats(0, 2), min_size=LEVELS.size, max_size=LEVELS.size),
    x=st.floats(-5, 200),
    y=st.floats(-5, 200),
)
@example(steps=[0.0] * (LEVELS.size - 1) + [5e-324], x=0.0, y=0.0)  # the smallest step there is
def test_probabilities_never_fall_as_the_value_rises(steps: list[float], x: float, y: float) -> None:
    values = np.cumsum(steps)[None, :]
    low, high = sorted((x, y))
    a, b = below(values, np.array([low]))[0], below(values, np.array([high]))[0]
    assert 0.0 <= a <= b <= 1.0
    assert strictly_below(values, np.array([low]))[0] <= a
