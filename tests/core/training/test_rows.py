"""Training rows tell videos apart by what they are, not by when they were published."""

from datetime import UTC, datetime, timedelta

import numpy as np
import polars as pl

from foreview.options import TrainingOptions
from foreview.tables.catalogue import Catalogue
from foreview.training.rows import rows_of, training_rows
from foreview.training.trainer import enough, plain_problem

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)


def published_together(videos: int, days: int) -> Catalogue:
    """So many videos of one channel on each of so many days, all at noon, as a source that knows only days has them."""
    facts = pl.DataFrame(
        {
            "video_id": [f"v{i}" for i in range(videos * days)],
            "published_at": [NOON + timedelta(days=i // videos) for i in range(videos * days)],
            "channel_id": "c",
            "duration_s": 60.0,
        }
    )
    counts = facts.select("video_id", "published_at").join(pl.DataFrame({"day": [1, 7, 30]}), how="cross")
    snapshots = counts.select(
        "video_id", observed_at=pl.col("published_at") + pl.duration(days="day"), views=10.0 * pl.col("day")
    )
    return Catalogue.of(facts, snapshots=snapshots)


def test_videos_of_one_moment_are_as_many_as_they_are():
    table = training_rows(published_together(2, 20), TrainingOptions(issue_ages=(0.0, 1.0)))
    week, month = rows_of("views_7d", table), rows_of("views_30d", table)
    assert np.unique(week.published).size == 20
    assert np.unique(week.video).size == np.unique(month.video).size == 40
    assert week.video.size == 80
    assert enough([plain_problem(week), plain_problem(month)], TrainingOptions(min_videos=40))
    assert not enough([plain_problem(week), plain_problem(month)], TrainingOptions(min_videos=41))


def test_a_video_has_one_number_for_all_targets():
    table = training_rows(published_together(3, 5), TrainingOptions(issue_ages=(0.0,)))
    names = table["video_id"].to_list()
    week, month = rows_of("views_7d", table), rows_of("views_30d", table)
    assert dict(zip(names, week.video.tolist(), strict=True)) == dict(zip(names, month.video.tolist(), strict=True))


def test_a_video_is_replayed_when_it_was_first_counted_if_that_is_before_the_first_issue_age():
    hours = {"early": 7, "late": 30, "never": None}
    facts = pl.DataFrame({"video_id": list(hours), "published_at": [NOON] * 3})
    week = [(name, timedelta(days=day)) for name in hours for day in (6, 7, 8)]
    first = [(name, timedelta(hours=at)) for name, at in hours.items() if at]
    read = [(name, NOON + age, 100.0) for name, age in (*week, *first)]
    snapshots = pl.DataFrame(read, schema=("video_id", "observed_at", "views"), orient="row")
    table = training_rows(Catalogue.of(facts, snapshots=snapshots), TrainingOptions(issue_ages=(0.0, 1.0, 3.0)))
    ages = table.group_by("video_id").agg(pl.col("issue_age_days").sort() * 24)
    assert dict(ages.iter_rows()) == {
        "early": [0.0, 7.0, 24.0, 72.0],
        "late": [0.0, 24.0, 72.0],
        "never": [0.0, 24.0, 72.0],
    }
