"""What was read goes when its time is over or its owner wants it gone; what others brought stays."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

import pytest
from cryptography.fernet import Fernet

from downloader.models import (
    AdSenseEarnings,
    ConnectedVideo,
    Connection,
    ConnectionReading,
    MLPrediction,
    VideoAnalytics,
    VideoDownload,
    VideoSnapshot,
)
from downloader.services.connections import disconnect
from downloader.services.ml_prediction_service import MLPredictionService
from tests.backend.connected import DAY, NIGHT, connected, database, days_of, on_site, synced
from tests.backend.google import CHANNEL, REFRESH_TOKEN, Google, tomatoes

pytestmark = [pytest.mark.django_db, pytest.mark.dialect]


@pytest.fixture
def google(settings, monkeypatch) -> Google:
    channel = tomatoes(3)
    on_site(settings, monkeypatch, channel)
    return channel


def imported_before() -> VideoDownload:
    """A video that was here before, with a snapshot of another source."""
    video = VideoDownload.objects.create(title="By hand", source_id="v000", channel_id=CHANNEL)
    VideoSnapshot.objects.create(video=video, observed_at=NIGHT - DAY, views=1)
    VideoSnapshot.objects.create(video=video, observed_at=NIGHT + DAY / 2, views=2)
    VideoAnalytics.objects.create(video=video, date=date(2026, 3, 25), views=3)
    return video


def left_of_before() -> None:
    assert [row[0] for row in database()["videos"]] == ["v000"]
    assert list(VideoSnapshot.objects.order_by("views").values_list("views", flat=True)) == [1, 2]
    assert days_of("v000") == {"03-25": 3}
    assert AdSenseEarnings.objects.count() == 0


def test_disconnecting_revokes_and_deletes_what_was_read_and_nothing_else(google):
    imported_before()
    connection = connected()
    synced()
    forecast_of = VideoDownload.objects.get(source_id="v001").pk
    MLPredictionService().predict_video_performance(forecast_of)
    assert disconnect(connection) is True
    assert google.bodies[-1] == {"token": REFRESH_TOKEN}
    left_of_before()
    assert (Connection.objects.count(), ConnectedVideo.objects.count(), ConnectionReading.objects.count()) == (0, 0, 0)
    assert not MLPrediction.objects.filter(video=forecast_of).exists()


def test_disconnecting_keeps_a_video_that_it_brought_with_the_rows_that_others_entered(google):
    connection = connected()
    synced()
    with_earnings, with_days, other = VideoDownload.objects.order_by("source_id")
    AdSenseEarnings.objects.create(video=with_earnings, date=date(2020, 1, 1), revenue_usd=5)
    VideoAnalytics.objects.create(video=with_days, date=date(2020, 1, 1), views=7)
    disconnect(connection)
    assert set(VideoDownload.objects.all()) == {with_earnings, with_days}
    earned = (with_earnings.pk, date(2020, 1, 1), Decimal(5))
    assert list(AdSenseEarnings.objects.values_list("video", "date", "revenue_usd")) == [earned]
    assert list(VideoAnalytics.objects.values_list("video", "date", "views")) == [(with_days.pk, date(2020, 1, 1), 7)]
    assert VideoSnapshot.objects.count() == 0
    assert not VideoDownload.objects.filter(pk=other.pk).exists()


def test_a_video_that_youtube_deleted_stays_after_its_retention_with_what_others_entered(google):
    connected()
    synced()
    google.videos["v001"]["deleted"] = True
    VideoAnalytics.objects.create(video=VideoDownload.objects.get(source_id="v001"), date=date(2020, 1, 1), views=7)
    retained(30, NIGHT + 31 * DAY)
    assert days_of("v001") == {"01-01": 7}
    assert VideoSnapshot.objects.filter(video__source_id="v001").count() == 0


def test_disconnecting_keeps_what_was_read_where_that_was_chosen_whatever_google_says(google, settings):
    connection = connected()
    synced()
    before = database()
    connection.delete_on_disconnect = False
    settings.FOREVIEW = settings.FOREVIEW | {"TOKEN_KEYS": [Fernet.generate_key().decode()]}
    assert disconnect(connection) is False
    assert (database(), Connection.objects.count()) == (before, 0)


def retained(days: int | None, *nights: datetime) -> None:
    Connection.objects.update(retention_days=days)
    for night in nights:
        synced(night)


def test_what_a_revoked_connection_left_is_deleted_before_seven_days_are_over(google):
    imported_before()
    connected()
    synced()
    google.revoked = True
    before = database()
    retained(30, *(NIGHT + number * DAY for number in range(1, 6)))
    assert database() == before
    retained(30, NIGHT + 6 * DAY)
    left_of_before()
    assert ConnectionReading.objects.count() == 0
    assert set(ConnectedVideo.objects.values_list("whole_at", "last_day")) == {(None, None)}


def test_snapshots_older_than_the_retention_go_and_days_that_are_read_again_stay(google):
    connected()
    nights = [NIGHT + number * 10 * DAY for number in range(6)]
    retained(30, *nights)
    kept = VideoSnapshot.objects.order_by().values_list("observed_at", flat=True).distinct()
    assert sorted(kept) == nights[2:]
    assert len(days_of("v000")) == 20
    assert sorted(ConnectionReading.objects.values_list("at", flat=True)) == nights[2:]


def test_a_video_that_youtube_deleted_goes_with_its_retention(google):
    connected()
    synced()
    google.videos["v001"]["deleted"] = True
    retained(30, NIGHT + 29 * DAY)
    assert VideoDownload.objects.get(source_id="v001").status == "deleted"
    retained(30, NIGHT + 31 * DAY)
    assert [row[0] for row in database()["videos"]] == ["v000", "v002"]


def test_a_private_video_loses_its_days_and_gets_them_back_when_it_is_public(google):
    connected()
    synced()
    whole = days_of("v001")
    google.videos["v001"]["privacy"] = "private"
    retained(30, NIGHT + 25 * DAY, NIGHT + 31 * DAY)
    assert days_of("v001") == {}
    google.videos["v001"]["privacy"] = "public"
    retained(30, NIGHT + 32 * DAY)
    assert days_of("v001") == whole


def test_without_a_retention_all_is_kept(google):
    connected()
    synced()
    google.revoked = True
    before = database()
    retained(None, NIGHT + 900 * DAY)
    assert database() == before
