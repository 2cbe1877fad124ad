"""The replay: what the methods are given, and what stands beside what."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import polars as pl
import pytest

from foreview.backtest.replay import backtest
from foreview.errors import UsageError
from foreview.options import TrainingOptions
from tests.core.backtest.replayed import LAW, MADE, Remembered, law, remember, world

WORLD = world()


def replay(**changes: Any):
    wanted: dict[str, Any] = {
        "train_until": date(2026, 2, 10),
        "test_from": date(2026, 2, 11),
        "ages": (0.0, 3.0, 7.0),
    } | changes
    return backtest(WORLD, LAW, created_at=MADE, **wanted)


def test_the_training_is_told_its_cutoff_and_the_embargo():
    given: list[Remembered] = []

    def describe(release: Remembered) -> dict[str, Any]:
        given.append(release)
        return {}

    method = type(LAW)(remember, law, describe)
    options = TrainingOptions(seed=3)
    backtest(
        WORLD,
        method,
        train_until=date(2026, 1, 3),
        test_from=date(2026, 1, 4),
        embargo="none",
        options=options,
        created_at=MADE,
    )
    (release,) = given
    assert release.as_of.date() == date(2026, 1, 3)
    assert (release.options.embargo, release.options.seed, release.created_at) == ("none", 3, MADE)


def test_the_method_says_what_it_was_calibrated_on():
    method = replace(LAW, calibrated=lambda release: {"views_30d/long/3": len(release.catalogue.videos)})
    found = backtest(
        WORLD,
        method,
        train_until=date(2026, 2, 10),
        test_from=date(2026, 2, 11),
        ages=(3.0,),
        created_at=MADE,
    )
    counts = {(s.target, s.format): s.calibration_videos for s in found.scores}
    assert {where: n for where, n in counts.items() if n} == {("views_30d", "all"): 162, ("views_30d", "long"): 162}


def test_each_test_video_is_forecast_at_each_age_and_meets_its_outcome():
    found = replay().predictions
    tested = WORLD.videos.filter(pl.col("published_at").dt.date() >= date(2026, 2, 11))
    assert found.height == tested.height * 3 * 2
    assert found["actual"].null_count() == 0
    final = WORLD.snapshots.filter(pl.col("video_id") == "v0200")["views"].max()
    actual = found.filter((pl.col("video_id") == "v0200") & (pl.col("target") == "views_30d"))["actual"]
    assert actual.to_list() == [final] * 3


def test_baselines_are_null_where_they_are_undefined():
    found = replay().predictions
    assert found.filter(pl.col("issue_age_days") == 0)["szabo_huberman"].null_count() == found.height / 3
    assert found.filter(pl.col("issue_age_days") == 3)["pinto_ml"].null_count() == 0


def test_an_outcome_known_at_the_issue_time_is_no_forecast():
    scores = replay().scores
    assert not [s for s in scores if s.target == "views_7d" and s.issue_age_days == 7]
    assert {(s.target, s.issue_age_days) for s in scores if s.format == "all"} == {
        ("views_7d", 0.0),
        ("views_7d", 3.0),
        *(("views_30d", age) for age in (0.0, 3.0, 7.0)),
    }


def test_no_embargo_is_said():
    assert any(sentence.startswith("NO EMBARGO") for sentence in replay(embargo="none").sentences)
    assert any(sentence.startswith("Full embargo") for sentence in replay().sentences)


def test_equal_inputs_give_equal_backtests():
    one, again = replay(), replay()
    assert one.predictions.equals(again.predictions)
    assert repr(one.scores) == repr(again.scores)


@pytest.mark.parametrize("ages", [(), (-1.0,), (1.0, 1.0)])
def test_ages_that_cannot_be_meant_are_refused(ages):
    with pytest.raises(UsageError, match="issue ages"):
        replay(ages=ages)


def test_long_work_reports_its_progress():
    seen: list[tuple[str, int, int]] = []
    replay(progress=lambda step, done, total: seen.append((step, done, total)))
    assert {step for step, _, _ in seen} == {"remember", "fit baselines", "forecast test videos", "score"}
    assert all(done <= total for _, done, total in seen)
