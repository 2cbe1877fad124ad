"""Each fault of the sketch that Foreview grew from, and the test that would catch it."""

from __future__ import annotations

import ast
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

from downloader.gateways.catalogue import training_catalogue
from downloader.gateways.importing import import_catalogue
from downloader.models import MLPrediction, VideoAnalytics, VideoDownload
from downloader.services.ml_feature_extractor import MLFeatureExtractor
from downloader.services.ml_model_trainer import MLModelTrainer
from downloader.services.ml_prediction_service import MLPredictionService
from downloader.services.serving import serving_release
from foreview.backtest.splits import split
from foreview.curves.labels import labels
from foreview.errors import NotEnoughHistory, ReleaseError
from foreview.features.matrix import feature_table
from foreview.forecasting.forecaster import forecast
from foreview.options import LabelOptions, TrainingOptions
from foreview.releases.prior import prior_release
from foreview.releases.store import publish_release
from foreview.simulation.world import DEFAULT_END
from foreview.tables.catalogue import Catalogue, SourceClock

pytestmark = pytest.mark.django_db
CHECKOUT = Path(__file__).resolve().parents[2]
PUBLISHED = datetime(2026, 3, 1, tzinfo=UTC)
EVERY_DAY = SourceClock("UTC", delay_hours=0.0)
QUICK = TrainingOptions(threads=1, issue_ages=(0.0, 3.0))


def video_with_days(views: list[int], **fields: object) -> VideoDownload:
    """A video published at midnight, with one row a day from that day on."""
    video = VideoDownload.objects.create(title="Test Video", duration=45, published_at=PUBLISHED, **fields)
    VideoAnalytics.objects.bulk_create(
        VideoAnalytics(video=video, date=PUBLISHED.date() + timedelta(days=n), views=v, likes=0, comments=0, shares=0)
        for n, v in enumerate(views)
    )
    return video


def catalogue_of_days(views: list[int]) -> Catalogue:
    return Catalogue.of(
        pl.DataFrame({"video_id": ["a"], "published_at": [PUBLISHED], "duration_s": [45.0]}),
        daily=pl.DataFrame(
            {
                "video_id": ["a"] * len(views),
                "date": [PUBLISHED.date() + timedelta(days=n) for n in range(len(views))],
                "views": views,
            }
        ),
        clock=EVERY_DAY,
    )


def test_early_views_were_both_a_feature_and_part_of_the_summed_target():
    # The target is what the video has at its horizon; a forecast at an issue time knows nothing of the days after it.
    shown, hidden = [10] * 3, [1_000] * 37
    issue = pl.DataFrame({"video_id": ["a"], "as_of": [PUBLISHED + timedelta(days=3)]})
    told, untold = catalogue_of_days(shown + hidden), catalogue_of_days(shown)
    assert feature_table(told, issue).equals(feature_table(untold, issue))
    assert forecast(told, prior_release(), issue).equals(forecast(untold, prior_release(), issue))


def test_the_target_was_the_total_so_far_whatever_the_age_of_the_video():
    young, old = catalogue_of_days([100] * 10), catalogue_of_days([100] * 60)
    assert labels(young).select("views_7d", "views_30d").row(0) == (700.0, None)
    assert labels(old).select("views_7d", "views_30d").row(0) == (700.0, 3_000.0)


def test_the_split_into_training_and_test_was_random(world):
    until = date(2026, 4, 15)
    parts = split(
        world.catalogue,
        train_until=until,
        test_from=until + timedelta(days=1),
        embargo="full",
        options=LabelOptions(),
    )
    matured = labels(parts.training)["views_30d_matured_at"].drop_nulls()
    assert matured.len() > 0
    assert (matured <= parts.as_of).all()
    assert (parts.training.videos["published_at"] <= parts.as_of).all()
    assert (parts.test["published_at"] > parts.as_of).all()


def test_views_after_7_days_were_a_fixed_quarter_of_those_after_30_days(world):
    import_catalogue(world.catalogue)
    MLPredictionService().predict_videos(as_of=DEFAULT_END)
    pairs = MLPrediction.objects.values_list("predicted_views_7d", "predicted_views_30d")
    shares = {round(views_7d / views_30d, 3) for views_7d, views_30d in pairs if views_30d}
    assert len(shares) > 20
    assert max(shares) <= 1.0


def test_missing_models_were_replaced_by_models_of_random_numbers(releases):
    video = VideoDownload.objects.create(title="Test Video", duration=45, is_short=True)
    first = MLPredictionService().predict_video_performance(video.pk)
    second = MLPredictionService().predict_video_performance(video.pk)
    assert first.model_type == second.model_type == "prior"
    assert first.by_target == second.by_target
    low, high = first.interval("views_30d", 80)
    assert high > 10 * low  # wide: nothing is known
    assert not releases.exists()  # and nothing was made up


def test_confidence_was_one_of_two_constants(world):
    import_catalogue(world.catalogue)
    MLModelTrainer().train_all_models(as_of=DEFAULT_END - timedelta(days=30), options=QUICK)
    MLPredictionService().predict_videos(as_of=DEFAULT_END - timedelta(days=30))
    found = set(MLPrediction.objects.values_list("views_confidence", flat=True))
    assert len(found) > 10
    assert all(0 <= confidence <= 1 for confidence in found)


def test_one_confidence_was_copied_to_three_targets():
    video = video_with_days([50] * 5)
    p = MLPredictionService().predict_video_performance(video.pk, as_of=PUBLISHED + timedelta(days=9))
    three = (p.views_confidence, p.engagement_confidence, p.revenue_confidence)
    assert three == tuple(p.by_target[t]["confidence"] for t in ("views_30d", "engagement_rate", "revenue_30d"))
    assert len(set(three)) == 3
    assert p.confidence_score == min(confidence for confidence in three if confidence is not None)


def test_hour_and_weekday_were_those_of_the_database_row(settings):
    settings.FOREVIEW = settings.FOREVIEW | {"TIMEZONE": "UTC"}
    video = VideoDownload.objects.create(
        title="Test Video",
        published_at=datetime(2026, 5, 1, 18, tzinfo=UTC),  # a Friday
        created_at=datetime(2026, 5, 4, 9, tzinfo=UTC),  # a Monday
    )
    features = MLFeatureExtractor().extract_features(video)
    assert (features["hour_posted"].value, features["day_of_week"].value) == (18.0, 4.0)


def test_the_first_day_was_an_unordered_first():
    # Rows written in any order are the same history.
    issue = PUBLISHED + timedelta(days=9)
    ordered = video_with_days([5, 50, 500])
    shuffled = VideoDownload.objects.create(title="Test Video", duration=45, published_at=PUBLISHED)
    for n, views in ((2, 500), (0, 5), (1, 50)):
        day = PUBLISHED.date() + timedelta(days=n)
        VideoAnalytics.objects.create(video=shuffled, date=day, views=views, likes=0, comments=0, shares=0)
    service = MLPredictionService()
    found = [service.predict_video_performance(v.pk, as_of=issue) for v in (ordered, shuffled)]
    assert found[0].by_target == found[1].by_target
    assert found[0].features_used == found[1].features_used


def test_except_exception_returned_none():
    with pytest.raises(NotEnoughHistory):
        MLPredictionService().retrain_models()
    for path in (CHECKOUT / "backend").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ExceptHandler):
                caught = ast.unparse(node.type) if node.type else ""
                raises = any(isinstance(part, ast.Raise) and part.exc is None for part in node.body)
                assert raises or caught not in ("", "Exception", "BaseException"), f"{path}:{node.lineno}"


@pytest.mark.parametrize("item_count", [1, 30])
def test_every_video_cost_three_queries(item_count, django_assert_num_queries):
    for _ in range(item_count):
        video_with_days([10])
    with django_assert_num_queries(5):
        assert training_catalogue(PUBLISHED + timedelta(days=9)).daily.height == item_count


def test_pickles_were_overwritten_in_place(world, releases):
    import_catalogue(world.catalogue)
    first = MLModelTrainer().train_all_models(as_of=DEFAULT_END - timedelta(days=7), options=QUICK)
    before = {path: path.read_bytes() for path in (releases / first.model_version).iterdir()}
    second = MLModelTrainer().train_all_models(as_of=DEFAULT_END, options=QUICK)
    assert second.model_version != first.model_version
    assert {path: path.read_bytes() for path in (releases / first.model_version).iterdir()} == before
    with pytest.raises(ReleaseError, match="new folder"):
        publish_release(serving_release(), releases / first.model_version)
    assert not any(content.startswith(b"\x80") for content in before.values())  # as a pickle does
