"""What is typical of a video at each age, and which earlier videos were like it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import polars as pl
import pytest

from foreview.forecasting.at_age import FORMAT_WEIGHT, timelines
from foreview.tables.catalogue import Catalogue

START = datetime(2026, 1, 1, tzinfo=UTC)
VIEWS = (10, 1000, 90, 100)


def catalogue(*, channels=("a", "a", "a", "a"), ages=(30, 30, 30, 3)) -> Catalogue:
    """Four long videos a day apart that have all their views, one number each, from the first hour on."""
    n = range(len(VIEWS))
    published = [START + timedelta(days=at) for at in n]
    videos = pl.DataFrame(
        {
            "video_id": [f"v{at}" for at in n],
            "published_at": published,
            "channel_id": list(channels),
            "format": ["long"] * 4,
        }
    )
    seen = [(f"v{at}", published[at] + timedelta(days=day), VIEWS[at]) for at in n for day in range(ages[at] + 1)]
    snapshots = pl.DataFrame(seen, schema=["video_id", "observed_at", "views"], orient="row")
    return Catalogue.of(videos, snapshots=snapshots)


@pytest.fixture
def lines():
    return timelines(catalogue(), START + timedelta(days=60))


def test_typical_is_the_median_of_the_earlier_videos_mixed_with_that_of_the_format(lines):
    own, level = np.log1p(90), np.median(np.log1p(VIEWS[:3]))
    curve = lines.typical_curve(3)
    assert curve.shape == (30,)
    assert curve[29] == pytest.approx((3 * own + FORMAT_WEIGHT * level) / (3 + FORMAT_WEIGHT))
    assert curve[2] == pytest.approx((3 * own + FORMAT_WEIGHT * np.median(np.log1p(VIEWS))) / (3 + FORMAT_WEIGHT))


def test_the_first_video_has_no_typical_curve(lines):
    assert np.isnan(lines.typical_curve(0)).all()


def test_typical_is_of_the_channel_alone():
    lines = timelines(catalogue(channels=("b", "b", "a", "a")), START + timedelta(days=60))
    level = np.median(np.log1p(VIEWS[:3]))
    assert lines.typical_curve(3)[29] == pytest.approx((np.log1p(90) + FORMAT_WEIGHT * level) / (1 + FORMAT_WEIGHT))


def test_similar_videos_were_nearest_at_the_same_age_and_are_counted_to_the_end(lines):
    assert lines.similar(3, most=2) == [2, 0]  # on the scale of ln(1 + views)
    short = timelines(catalogue(ages=(30, 30, 20, 3)), START + timedelta(days=60))
    assert short.similar(3, most=2) == [0, 1]


def test_of_a_video_that_was_not_counted_yet_the_latest_are_similar():
    lines = timelines(catalogue(ages=(30, 30, 30, 0)), START + timedelta(days=60))
    assert lines.similar(3, most=2) == [2, 1]


def test_what_was_counted_otherwise_is_not_beside_a_video():
    before = catalogue()
    counted = pl.Series("metric_regime", ["old", "old", "new", "new"])
    parted = Catalogue.of(before.videos.with_columns(counted), snapshots=before.snapshots)
    lines = timelines(parted, START + timedelta(days=60))
    beside = lines.beside(3, "long")
    assert beside.earlier.tolist() == [0, 1, 0, 1]
    level = np.median(np.log1p(VIEWS[2:]))
    assert beside.typical[3] == pytest.approx((np.log1p(90) + FORMAT_WEIGHT * level) / (1 + FORMAT_WEIGHT))
    assert lines.typical_curve(3)[2] == pytest.approx(beside.typical[3])
    assert lines.similar(3, 5) == [2]
