"""Forecasts that follow the outcomes: what they may know of them, and that they stay forecasts."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import polars as pl
import pytest

from foreview.curves.labels import labels
from foreview.errors import UsageError
from foreview.forecasting.adapting import follow, matured_outcomes
from foreview.forecasting.forecaster import forecast, issues_as_of, issues_at_age
from foreview.options import TrainingOptions
from foreview.releases.prior import prior_release
from foreview.simulation.world import simulate
from foreview.training.trainer import train
from foreview.uncertainty.adaptive import correction
from tests.core.test_invariants import assert_is_sound, bits, one_by_one, some_issues
from tests.oracles.slow_adaptive import Outcome, slow_correction

pytestmark = pytest.mark.xdist_group("adapting")  # what its tests share takes long to make

CUTOFF = datetime(2026, 3, 1, tzinfo=UTC)
END = datetime(2026, 6, 1, tzinfo=UTC)
OPTIONS = TrainingOptions(issue_ages=(0.0, 1.0, 3.0), max_forest_rows=300, threads=1)


@pytest.fixture(scope="module")
def catalogue():
    return simulate(channels=3, videos=220, seed=11).catalogue


@pytest.fixture(scope="module")
def release(catalogue):
    return train(catalogue, CUTOFF, OPTIONS, created_at=CUTOFF)


@pytest.fixture(scope="module")
def adaptation(catalogue, release):
    return follow(catalogue, release)


@pytest.fixture(scope="module")
def outcomes(catalogue, release):
    return matured_outcomes(catalogue, release)


# What is followed.


def test_videos_published_after_the_cutoff_are_replayed_at_the_ages_of_training(catalogue, outcomes):
    replayed = outcomes.join(catalogue.videos.select("video_id", "published_at"), on="video_id")
    assert (replayed["published_at"] > CUTOFF).all()
    ages = (replayed["as_of"] - replayed["published_at"]).dt.total_days()
    assert set(ages) == {0, 1, 3}
    assert (replayed["matured_at"] > replayed["as_of"]).all()


def test_an_outcome_is_the_label_on_the_scale_of_the_forecast(catalogue, outcomes):
    known = outcomes.join(labels(catalogue), on="video_id").with_columns(target=pl.col("slice").str.split("/").list[0])
    for target in ("views_7d", "views_30d", "engagement_rate"):
        mine = known.filter(target=target)
        assert mine["outcome"].to_list() == np.log1p(mine[target].to_numpy()).tolist()
    paid = known.filter(target="revenue_30d")
    assert paid["outcome"].to_list() == np.log(paid["revenue_30d"].to_numpy()).tolist()
    found = outcomes.select(((pl.col("outcome") - pl.col("location")) / pl.col("spread") - pl.col("score")).abs().max())
    assert found.item() < 1e-9


def test_a_correction_is_that_of_its_slow_twin(outcomes, adaptation):
    scored = outcomes.group_by("slice", "video_id", maintain_order=True).agg("matured_at", "normal_score")
    slow = [
        Outcome(name, video, int(at[0].timestamp() * 1000), tuple(scores))
        for name, video, at, scores in scored.iter_rows()
    ]
    for name in sorted(adaptation.courses):
        for day in (20, 45, 92):
            moment = int((CUTOFF + timedelta(days=day)).timestamp() * 1000)
            found = correction(adaptation.courses, np.array([name]), np.array([moment]))
            expected = slow_correction(slow, name, moment)
            assert (found.outcomes[0], found.shift[0], found.stretch[0]) == pytest.approx(expected, abs=1e-9), name


def test_a_release_without_videos_after_its_cutoff_has_nothing_to_follow(catalogue):
    assert follow(catalogue, prior_release()).courses == {}


# What a forecast may know of it.


def test_until_an_outcome_matured_forecasts_are_as_released(catalogue, release, adaptation):
    issues = issues_as_of(catalogue, CUTOFF)
    assert bits(forecast(catalogue, release, issues, adaptation=adaptation)) == bits(
        forecast(catalogue, release, issues)
    )


def test_later_forecasts_are_corrected_and_say_by_what(catalogue, release, adaptation):
    issues = issues_at_age(catalogue, END, 0.0)[-20:]
    adapted = forecast(catalogue, release, issues, adaptation=adaptation)
    static = forecast(catalogue, release, issues)
    assert (static["adapted_outcomes"] == 0).all()
    assert (adapted["adapted_outcomes"] > 0).all()
    views = adapted.with_columns(before=static["p50"]).filter(target="views_7d")
    up = views.select(pl.col("p50") > pl.col("before")).to_series()
    assert up.to_list() == views.select(pl.col("adapted_shift") > 0).to_series().to_list()
    assert adapted["typical"].equals(static["typical"])


def test_deleting_the_future_changes_no_adapted_forecast(catalogue, release, adaptation):
    issues = some_issues(catalogue.only(catalogue.videos["video_id"][-110:]), 8, seed=2)
    known = [
        forecast(past, release, row, adaptation=follow(past, release))
        for row in one_by_one(issues)
        for past in [catalogue.as_of(row["as_of"].item())]
    ]
    found = forecast(catalogue, release, issues, adaptation=adaptation)
    assert (found["adapted_outcomes"] > 0).any()
    assert bits(found) == bits(pl.concat(known))


def test_an_adapted_forecast_is_its_row_in_a_batch_wherever_it_stands(catalogue, release, adaptation):
    issues = some_issues(catalogue, 101, seed=3)
    batch = forecast(catalogue, release, issues, adaptation=adaptation)
    back = forecast(catalogue, release, issues.reverse(), adaptation=adaptation)
    for i in (0, 50, 100):
        alone = forecast(catalogue, release, issues[i], adaptation=adaptation)
        assert bits(alone) == bits(batch[4 * i : 4 * i + 4]) == bits(back[4 * (100 - i) : 4 * (100 - i) + 4])


@pytest.mark.parametrize("age", [0.0, 1.0, 3.0, 7.0, 29.5])
def test_every_adapted_forecast_is_sound(catalogue, release, adaptation, age):
    assert_is_sound(forecast(catalogue, release, issues_at_age(catalogue, END, age), adaptation=adaptation), catalogue)


def test_an_adaptation_of_another_release_is_refused(catalogue, adaptation):
    with pytest.raises(UsageError, match="belongs to the release it followed"):
        forecast(catalogue, prior_release(), issues_as_of(catalogue, CUTOFF), adaptation=adaptation)
