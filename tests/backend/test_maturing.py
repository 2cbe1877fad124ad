"""Outcomes join the ledger once, when their labels have matured."""

from __future__ import annotations

import json
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.utils import timezone

from downloader import selectors
from downloader.gateways.catalogue import training_catalogue
from downloader.gateways.importing import import_catalogue
from downloader.gateways.record import ledger_frame
from downloader.models import LedgerRow, MLPrediction, VideoAnalytics, VideoDownload
from downloader.services.ledger import verify_ledger
from downloader.services.maturing import _write, mature_labels
from downloader.services.ml_prediction_service import MLPredictionService
from foreview.curves.labels import labels
from foreview.errors import UsageError
from foreview.simulation.world import DEFAULT_END
from foreview.vocabulary import TARGETS

pytestmark = [pytest.mark.django_db, pytest.mark.dialect]
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def a_video(views: int | None = 10, **changes: object) -> VideoDownload:
    """A video with 40 days of analytics."""
    video = VideoDownload.objects.create(**{"title": "Test Video", "published_at": NOON, **changes})
    if views is not None:
        days = (NOON + timedelta(days=day) for day in range(40))
        VideoAnalytics.objects.bulk_create(
            VideoAnalytics(video=video, date=d.date(), views=views, likes=1) for d in days
        )
    return video


def forecast_at(day: float) -> None:
    MLPredictionService().predict_videos(as_of=NOON + timedelta(days=day))


def outcomes() -> dict[tuple[str, str], dict[str, object]]:
    rows = LedgerRow.objects.filter(kind="outcome")
    return {(row.video, row.target): json.loads(row.record) for row in rows}


def test_outcomes_are_the_labels_each_written_once_when_it_matured(world):
    import_catalogue(world.catalogue)
    then, later = DEFAULT_END - timedelta(days=20), DEFAULT_END
    service = MLPredictionService()
    service.predict_videos(as_of=DEFAULT_END - timedelta(days=33))
    service.predict_videos(as_of=DEFAULT_END - timedelta(days=25))
    videos = set(LedgerRow.objects.values_list("video", flat=True))
    for moment in (then, later):
        mature_labels(as_of=moment)
        known = labels(training_catalogue(moment)).rows(named=True)
        expected = {
            (row["video_id"], target): (row[target], row[f"{target}_matured_at"])
            for row in known
            for target in TARGETS
            if row["video_id"] in videos and row[target] is not None
        }
        assert expected
        written = outcomes()
        assert {
            key: (found["value"], datetime.fromisoformat(str(found["matured_at"]))) for key, found in written.items()
        } == expected
    before = verify_ledger()
    assert sum(mature_labels(as_of=later).values()) == 0
    assert verify_ledger() == before


def test_forecasts_stand_beside_their_outcomes_from_the_ledger_alone(world):
    import_catalogue(world.catalogue)
    for days in (33, 25):
        MLPredictionService().predict_videos(as_of=DEFAULT_END - timedelta(days=days))
    mature_labels(as_of=DEFAULT_END)
    known = {row["video_id"]: row for row in labels(training_catalogue(DEFAULT_END)).rows(named=True)}
    channels = {str(key): channel for key, channel in VideoDownload.objects.values_list("pk", "channel_id")}
    shown = {str(forecast.video_id): forecast for forecast in MLPrediction.objects.all()}
    VideoDownload.objects.all().delete()
    rows = ledger_frame()
    assert rows.height == 4 * LedgerRow.objects.filter(kind="forecast").count() > 100
    latest = rows.filter(as_of=DEFAULT_END - timedelta(days=25))
    assert rows["actual"].null_count() < rows.height
    for row in rows.rows(named=True):
        assert row["actual"] == known[row["video_id"]][row["target"]]
        assert row["channel_id"] == channels[row["video_id"]]
    for row in latest.rows(named=True):
        told = shown[row["video_id"]].by_target[row["target"]]
        assert [row[name] for name in ("point", "p10", "p90", "typical", "model_type")] == [
            told[name] for name in ("point", "p10", "p90", "typical", "model_type")
        ]


def test_only_what_was_forecast_has_an_outcome():
    a_video()
    assert sum(mature_labels(as_of=NOON + timedelta(days=90)).values()) == 0
    assert not LedgerRow.objects.exists()


def test_the_targets_of_a_video_mature_one_by_one():
    video = str(a_video().pk)
    forecast_at(1)
    assert mature_labels(as_of=NOON + timedelta(days=5))["usable"] == 0
    assert mature_labels(as_of=NOON + timedelta(days=12))["usable"] == 1
    assert set(outcomes()) == {(video, "views_7d")}
    assert mature_labels(as_of=NOON + timedelta(days=35))["usable"] == 2
    assert set(outcomes()) == {(video, target) for target in TARGETS if target != "revenue_30d"}
    matured_at = LedgerRow.objects.get(target="views_7d").as_of
    assert matured_at is not None
    assert NOON + timedelta(days=7) < matured_at < NOON + timedelta(days=12)


def test_a_deleted_video_stays_with_that_status():
    video = a_video()
    forecast_at(1)
    mature_labels(as_of=NOON + timedelta(days=12))
    key = str(video.pk)
    video.delete()
    assert mature_labels(as_of=NOON + timedelta(days=13)) == {"usable": 0, "unusable": 0, "unknown": 0, "deleted": 3}
    assert LedgerRow.objects.filter(kind="forecast", video=key).count() == 1
    found = outcomes()
    assert found[key, "views_7d"]["status"] == "usable"
    assert (found[key, "views_30d"]["status"], found[key, "views_30d"]["value"]) == ("deleted", None)
    assert verify_ledger().number == 5


def test_a_private_video_keeps_what_matured_and_its_status():
    video = a_video()
    hidden = a_video(views=None)
    forecast_at(1)
    VideoDownload.objects.update(status="private")
    written = mature_labels(as_of=NOON + timedelta(days=45))
    assert written["unusable"] == 4  # three that matured, and the 7 days of the one that nobody counted
    assert outcomes()[str(video.pk), "views_30d"]["status"] == "unusable"
    assert outcomes()[str(video.pk), "views_30d"]["value"] == pytest.approx(300, rel=0.05)
    assert mature_labels(as_of=NOON + timedelta(days=61))["unusable"] == 4
    assert outcomes()[str(hidden.pk), "views_30d"]["value"] is None


def test_a_label_that_never_came_is_given_up_30_days_after_its_horizon():
    a_video(views=None)
    forecast_at(1)
    assert mature_labels(as_of=NOON + timedelta(days=37))["unknown"] == 0
    assert mature_labels(as_of=NOON + timedelta(days=38))["unknown"] == 1
    assert mature_labels(as_of=NOON + timedelta(days=61))["unknown"] == 3
    assert sum(mature_labels(as_of=NOON + timedelta(days=90)).values()) == 0


def test_what_is_to_come_is_not_written_down_as_what_never_came():
    video = a_video(views=None, published_at=timezone.now() - timedelta(days=1))
    MLPredictionService().predict_videos()
    later = timezone.now() + timedelta(days=365)
    with pytest.raises(UsageError, match=r"an issue time is now or before. asked as of .*, and it is .*. Leave it out"):
        mature_labels(as_of=later)
    assert outcomes() == {}
    assert mature_labels()["unknown"] == 0
    assert LedgerRow.objects.get().video == str(video.pk)


@pytest.mark.parametrize("item_count", [1, 3])
def test_maturing_asks_as_often_for_three_videos_as_for_one(item_count, django_assert_num_queries):
    for _ in range(item_count):
        a_video()
    forecast_at(1)
    # Read: videos and outcomes of the ledger, usable ones, four tables; then savepoint, head locked and read, videos and outcomes
    # again, head locked and read, rows, head, release.
    with django_assert_num_queries(18):
        assert mature_labels(as_of=NOON + timedelta(days=45))["usable"] == 3 * item_count


def test_interrupted_no_outcome_is_written_and_all_of_them_next_time():
    a_video()
    forecast_at(1)

    def interrupt(execute, sql, params, many, context):
        if sql.startswith('UPDATE "downloader_ledgerhead"') and "digest" in sql:
            raise KeyboardInterrupt
        return execute(sql, params, many, context)

    before = verify_ledger()
    with connection.execute_wrapper(interrupt), pytest.raises(KeyboardInterrupt):
        mature_labels(as_of=NOON + timedelta(days=45))
    assert verify_ledger() == before
    assert mature_labels(as_of=NOON + timedelta(days=45))["usable"] == 3


def test_an_outcome_that_another_job_wrote_meanwhile_is_not_written_again():
    video = str(a_video().pk)
    forecast_at(1)
    mature_labels(as_of=NOON + timedelta(days=12))
    read_to = selectors.last_number() - 1
    found = [json.loads(row.record) for row in LedgerRow.objects.filter(kind="outcome", video=video, target="views_7d")]
    assert _write(found, read_to, NOON + timedelta(days=13)) == Counter()
    assert LedgerRow.objects.filter(kind="outcome").count() == 1
