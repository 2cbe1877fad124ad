"""Outliers: that chance is not called one, that a planted one is, and what is said where little is known."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import numpy as np
import polars as pl
import pytest

from foreview.errors import UsageError
from foreview.forecasting.outlier import FOLLOWED_DAYS, outliers, standings
from foreview.simulation.world import DEFAULT_END, World, simulate
from foreview.tables.catalogue import Catalogue

NORMAL = "within normal range"


@pytest.fixture(scope="module")
def world() -> World:
    return simulate(channels=4, videos=400, seed=3)


@pytest.fixture(scope="module")
def young(world) -> Any:
    since = DEFAULT_END - timedelta(days=25)
    return world.catalogue.videos.filter(pl.col("published_at") >= since)["video_id"].to_list()


def multiplied(catalogue: Catalogue, videos: list[str], factor: float) -> Catalogue:
    """The catalogue in which these videos had ``factor`` times the views."""
    views = pl.when(pl.col("video_id").is_in(videos)).then(pl.col("views") * factor).otherwise("views")
    return replace(catalogue, daily=catalogue.daily.with_columns(views=views))


def test_in_worlds_without_outliers_one_is_called_in_at_most_a_tenth():
    """With nothing to discover every discovery is false, so the rate is the share of worlds with any: 1 of these 20."""
    worlds = 20
    called = 0
    for seed in range(worlds):
        found = outliers(simulate(channels=4, videos=300, seed=seed).catalogue, DEFAULT_END)
        assert len(found) > 20
        called += any(one.standing != NORMAL for one in found)
    assert called <= 0.2 * worlds  # 2 expected at most, 4 are within two standard errors


def test_luck_is_as_likely_as_it_says():
    """Of normal videos a tenth has a luck of at most 20 % on each side."""
    found = [
        one for seed in range(8) for one in outliers(simulate(channels=4, videos=400, seed=seed).catalogue, DEFAULT_END)
    ]
    luck = np.array([one.luck for one in found if one.luck is not None])
    assert luck.size > 250
    assert np.mean(luck <= 0.1) == pytest.approx(0.2, abs=0.06)


def test_videos_with_fifty_times_the_views_are_above_and_with_a_hundredth_below(world, young):
    for factor, side in ((50.0, "above"), (0.01, "below")):
        found: Any = outliers(multiplied(world.catalogue, young[3:6], factor), DEFAULT_END)
        called = {one.video_id for one in found if one.standing == side}
        assert len(called & set(young[3:6])) >= 2
        assert len(called - set(young[3:6])) <= 1
        assert {one.luck < 0.01 for one in found if one.video_id in called} == {True}


def test_a_video_is_beside_its_own_channel_format_and_age(world, young):
    plain, doubled = (outliers(multiplied(world.catalogue, young[3:4], by), DEFAULT_END) for by in (1.0, 2.0))
    both: Any = (next(one for one in found if one.video_id == young[3]) for found in (plain, doubled))
    before, after = both
    assert (after.age_days, after.format, after.typical) == (before.age_days, before.format, before.typical)
    assert after.views == pytest.approx(2 * before.views, rel=0.02)
    assert after.ratio == pytest.approx(2 * before.ratio, rel=0.03)
    assert after.low < after.ratio < after.high


def test_nothing_that_came_later_is_in_it(world, young):
    moment = DEFAULT_END - timedelta(days=10)
    assert outliers(world.catalogue, moment) == outliers(world.catalogue.as_of(moment), moment)


def test_the_videos_are_those_asked_for_in_their_order(world, young):
    asked = [young[5], young[1]]
    assert [one.video_id for one in outliers(world.catalogue, DEFAULT_END, asked)] == asked
    assert [one.video_id for one in outliers(world.catalogue, DEFAULT_END)][-1] == world.catalogue.videos["video_id"][
        -1
    ]
    assert outliers(world.catalogue, DEFAULT_END, []) == ()


def test_of_what_too_little_is_known_nothing_is_said(world):
    few = world.catalogue.only(world.catalogue.videos["video_id"][-12:])
    found = outliers(multiplied(few, [few.videos["video_id"][3]], 1000.0), DEFAULT_END)
    assert {(one.standing, one.luck) for one in found} == {(NORMAL, None)}
    assert {one.because for one in found} >= {"not counted yet at a whole day of age"}
    alone = outliers(world.catalogue.only(world.catalogue.videos["video_id"][:1]), DEFAULT_END, ["v000000"])
    assert (alone[0].ratio, alone[0].because) == (None, "no earlier video of its channel and format")


def test_what_cannot_be_meant_is_refused(world):
    with pytest.raises(UsageError, match="'nobody' was not"):
        outliers(world.catalogue, DEFAULT_END, ["nobody"])
    with pytest.raises(UsageError, match="a rate of false discoveries"):
        outliers(world.catalogue, DEFAULT_END, rate=0.0)


def ages(found) -> dict[str, int]:
    return {one.video_id: one.age_days for one in found}


def test_every_video_is_judged_once_and_again_while_it_is_young_or_counted_further(world):
    first = standings(world.catalogue, DEFAULT_END - timedelta(days=10), {})
    assert len(first) == len(set(ages(first))) == world.catalogue.as_of(DEFAULT_END - timedelta(days=10)).videos.height
    again = ages(standings(world.catalogue, DEFAULT_END, ages(first)))
    since = DEFAULT_END - timedelta(days=FOLLOWED_DAYS)
    followed = set(world.catalogue.videos.filter(pl.col("published_at") >= since)["video_id"])
    whole = ages(standings(world.catalogue, DEFAULT_END, {}))
    further = {video for video, age in whole.items() if ages(first).get(video) != age}
    assert set(again) == followed | further
    assert {whole[video] for video in further - followed} == {30}


def test_a_standing_knows_nothing_that_came_later(world):
    moment = DEFAULT_END - timedelta(days=10)
    assert standings(world.catalogue, moment, {}) == standings(world.catalogue.as_of(moment), moment, {})


def test_an_old_video_with_fifty_times_the_views_stands_above(world):
    old = world.catalogue.videos["video_id"][250]
    found = standings(multiplied(world.catalogue, [old], 50.0), DEFAULT_END, {})
    (judged,) = (one for one in found if one.video_id == old)
    assert (judged.age_days, judged.standing) == (30, "above")
