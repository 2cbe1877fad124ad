"""Run by test_host.py under the host's own settings: its models serve, ours stay empty."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from django.contrib import admin
from django.core.management import call_command
from django.core.management.base import CommandError

from downloader.gateways.catalogue import training_catalogue
from downloader.models import MLPrediction, VideoDownload
from downloader.services.ml_feature_extractor import MLFeatureExtractor
from downloader.services.ml_model_trainer import MLModelTrainer
from downloader.services.ml_prediction_service import MLPredictionService
from foreview.options import TrainingOptions
from foreview.simulation.world import DEFAULT_END, simulate
from foreview.tables.catalogue import Catalogue
from tests.backend.host.library.models import Clip, ClipDay, ClipIncome, Show

pytestmark = pytest.mark.django_db
RELEASED = datetime(2026, 5, 1, 20, 30, tzinfo=UTC)
KEY = UUID("00112233-4455-6677-8899-aabbccddeeff")


@pytest.fixture
def clip() -> Clip:
    show = Show.objects.create(handle="garden", followers=1200)
    clip = Clip.objects.create(
        key=KEY,
        show=show,
        name="Ten tomatoes",
        seconds=61,
        labels="garden, food",
        spoken_words="Hello",
        released=RELEASED,
    )
    ClipDay.objects.create(clip=clip, day=date(2026, 5, 1), plays=40, hearts=4)
    ClipDay.objects.create(clip=clip, day=date(2026, 5, 2), plays=60, hearts=6)
    ClipIncome.objects.create(clip=clip, day=date(2026, 5, 2), dollars="0.2500")
    return clip


def fill_with(catalogue: Catalogue) -> None:
    """The world in the host's tables."""
    videos = catalogue.videos.to_dicts()
    shows = {v["channel_id"]: Show(handle=v["channel_id"].lower().replace(" ", "-")) for v in videos}
    Show.objects.bulk_create(shows.values())
    clips = {
        v["video_id"]: Clip(
            show=shows[v["channel_id"]], name=v["title"], seconds=int(v["duration_s"]), released=v["published_at"]
        )
        for v in videos
    }
    Clip.objects.bulk_create(clips.values())
    ClipDay.objects.bulk_create(
        ClipDay(clip=clips[d["video_id"]], day=d["date"], plays=d["views"], hearts=d["likes"])
        for d in catalogue.daily.to_dicts()
    )


def test_the_migrations_fit_the_mapped_models():
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)
    assert MLPrediction._meta.get_field("video").related_model is Clip


def test_a_clip_is_forecast_and_its_one_mapped_column_written(clip):
    prediction = MLPredictionService().predict_video_performance(clip.pk, as_of=RELEASED + timedelta(days=5))
    clip.refresh_from_db()
    assert prediction.video == clip
    assert clip.expected_views == prediction.predicted_views_30d > 0
    assert not VideoDownload.objects.exists()


def test_the_key_may_be_given_as_text(clip):
    assert MLPredictionService().predict_video_performance(str(KEY)).video_id == KEY


def test_features_come_from_the_hosts_fields_in_the_clock_of_the_source(clip):
    features = MLFeatureExtractor().extract_features(clip, as_of=RELEASED + timedelta(days=5))
    assert {
        name: features[name].value
        for name in (
            "title_length",
            "duration_s",
            "is_short",
            "has_transcript",
            "tag_count",
            "channel_followers",
            "hour_posted",
            "day_of_week",
            "initial_views",
            "initial_revenue",
        )
    } == {
        "title_length": 12,
        "duration_s": 61,
        "is_short": 1,
        "has_transcript": 1,
        "tag_count": 2,
        "channel_followers": 1200,
        "hour_posted": 13,  # 20:30 UTC in Los Angeles
        "day_of_week": 4,
        "initial_views": 100,
        "initial_revenue": 0.25,
    }


def test_what_the_core_cannot_use_is_left_out_and_counted(clip, caplog):
    other = Clip.objects.create(name="Never released")
    ClipDay.objects.create(clip=other, day=date(2026, 5, 1), plays=1)
    ClipDay.objects.create(clip=clip, day=date(2026, 4, 1), plays=5)
    ClipDay.objects.create(clip=clip, day=date(2026, 5, 3), plays=None)
    ClipDay.objects.create(clip=clip, day=date(2026, 5, 2), plays=70)
    ClipDay.objects.create(clip=clip, day=date(2026, 5, 4), plays=-3)
    catalogue = training_catalogue(RELEASED + timedelta(days=9))
    assert catalogue.daily.select("date", "views").rows() == [(date(2026, 5, 1), 40), (date(2026, 5, 2), 70)]
    assert sorted(record.getMessage() for record in caplog.records) == [
        "daily: 1 left out: before the publication of its video",
        "daily: 1 left out: its video is left out",
        "daily: 1 left out: several rows of one video and time; the last is kept",
        "daily: 1 left out: views below 0",
        "daily: 1 left out: views missing",
        "videos: 1 left out: no publication time",
    ]


def test_unusable_clips_are_left_alone(clip):
    Clip.objects.filter(pk=clip.pk).update(state="deleted")
    assert MLPredictionService().predict_videos() == 0


def test_the_host_trains_on_its_own_tables(django_assert_num_queries):
    fill_with(simulate(channels=2, videos=60, seed=3, days=90).catalogue)
    # Clips, days and income are read (this host keeps no snapshots); eleven publish the release and let it serve.
    with django_assert_num_queries(14):
        manifest = MLModelTrainer().train_all_models(
            as_of=DEFAULT_END, options=TrainingOptions(threads=1, issue_ages=(0.0, 3.0))
        )
    assert manifest.kinds["views"].state in ("ensemble", "typical")
    assert MLPredictionService().predict_videos(as_of=DEFAULT_END) == 60
    assert set(MLPrediction.objects.values_list("model_version", flat=True)) == {manifest.model_version}


def test_a_catalogue_is_not_imported_into_the_hosts_models(tmp_path):
    from foreview.tables.folder import write_catalogue

    write_catalogue(simulate(channels=1, videos=2, seed=1).catalogue, tmp_path / "world")
    with pytest.raises(CommandError, match=r"FOREVIEW maps them to library\.Clip"):
        call_command("import_data", tmp_path / "world")


def test_the_admin_shows_forecasts_and_not_our_empty_videos():
    assert admin.site.is_registered(MLPrediction)
    assert not admin.site.is_registered(VideoDownload)
