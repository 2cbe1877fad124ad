"""Baselines as of an issue age."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import polars as pl
import pytest

from foreview.backtest.compared import fit_baselines, known_counts, predict_baselines
from foreview.curves.curve import view_curves
from foreview.options import LabelOptions
from foreview.tables.catalogue import Catalogue
from tests.core.backtest.replayed import FIRST, world

WORLD = world()


def test_counts_are_the_counter_as_read_by_each_day_and_the_issue_age():
    seen = [(0.5, 4), (1.0, 9), (2.5, 7), (3.2, 30)]
    catalogue = Catalogue.of(
        pl.DataFrame({"video_id": ["a", "b"], "published_at": [FIRST, FIRST]}),
        snapshots=pl.DataFrame(
            {
                "video_id": "a",
                "observed_at": [FIRST + timedelta(days=age) for age, _ in seen],
                "views": [views for _, views in seen],
            }
        ),
    )
    counts = known_counts(view_curves(catalogue), np.array([0, 1]), 3.5)
    assert counts.tolist() == [[9.0, 9.0, 7.0, 30.0], [0.0, 0.0, 0.0, 0.0]]
    assert known_counts(view_curves(catalogue), np.array([0]), 3.0).tolist() == [[9.0, 9.0, 7.0]]
    assert known_counts(view_curves(catalogue), np.array([0]), 0.0).tolist() == [[0.0]]


def test_at_age_0_there_is_no_count_and_no_baseline():
    assert fit_baselines(WORLD, [0.0], LabelOptions()) == ()


def test_a_world_of_even_growth_is_forecast_by_its_rule_of_three():
    (seven, thirty) = fit_baselines(WORLD, [3.0], LabelOptions())
    assert (seven.target, thirty.target, thirty.videos) == ("views_7d", "views_30d", 240)
    assert np.exp(thirty.szabo_huberman.log_growth) == pytest.approx(10, rel=0.02)
    predicted = predict_baselines(WORLD, WORLD.videos["video_id"], [3.0], [seven, thirty])
    final = WORLD.snapshots.group_by("video_id").agg(actual=pl.col("views").max())
    compared = predicted.filter(pl.col("target") == "views_30d").join(final, on="video_id")
    assert (compared["szabo_huberman"] / compared["actual"]).median() == pytest.approx(1, abs=0.02)
    assert (compared["pinto_ml"] / compared["actual"]).median() == pytest.approx(1, abs=0.05)
    assert (compared["pinto_mrbf"] / compared["actual"]).median() == pytest.approx(1, abs=0.05)


def test_too_few_videos_leave_the_baselines_undefined():
    assert fit_baselines(world(20), [3.0], LabelOptions()) == ()


def test_a_video_not_seen_by_the_issue_age_has_no_baseline():
    fitted = fit_baselines(WORLD, [1.0], LabelOptions())
    unseen = Catalogue.of(
        WORLD.videos.head(2).select("video_id", "published_at"),
        snapshots=WORLD.snapshots.filter(
            (pl.col("video_id") == "v0000") | (pl.col("observed_at") > FIRST + timedelta(days=3))
        ).filter(pl.col("video_id").is_in(["v0000", "v0001"])),
    )
    found = predict_baselines(unseen, unseen.videos["video_id"], [1.0], fitted)
    assert found["video_id"].unique().to_list() == ["v0000"]
