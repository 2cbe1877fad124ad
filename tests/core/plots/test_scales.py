"""Axes: round numbers, and where values lie."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from foreview.plots.scales import linear_axis, log_axis, place, root_axis, share_axis


def texts(axis):
    return [text for _, text in axis.ticks]


def test_a_linear_axis_ends_at_round_numbers_around_the_values():
    axis = linear_axis("error", [0.0, 0.73])
    assert (axis.low, axis.high) == (0.0, 0.8)
    assert texts(axis) == ["0.0", "0.2", "0.4", "0.6", "0.8"]


def test_large_numbers_have_no_decimals():
    assert texts(linear_axis("views", [0, 4100])) == ["0", "1,000", "2,000", "3,000", "4,000", "5,000"]


def test_equal_values_get_room_around_them():
    axis = linear_axis("error", [5.0, 5.0])
    assert axis.low < 5.0 < axis.high


def test_shares_are_named_in_percent_and_placed_as_shares():
    axis = share_axis("covered", [0.45, 1.0])
    assert axis.label == "covered [%]"
    assert axis.ticks[0] == (0.4, "40")
    assert axis.ticks[-1] == (1.0, "100")
    assert place(axis, 0.7, 0, 60) == 30.0


def test_a_logarithmic_axis_gives_equal_factors_equal_room():
    axis = log_axis("÷", [1, 90])
    assert texts(axis) == ["1", "2", "5", "10", "20", "50", "100"]
    assert place(axis, 10, 0, 100) == 50.0


def test_many_powers_of_ten_are_named_alone():
    assert texts(log_axis("views", [3, 40_000_000])) == [
        "1",
        "10",
        "100",
        "1,000",
        "10,000",
        "100,000",
        "1,000,000",
        "10,000,000",
        "100,000,000",
    ]


def test_a_root_axis_names_the_ages_that_there_are():
    axis = root_axis("age", [0.0, 1.0, 3.0, 4.0, 1.0])
    assert texts(axis) == ["0", "1", "3", "4"]
    assert place(axis, 1, 10, 110) == 60.0


def test_a_single_age_lies_inside_its_axis():
    axis = root_axis("age", [7.0])
    assert axis.low < 7.0 < axis.high


def test_an_upright_axis_counts_from_below():
    axis = linear_axis("error", [0, 10])
    assert [place(axis, value, 200, 0) for value in (0, 5, 10)] == [200.0, 100.0, 0.0]


def test_what_lies_beyond_an_end_is_put_there():
    axis = linear_axis("ratio", [0, 2])
    assert place(axis, 7.0, 0, 100) == 100.0
    assert place(axis, -1.0, 0, 100) == 0.0


@pytest.mark.parametrize("make", [linear_axis, log_axis])
@given(values=st.lists(st.floats(1e-3, 1e6), min_size=1, max_size=6))
@example(values=[1_000_000.0, 999_999.9999999999])
def test_every_value_lies_between_the_ends_in_its_order(make, values):
    axis = make("x", values)
    assert axis.low <= min(values) * (1 + 1e-6)
    assert max(values) * (1 - 1e-6) <= axis.high
    places = [place(axis, value, 0, 1000) for value in sorted(values)]
    assert places == sorted(places)
    assert all(axis.low <= tick <= axis.high for tick, _ in axis.ticks)
