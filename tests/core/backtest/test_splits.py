"""What may be learnt from, and what is tested."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest

from foreview.backtest.splits import split
from foreview.errors import NotEnoughHistory, UsageError
from foreview.options import LabelOptions
from tests.core.backtest.replayed import world

WORLD = world()


def parts(train_until: date, test_from: date, embargo: Any = "full", catalogue=WORLD):
    return split(catalogue, train_until=train_until, test_from=test_from, embargo=embargo, options=LabelOptions())


def test_the_day_of_train_until_belongs_to_the_training():
    found = parts(date(2026, 2, 10), date(2026, 2, 11))
    published = found.training.videos["published_at"]
    assert published.max().isoformat() == "2026-02-10T18:00:00+00:00"
    assert found.test["published_at"].min().isoformat() == "2026-02-11T00:00:00+00:00"
    assert found.as_of.isoformat(timespec="milliseconds") == "2026-02-10T23:59:59.999+00:00"


def test_with_the_full_embargo_the_training_holds_nothing_later_than_the_cutoff():
    found = parts(date(2026, 2, 10), date(2026, 2, 20))
    assert found.training.snapshots["observed_at"].max() <= found.as_of


def test_without_embargo_the_training_videos_keep_their_later_counts_and_no_other_video_comes_in():
    found = parts(date(2026, 1, 3), date(2026, 1, 4), "none")
    assert found.training.snapshots["observed_at"].max() > found.as_of
    assert found.training.videos["published_at"].max() <= found.as_of
    assert found.training.snapshots.height == 11 * found.training.videos.height


def test_a_cutoff_without_a_mature_label_is_refused_and_says_when_the_first_matures():
    with pytest.raises(NotEnoughHistory, match="earliest matures at 2026-01-08 12:00 UTC") as refused:
        parts(date(2026, 1, 7), date(2026, 1, 20))
    assert "Train until 2026-01-08 or later" in refused.value.next_step
    assert "--embargo none" in refused.value.next_step


def test_the_day_the_refusal_names_is_enough():
    assert parts(date(2026, 1, 8), date(2026, 1, 20)).training.videos.height == 30


def test_a_test_that_begins_on_the_last_training_day_is_refused():
    with pytest.raises(UsageError, match="Test from 2026-02-11 or later"):
        parts(date(2026, 2, 10), date(2026, 2, 10))


def test_a_cutoff_before_all_videos_is_refused_with_the_days_there_are():
    with pytest.raises(NotEnoughHistory, match="published 2026-01-01 to 2026-03-02"):
        parts(date(2025, 12, 1), date(2026, 2, 1))


def test_a_test_after_all_videos_is_refused_with_the_days_there_are():
    with pytest.raises(NotEnoughHistory, match="published 2026-01-01 to 2026-03-02"):
        parts(date(2026, 2, 10), date(2026, 4, 1))


def test_videos_without_any_outcome_are_not_tested():
    early = WORLD.as_of(datetime.fromisoformat("2026-02-12T00:00:00+00:00"))
    found = parts(date(2026, 1, 20), date(2026, 1, 21), catalogue=early)
    assert found.test["published_at"].max().isoformat() == "2026-02-05T00:00:00+00:00"
    with pytest.raises(NotEnoughHistory, match="none was observed at age 7 or 30 days"):
        parts(date(2026, 1, 20), date(2026, 2, 8), catalogue=early)
