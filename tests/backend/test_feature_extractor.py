"""The eleven features of the original and the rest, each as known at the issue time."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from downloader.models import VideoAnalytics, VideoDownload
from downloader.services.ml_feature_extractor import Measured, MLFeatureExtractor
from foreview.features.spec import FEATURES

pytestmark = pytest.mark.django_db
PUBLISHED = datetime(2026, 5, 1, 20, 30, tzinfo=UTC)  # a Friday, 13:30 in Los Angeles
ELEVEN = (
    "duration_s",
    "title_length",
    "description_length",
    "has_transcript",
    "has_ai_tags",
    "initial_views",
    "initial_engagement",
    "keyword_count",
    "hour_posted",
    "day_of_week",
    "is_short",
)


@pytest.fixture
def video() -> VideoDownload:
    video = VideoDownload.objects.create(
        title="Ten tomatoes",
        description="How we grew them",
        duration=45,
        transcript="Hello",
        ai_tags=["garden"],
        target_keywords=["tomato", "seed"],
        published_at=PUBLISHED,
        created_at=PUBLISHED - timedelta(days=3, hours=9),
    )
    VideoAnalytics.objects.create(video=video, date=date(2026, 5, 1), views=40, likes=3, comments=1, shares=0)
    VideoAnalytics.objects.create(video=video, date=date(2026, 5, 2), views=60, likes=4, comments=1, shares=1)
    return video


def test_the_eleven_have_the_values_and_units_that_were_known(video):
    features = MLFeatureExtractor().extract_features(video, as_of=PUBLISHED + timedelta(days=10))
    assert [features[name] for name in ELEVEN] == [
        Measured(45.0, "s"),
        Measured(12.0, "characters"),
        Measured(16.0, "characters"),
        Measured(1.0, ""),
        Measured(1.0, ""),
        Measured(100.0, "views"),
        Measured(10.0, "percent"),
        Measured(2.0, "keywords"),
        Measured(13.0, "h"),
        Measured(4.0, ""),
        Measured(1.0, ""),
    ]


def test_every_declared_feature_is_there(video):
    assert list(MLFeatureExtractor().extract_features(video)) == [feature.name for feature in FEATURES]


def test_days_that_were_not_yet_known_are_not_seen(video):
    features = MLFeatureExtractor().extract_features(video, as_of=PUBLISHED + timedelta(hours=1))
    assert features["initial_views"] == Measured(None, "views")


def test_the_hour_of_a_video_not_public_yet_is_that_of_the_issue_time():
    video = VideoDownload.objects.create(title="draft", created_at=PUBLISHED - timedelta(hours=5))
    features = MLFeatureExtractor().extract_features(video, as_of=PUBLISHED)
    assert (features["hour_posted"].value, features["day_of_week"].value) == (13.0, 4.0)


def test_features_of_one_video_take_five_queries_and_one_to_find_it(video, django_assert_num_queries):
    with django_assert_num_queries(5):
        MLFeatureExtractor().extract_features(video)
