"""Which forecasts were wrong by most, and a few of many."""

from __future__ import annotations

import polars as pl
import pytest

from foreview.monitoring.misses import evenly, misses
from tests.core.monitoring.test_track_record import ledger


def found(**columns) -> list[tuple[str, float, bool]]:
    return misses(ledger(**columns), "views_7d", 10).select("video_id", "ratio", "above").rows()


def test_the_farthest_beyond_its_interval_comes_first_whichever_side():
    assert found(actual=[50.0, 1_800.0, 2.0, 900.0, 10.0]) == [("v2", 5.0, False), ("v1", 2.0, True)]


def test_of_a_video_the_worst_forecast_is_told():
    assert found(video_id=["a", "a"], actual=[1_800.0, 2_700.0]) == [("a", 3.0, True)]


def test_what_has_not_matured_or_was_certain_is_no_miss():
    assert found(actual=[None, 5_000.0], p2_5=[10.0, 900.0]) == []


def test_below_the_smallest_unit_nothing_is_missed():
    assert found(actual=[0.0], p2_5=[0.5]) == []


def test_no_more_are_told_than_asked_for():
    assert misses(ledger(actual=[1_800.0] * 5), "views_7d", 2).height == 2


@pytest.mark.parametrize(("most", "expected"), [(1, [0]), (2, [0, 9]), (4, [0, 3, 6, 9]), (10, list(range(10)))])
def test_few_of_many_lie_at_even_distances(most, expected):
    assert evenly(pl.DataFrame({"n": range(10)}), most)["n"].to_list() == expected
