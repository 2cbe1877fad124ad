"""Training from the database."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils import timezone

from downloader.gateways.catalogue import training_catalogue
from downloader.gateways.importing import import_catalogue
from downloader.models import MLPrediction, Promotion, Release, VideoAnalytics, VideoDownload
from downloader.services.ml_model_trainer import MLModelTrainer
from downloader.services.ml_prediction_service import MLPredictionService
from downloader.services.serving import serving_at, serving_release
from foreview.errors import NotEnoughHistory, ReleaseError, UsageError
from foreview.options import TrainingOptions
from foreview.releases.store import list_releases
from foreview.simulation.world import DEFAULT_END
from foreview.training.trainer import train
from foreview.vocabulary import MODEL_KINDS

pytestmark = pytest.mark.django_db
QUICK = TrainingOptions(threads=1, issue_ages=(0.0, 3.0))
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def test_the_release_from_the_database_is_the_one_from_its_catalogue(world, releases):
    import_catalogue(world.catalogue)
    manifest = MLModelTrainer().train_all_models(as_of=DEFAULT_END, options=QUICK)
    expected = train(training_catalogue(DEFAULT_END), DEFAULT_END, QUICK, created_at=DEFAULT_END)
    assert manifest.model_version == expected.manifest.model_version
    assert serving_at(timezone.now()) == manifest.model_version
    names = sorted(path.name for path in (releases / manifest.model_version).iterdir())
    assert names == sorted(["manifest.json", *(f"{kind}.zip" for kind in MODEL_KINDS)])


def test_what_was_trained_serves_from_then_on(world):
    import_catalogue(world.catalogue)
    video = VideoDownload.objects.order_by("-published_at")[0]
    before = MLPredictionService().predict_video_performance(video.pk, as_of=DEFAULT_END)
    manifest = MLModelTrainer().train_all_models(as_of=DEFAULT_END, options=QUICK)
    after = MLPredictionService().predict_video_performance(video.pk, as_of=DEFAULT_END)
    assert before.model_type == "prior"
    assert after.model_type in ("ensemble", "typical")
    assert after.model_version == manifest.model_version


def test_a_release_trained_later_is_a_candidate_and_the_champion_serves_on(world):
    import_catalogue(world.catalogue)
    first = MLModelTrainer().train_all_models(as_of=DEFAULT_END - timedelta(days=20), options=QUICK, by="me")
    second = MLPredictionService().retrain_models(as_of=DEFAULT_END)
    assert serving_at(timezone.now()) == first.model_version
    rows = {row.version: (row.parent, row.by, row.state) for row in Release.objects.all()}
    assert rows == {
        first.model_version: ("", "me", "candidate"),
        second.model_version: (first.model_version, "", "candidate"),
    }
    assert [row.reason for row in Promotion.objects.all()] == ["nothing served before"]


def test_training_the_same_again_gives_the_same_release(world, releases):
    import_catalogue(world.catalogue)
    first = MLModelTrainer().train_all_models(as_of=DEFAULT_END, options=QUICK)
    second = MLModelTrainer().train_all_models(as_of=DEFAULT_END, options=QUICK)
    assert first.model_version == second.model_version
    assert len(list_releases(releases)) == 1


def test_a_release_already_served_is_not_read_again(world):
    import_catalogue(world.catalogue)
    MLModelTrainer().train_all_models(as_of=DEFAULT_END, options=QUICK)
    assert serving_release() is serving_release()


def test_without_a_mature_label_nothing_is_trained_and_the_prior_serves_on(releases):
    VideoDownload.objects.create(title="young", published_at=NOON)
    with pytest.raises(NotEnoughHistory):
        MLPredictionService().retrain_models(as_of=NOON + timedelta(days=3))
    assert not Promotion.objects.exists()
    assert list_releases(releases) == ()
    assert MLPredictionService().predict_videos(as_of=NOON) == 1
    assert MLPrediction.objects.get().model_type == "prior"


def test_a_cutoff_to_come_is_refused_and_nothing_is_published(releases):
    with pytest.raises(UsageError, match="an issue time is now or before"):
        MLModelTrainer().train_all_models(as_of=timezone.now() + timedelta(minutes=1))
    assert list_releases(releases) == ()


def test_a_champion_does_not_give_way_to_a_release_of_too_few_videos(world, releases):
    import_catalogue(world.catalogue)
    fitted = MLModelTrainer().train_all_models(as_of=DEFAULT_END, options=QUICK)
    kept = VideoDownload.objects.order_by("published_at")[:5].values_list("pk", flat=True)
    VideoDownload.objects.exclude(pk__in=list(kept)).delete()
    with pytest.raises(NotEnoughHistory, match=f"{fitted.model_version} serves on"):
        MLModelTrainer().train_all_models(as_of=DEFAULT_END, options=QUICK)
    assert serving_at(timezone.now()) == fitted.model_version
    assert len(list_releases(releases)) == 1


def test_a_damaged_champion_is_refused_and_nothing_else_served_in_its_place(world, releases):
    import_catalogue(world.catalogue)
    manifest = MLModelTrainer().train_all_models(as_of=DEFAULT_END, options=QUICK)
    file = releases / manifest.model_version / "views.zip"
    file.write_bytes(file.read_bytes()[:-1] + b"x")
    with pytest.raises(ReleaseError, match=r"views\.zip"):
        MLPredictionService().predict_videos(as_of=DEFAULT_END)
    assert not MLPrediction.objects.exists()


def test_a_failed_download_and_an_unpublished_video_are_not_trained_on(caplog):
    for title, status, published in (("a", "success", NOON), ("b", "failed", NOON), ("c", "success", None)):
        video = VideoDownload.objects.create(title=title, status=status, published_at=published)
        VideoAnalytics.objects.create(video=video, date=date(2026, 3, 2), views=5)
    catalogue = training_catalogue(NOON + timedelta(days=30))
    assert catalogue.videos["title"].to_list() == ["a"]
    assert catalogue.daily.height == 1
    assert [record.getMessage() for record in caplog.records] == [
        "videos: 1 left out: no publication time",
        "daily: 1 left out: its video is left out",
    ]


@pytest.mark.parametrize("item_count", [1, 3])
def test_reading_for_training_takes_five_queries_for_three_videos_as_for_one(item_count, django_assert_num_queries):
    for n in range(item_count):
        video = VideoDownload.objects.create(title=f"video {n}", published_at=NOON)
        VideoAnalytics.objects.create(video=video, date=date(2026, 3, 2), views=5)
    with django_assert_num_queries(5):
        assert training_catalogue(NOON + timedelta(days=30)).videos.height == item_count
