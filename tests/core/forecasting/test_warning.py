"""Early warnings: how often they are false, that they come to something, and when there are none."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import polars as pl
import pytest

from foreview.errors import UsageError
from foreview.forecasting.forecaster import forecast, issues_at_age
from foreview.forecasting.warning import _threshold, warnings
from foreview.releases.manifest import Release
from foreview.releases.models import models_of
from foreview.simulation.world import World, simulate
from tests.core.forecasting.asked import CUTOFF, linear_release, sealed

END = datetime(2026, 6, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def world() -> World:
    """Ten channels: of fewer the ordinary videos would be worth too few."""
    return simulate(channels=10, videos=2000, seed=8)


@pytest.fixture(scope="module")
def release(world) -> Release:
    return linear_release(world.catalogue, CUTOFF)


@pytest.fixture(scope="module")
def issues(world):
    """Later videos at two days of age, half of whose first day is known."""
    late = world.catalogue.videos.filter(pl.col("published_at") > CUTOFF)["video_id"]
    return issues_at_age(world.catalogue, END, 2.5).filter(pl.col("video_id").is_in(late.implode()))


@pytest.fixture(scope="module")
def found(world, release, issues):
    return warnings(world.catalogue, release, issues)


def test_ordinary_videos_are_warned_of_as_rarely_as_is_said_and_others_more_often(world, release, issues, found):
    ends = forecast(world.catalogue, release, issues).filter(target="views_30d")
    beats = dict(
        ends.join(world.truth, on="video_id").select("video_id", pl.col("views_30d") > pl.col("typical")).iter_rows()
    )
    for side in ("below", "above"):
        mine = [one for one in found if one.side == side and one.state in ("warned", "not warned")]
        there = np.array([beats[one.video_id] == (side == "above") for one in mine], dtype=np.bool_)
        warned = np.array([one.state == "warned" for one in mine], dtype=np.bool_)
        assert (~there).sum() > 100
        assert warned[~there].mean() <= 0.05
        assert warned[there].mean() > 3 * warned[~there].mean()


def test_a_threshold_holds_its_rate_in_nine_samples_of_ten():
    rng = np.random.default_rng(3)
    true = []
    for _ in range(400):
        sample = rng.uniform(size=300)
        found: Any = _threshold("below", sample, np.arange(300), 0.05)
        true.append(1 - found.at)  # of uniform positions
        assert found.low < found.rate < found.high
        assert found.flagged == (sample > found.at).sum()
    assert np.mean(np.array(true) <= 0.05) >= 0.87
    assert np.mean(true) == pytest.approx(found.rate, abs=0.004)


def test_a_warning_says_its_rate_and_is_likely_right(found):
    warned = [one for one in found if one.state == "warned"]
    assert warned
    assert min(one.probability for one in warned) >= 0.9
    assert all(one.threshold.rate <= 0.05 for one in warned)
    assert all(f"seen on {one.threshold.ordinary}" in one.because for one in warned)
    assert {one.state for one in found} <= {"warned", "not warned", "not early"}


def test_a_stricter_rate_warns_of_fewer(world, release, issues, found):
    strict = warnings(world.catalogue, release, issues, rate=0.02)
    warned = {(one.video_id, one.side) for one in found if one.state == "warned"}
    assert {(one.video_id, one.side) for one in strict if one.state == "warned"} <= warned


def test_before_the_first_count_and_after_day_3_there_is_no_early_warning(world, release, issues):
    later = world.catalogue.videos.filter(pl.col("video_id").is_in(issues["video_id"].implode()))
    for days in (0, 9):
        at = later.select("video_id", as_of=pl.col("published_at") + timedelta(days=days))
        assert {one.state for one in warnings(world.catalogue, release, at.head(20))} == {"not early"}


def test_few_channels_are_worth_few_videos():
    positions = np.random.default_rng(1).uniform(size=120)
    assert _threshold("below", positions, np.arange(120), 0.05).at is not None
    assert _threshold("below", positions, np.zeros(120), 0.05).at is None


def test_where_nothing_was_kept_nothing_is_stated(world, release, issues):
    bare = sealed(replace(models_of(release)["views"], record=None), CUTOFF)
    silent = warnings(world.catalogue, bare, issues.head(30))
    assert {(one.state, one.threshold.rate) for one in silent if one.state != "not early"} == {("too few", None)}


def test_nothing_that_came_later_is_in_it(world, release, issues):
    moment = issues["as_of"][10]
    one = issues[10]
    assert warnings(world.catalogue, release, one) == warnings(world.catalogue.as_of(moment), release, one)


def test_a_rate_that_is_none_is_refused(world, release, issues):
    with pytest.raises(UsageError, match="a false-alarm rate lies between 0 and 1"):
        warnings(world.catalogue, release, issues, rate=1.0)
