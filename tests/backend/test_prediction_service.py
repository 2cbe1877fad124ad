"""Forecasts of the videos in the database."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import IntegrityError, connection
from django.utils import timezone

from downloader.gateways.importing import import_catalogue
from downloader.models import LedgerRow, MLPrediction, VideoAnalytics, VideoDownload
from downloader.selectors import VideoUnknown
from downloader.services.ml_prediction_service import MLPredictionService
from downloader.services.registry import set_state
from foreview.errors import InputError, UsageError
from foreview.releases.prior import prior_release
from foreview.simulation.world import DEFAULT_END
from foreview.vocabulary import QUANTILES, TARGETS
from tests.backend.published import promoted, published

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)


def test_a_video_on_an_empty_database_gets_a_saved_forecast_labelled_as_a_cold_start_prior():
    video = VideoDownload.objects.create(title="Test Video", duration=45, is_short=True)
    prediction = MLPredictionService().predict_video_performance(video.id)
    assert prediction.predicted_views_30d > 0
    assert prediction.model_type == "prior"
    assert prediction.model_version == prior_release().manifest.model_version
    assert MLPrediction.objects.get(video=video) == prediction


def test_every_field_of_the_forecast_is_saved():
    video = VideoDownload.objects.create(title="Test Video", duration=45, published_at=NOON)
    prediction = MLPredictionService().predict_video_performance(video.id, as_of=NOON + timedelta(days=2))
    assert set(prediction.by_target) == set(TARGETS)
    for target, column in (
        ("views_7d", prediction.predicted_views_7d),
        ("views_30d", prediction.predicted_views_30d),
        ("engagement_rate", prediction.predicted_engagement_rate),
        ("revenue_30d", prediction.predicted_revenue_30d),
    ):
        found = prediction.by_target[target]
        assert column == found["point"]
        quantiles = [found[name] for name in QUANTILES]
        assert quantiles == sorted(quantiles)
        assert found["p_low"] + found["p_medium"] + found["p_high"] == pytest.approx(1)
        assert found["p_high"] <= found["p_beats_typical"] <= 1 - found["p_low"] + 1e-9
        assert found["class_source"] == "distribution"
    assert (prediction.as_of, prediction.issue_age_days) == (NOON + timedelta(days=2), 2.0)
    assert prediction.features_used["duration_s"] == {"value": 45.0, "unit": "s"}
    assert prediction.likely_class() in ("low", "medium", "high")


def test_the_copies_on_the_video_are_those_of_its_forecast():
    video = VideoDownload.objects.create(title="Test Video")
    prediction = MLPredictionService().predict_video_performance(video.id)
    video.refresh_from_db()
    assert (video.ml_predicted_views_30d, video.ml_predicted_revenue_30d, video.ml_confidence) == (
        prediction.predicted_views_30d,
        prediction.predicted_revenue_30d,
        prediction.confidence_score,
    )


def test_a_forecast_interrupted_before_it_is_copied_to_the_video_is_not_saved_either():
    video = VideoDownload.objects.create(title="Test Video")

    def interrupt(execute, sql, params, many, context):
        if sql.startswith("UPDATE"):
            raise KeyboardInterrupt
        return execute(sql, params, many, context)

    with connection.execute_wrapper(interrupt), pytest.raises(KeyboardInterrupt):
        MLPredictionService().predict_video_performance(video.id)
    assert not MLPrediction.objects.exists()


def test_the_next_forecast_takes_the_place_of_the_last():
    video = VideoDownload.objects.create(title="Test Video", published_at=NOON)
    first = MLPredictionService().predict_video_performance(video.id, as_of=NOON)
    VideoAnalytics.objects.create(video=video, date=date(2026, 5, 1), views=10_000, likes=100)
    second = MLPredictionService().predict_video_performance(video.id, as_of=NOON + timedelta(days=3))
    assert MLPrediction.objects.count() == 1
    assert second.pk == first.pk
    assert second.predicted_views_30d >= 10_000 > first.predicted_views_30d


def test_a_video_that_is_not_public_is_forecast_as_if_published_now():
    unpublished = VideoDownload.objects.create(title="Test Video", duration=45)
    scheduled = VideoDownload.objects.create(title="Test Video", duration=45, published_at=NOON + timedelta(days=9))
    published = VideoDownload.objects.create(title="Test Video", duration=45, published_at=NOON)
    MLPredictionService().predict_videos(as_of=NOON)
    found = {p.video_id: (p.issue_age_days, p.by_target) for p in MLPrediction.objects.all()}
    assert found[unpublished.pk] == found[scheduled.pk] == found[published.pk]
    assert found[published.pk][0] == 0.0


def test_an_unknown_video_is_named_and_caught_as_django_code_does():
    with pytest.raises(VideoUnknown, match="there is none with the id 42"):
        MLPredictionService().predict_video_performance(42)
    with pytest.raises(UsageError, match=r"less than or equal to 9223372036854775807\. Check the id"):
        MLPredictionService().predict_videos([10**20])
    with pytest.raises(UsageError, match="must be an integer"):
        MLPredictionService().predict_video_performance("forty-two")


def test_a_video_from_before_there_were_videos_is_refused_with_the_reason():
    video = VideoDownload.objects.create(title="Test Video", published_at=datetime(1970, 1, 1, tzinfo=UTC))
    with pytest.raises(InputError, match="publication time"):
        MLPredictionService().predict_video_performance(video.pk)


def test_an_issue_time_without_a_time_zone_is_refused():
    with pytest.raises(UsageError, match="says its time zone"):
        MLPredictionService().predict_videos(as_of=datetime(2026, 5, 1))  # noqa: DTZ001  (the point)


def test_an_issue_time_to_come_is_refused_and_nothing_is_saved():
    VideoDownload.objects.create(title="Test Video")
    with pytest.raises(UsageError, match="an issue time is now or before"):
        MLPredictionService().predict_videos(as_of=timezone.now() + timedelta(minutes=1))
    assert not MLPrediction.objects.exists()
    assert not LedgerRow.objects.exists()


def test_a_forecast_is_not_made_as_of_a_time_before_the_cutoff_of_its_release():
    version = promoted(1, as_of=NOON).version
    VideoDownload.objects.create(title="Test Video", published_at=NOON - timedelta(days=3))
    with pytest.raises(UsageError, match=r".") as refused:
        MLPredictionService().predict_videos(as_of=NOON - timedelta(days=1))
    assert refused.value.fact == (
        f"asked as of 2026-04-30T12:00:00+00:00, and the cutoff of {version} is 2026-05-01T12:00:00+00:00"
    )
    assert "POST /api/v1/predictions" in refused.value.next_step
    assert not LedgerRow.objects.exists()
    assert MLPredictionService().predict_videos(as_of=NOON) == 1


def test_a_release_in_the_shadow_forecasts_nothing_before_its_own_cutoff():
    champion, shadow = promoted(1, as_of=NOON).version, published(2, as_of=NOON + timedelta(days=2)).version
    set_state(shadow, "shadow")
    VideoDownload.objects.create(title="Test Video", published_at=NOON)
    for day in (1, 2):
        MLPredictionService().predict_videos(as_of=NOON + timedelta(days=day))
    rows = LedgerRow.objects.order_by("number").values_list("release", "issue_age_days")
    assert list(rows) == [(champion, 1.0), (champion, 2.0), (shadow, 2.0)]


def test_a_forecast_of_a_later_time_stands_and_the_older_one_goes_into_the_ledger_as_not_shown():
    video = VideoDownload.objects.create(title="Test Video", published_at=NOON)
    other = VideoDownload.objects.create(title="Another", published_at=NOON)
    service = MLPredictionService()
    later = service.predict_video_performance(video.pk, as_of=NOON + timedelta(days=3))
    assert service.predict_videos(as_of=NOON + timedelta(days=1)) == 1
    assert MLPrediction.objects.get(video=video).as_of == later.as_of
    assert MLPrediction.objects.get(video=other).as_of == NOON + timedelta(days=1)
    rows = LedgerRow.objects.order_by("number").values_list("video", "issue_age_days", "role")
    assert list(rows) == [
        (str(video.pk), 3.0, "served"),
        (str(other.pk), 1.0, "served"),
        (str(video.pk), 1.0, "shadow"),
    ]


@pytest.mark.dialect
def test_a_forecast_of_a_later_time_that_was_saved_meanwhile_stands():
    video = VideoDownload.objects.create(title="Test Video", published_at=NOON)
    service, days = MLPredictionService(), [1, 3]

    def meanwhile(step: str, *_: int) -> None:
        if step == "saving" and days:
            service.predict_videos(as_of=NOON + timedelta(days=days.pop()))

    service.predict_videos(as_of=NOON + timedelta(days=2), progress=meanwhile)
    assert days == []
    assert MLPrediction.objects.get(video=video).as_of == NOON + timedelta(days=3)
    assert LedgerRow.objects.count() == 3


def test_only_usable_videos_are_forecast_unless_asked_for():
    good = VideoDownload.objects.create(title="good")
    bad = VideoDownload.objects.create(title="bad", status="failed")
    assert MLPredictionService().predict_videos() == 1
    assert MLPrediction.objects.get().video == good
    assert MLPredictionService().predict_videos([bad.pk]) == 1


def test_one_video_is_forecast_as_it_is_in_a_batch(world):
    import_catalogue(world.catalogue)
    service = MLPredictionService()
    service.predict_videos(as_of=DEFAULT_END)
    batch = {p.video_id: (p.by_target, p.features_used) for p in MLPrediction.objects.all()}
    assert len(batch) == world.catalogue.videos.height
    for pk in list(batch)[::20]:
        alone = service.predict_video_performance(pk, as_of=DEFAULT_END)
        assert (alone.by_target, alone.features_used) == batch[pk]


def test_what_became_known_after_the_issue_time_changes_nothing(world):
    then = DEFAULT_END - timedelta(days=40)
    service = MLPredictionService()
    import_catalogue(world.catalogue)
    keys = list(VideoDownload.objects.filter(published_at__lte=then).values_list("pk", flat=True))
    service.predict_videos(keys, as_of=then)
    with_the_future = dict(MLPrediction.objects.values_list("video_id", "by_target"))
    VideoAnalytics.objects.filter(date__gt=then).delete()
    VideoDownload.objects.filter(published_at__gt=then).delete()
    service.predict_videos(keys, as_of=then)
    assert dict(MLPrediction.objects.values_list("video_id", "by_target")) == with_the_future


@pytest.mark.dialect
@pytest.mark.parametrize("item_count", [1, 3])
def test_forecasting_asks_as_often_for_three_videos_as_for_one(item_count, django_assert_num_queries):
    _videos_with_days(item_count)
    # Champion, shadows, four tables and what stands are read; savepoint, rows, copies, release are written, between them the ledger: its head locked
    # and read, rows, head. PostgreSQL stages the forecasts: create, copy, insert, drop.
    with django_assert_num_queries(17 + 3 * _is_postgres()):
        assert MLPredictionService().predict_videos(as_of=NOON) == item_count


@pytest.mark.dialect
@pytest.mark.parametrize("item_count", [1, 3])
def test_forecasting_named_videos_asks_as_often_for_three_as_for_one(item_count, django_assert_num_queries):
    keys = _videos_with_days(item_count)
    with django_assert_num_queries(18 + 3 * _is_postgres()):  # and one to see that they exist
        assert MLPredictionService().predict_videos(keys, as_of=NOON) == item_count


def test_two_forecasts_of_one_video_cannot_stand():
    video = VideoDownload.objects.create(title="Test Video")
    first = MLPredictionService().predict_video_performance(video.pk)
    first.pk = None
    with pytest.raises(IntegrityError):
        first.save(force_insert=True)


def _videos_with_days(count: int) -> list[int]:
    keys = []
    for n in range(count):
        video = VideoDownload.objects.create(title=f"video {n}", channel_id="a", published_at=NOON - timedelta(days=5))
        VideoAnalytics.objects.create(video=video, date=date(2026, 4, 27), views=10)
        keys.append(video.pk)
    return keys


def _is_postgres() -> bool:
    return connection.vendor == "postgresql"
