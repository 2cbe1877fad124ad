"""The bounds of low, medium and high belong to the row of their forecast."""

from __future__ import annotations

from datetime import UTC, datetime

import polars as pl

from foreview.forecasting.classes import forecast_with_bounds
from foreview.forecasting.forecaster import forecast, issues_as_of
from foreview.releases.prior import prior_release
from foreview.simulation.world import simulate
from foreview.vocabulary import CLASSES

CATALOGUE = simulate(channels=3, videos=40, seed=5).catalogue
ISSUES = issues_as_of(CATALOGUE, datetime(2026, 6, 1, tzinfo=UTC))
BOUNDED = forecast_with_bounds(CATALOGUE, prior_release(), ISSUES)


def test_the_forecast_itself_is_unchanged():
    plain = forecast(CATALOGUE, prior_release(), ISSUES)
    assert BOUNDED.select(plain.columns).equals(plain)
    ways = [f"p_{name}_distribution" for name in CLASSES]
    assert BOUNDED.columns == [*plain.columns, *ways, "low_third", "high_third"]


def test_without_a_classifier_what_is_read_off_serves():
    assert set(BOUNDED["class_source"]) == {"distribution", "observed"}
    for name in CLASSES:
        assert BOUNDED[f"p_{name}"].equals(BOUNDED[f"p_{name}_distribution"])


def test_the_class_of_a_known_outcome_is_certain():
    known = BOUNDED.filter(class_source="observed")
    assert known.height > 0
    said = [set(known[f"p_{name}"]) for name in CLASSES]
    assert set.union(*said) == {0.0, 1.0}
    assert (known["p_high"] == (known["point"] > known["high_third"])).all()


def test_bounds_stand_around_typical():
    assert BOUNDED.filter(pl.col("low_third") > pl.col("typical") * (1 + 1e-9)).is_empty()
    assert BOUNDED.filter(pl.col("high_third") < pl.col("typical") * (1 - 1e-9)).is_empty()


def test_the_bounds_of_one_video_equal_those_in_the_batch():
    one = forecast_with_bounds(CATALOGUE, prior_release(), ISSUES[7:8])
    assert one.equals(BOUNDED.filter(pl.col("video_id") == ISSUES["video_id"][7]))


def test_a_bound_far_below_the_forecast_leaves_little_chance_of_low():
    certain = BOUNDED.filter(pl.col("low_third") < pl.col("p2_5"))
    assert certain.height > 0
    assert certain.filter(pl.col("p_low") > 0.025).is_empty()
    surely_high = BOUNDED.filter(pl.col("high_third") < pl.col("p2_5"))
    assert surely_high.filter(pl.col("p_high") < 0.975).is_empty()
