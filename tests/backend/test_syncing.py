"""Reading a channel: what lands, what an interruption leaves, and what a later reading corrects."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from downloader.models import (
    AdSenseEarnings,
    ConnectedVideo,
    Connection,
    QuotaUse,
    VideoAnalytics,
    VideoDownload,
    VideoSnapshot,
)
from downloader.selectors.connections import quota_used
from downloader.services.access import account_of_user, add_member
from downloader.services.jobs.queueing import cancel, enqueue
from downloader.services.syncing import Way, sync_connection, sync_connections
from tests.backend.connected import DAY, NIGHT, connected, database, days_of, synced
from tests.backend.google import tomatoes
from tests.backend.jobs import again, committed, work_once

pytestmark = [pytest.mark.django_db, pytest.mark.dialect]


def test_a_channel_is_read(google, connection):
    found = synced()
    assert (found.videos, found.said) == (4, "")
    assert VideoDownload.objects.get(source_id="v000").title == "Video v000"
    connection.refresh_from_db()
    assert (connection.state, connection.read_until, connection.synced_at) == ("connected", date(2026, 3, 20), NIGHT)


def test_days_end_where_youtube_knows_no_more_and_revenue_ends_earlier(google, connection):
    synced()
    assert days_of("v000") == {f"03-{number:02}": 101 - number if number % 2 else 0 for number in range(1, 21)}
    earned = AdSenseEarnings.objects.filter(video__source_id="v000").order_by("date")
    assert [(row.date.day, row.revenue_usd) for row in earned] == [
        (number, Decimal("0.25") if number % 2 else Decimal(0)) for number in range(1, 19)
    ]


def test_counters_are_read_once_a_night(google, connection):
    synced()
    synced(NIGHT + DAY)
    rows = VideoSnapshot.objects.filter(video__source_id="v001").order_by("observed_at")
    assert [(row.observed_at, row.views) for row in rows] == [(NIGHT, 1305), (NIGHT + DAY, 1305)]


def test_reading_again_changes_nothing(google, connection):
    synced()
    before = database()
    synced()
    assert database() == before


def test_late_corrections_overwrite(google, connection):
    synced()
    google.days["v000"][date(2026, 3, 5)]["views"] = 7
    google.days["v000"][date(2026, 3, 5)]["estimatedRevenue"] = -0.1
    del google.days["v000"][date(2026, 3, 7)]
    synced(NIGHT + DAY)
    assert [days_of("v000")[day] for day in ("03-05", "03-07", "03-09")] == [7, 0, 92]
    assert AdSenseEarnings.objects.get(video__source_id="v000", date=date(2026, 3, 5)).revenue_usd == Decimal("-0.1")


def test_days_that_come_to_be_known_are_added(google, connection):
    synced()
    google.counts_until = date(2026, 3, 22)
    synced(NIGHT + 3 * DAY)
    assert list(days_of("v001").items())[-3:] == [("03-20", 83), ("03-21", 0), ("03-22", 81)]


@pytest.mark.parametrize(("whole_days_ago", "views"), [(20, 100), (21, 1)])
def test_old_days_are_read_again_when_their_last_reading_is_three_weeks_ago(google, connection, whole_days_ago, views):
    synced()
    later = NIGHT + 75 * DAY
    whole_at = later - whole_days_ago * DAY
    Connection.objects.update(whole_at=whole_at)
    ConnectedVideo.objects.update(whole_at=whole_at, last_day=date(2026, 5, 25))
    google.days["v000"] |= {date(2026, 3, 1): {"views": 1}, date(2026, 6, 1): {"views": 5}}
    google.counts_until = date(2026, 6, 2)
    synced(later)
    assert (days_of("v000")["03-01"], days_of("v000")["06-01"]) == (views, 5)


@pytest.mark.parametrize("quota", range(1, 13))
def test_a_quota_that_ends_in_the_middle_gives_the_same_database_as_no_end(google, connection, quota):
    google.quota = quota
    first = synced()
    assert "Google says so" in first.said
    google.quota = None
    refused_at = google.asked[-1]
    asked_before = google.asked.count(refused_at)
    assert "nothing is left" in synced(NIGHT + timedelta(hours=20)).said
    assert google.asked.count(refused_at) == asked_before
    second = synced(NIGHT + DAY)
    assert (first.videos + second.videos, second.said) == (4, "")
    found = database()
    assert {row[0] for row in found.pop("snapshots")} == {"v000", "v001", "v002", "v003"}
    VideoDownload.objects.all().delete()
    Connection.objects.update(reading=None, whole_at=None)
    synced(NIGHT + DAY)
    unbroken = database()
    unbroken.pop("snapshots")
    assert found == unbroken


def test_what_was_interrupted_is_gone_on_with_to_the_same_last_day(google, connection):
    google.quota = 8
    synced()
    google.quota = None
    google.counts_until = date(2026, 3, 25)
    synced(NIGHT + DAY)
    assert set(ConnectedVideo.objects.values_list("last_day", flat=True)) == {date(2026, 3, 20)}
    synced(NIGHT + 6 * DAY)
    assert set(ConnectedVideo.objects.values_list("last_day", flat=True)) == {date(2026, 3, 25)}


def test_a_limit_of_ones_own_stops_before_it_and_is_counted_by_method_and_day_of_los_angeles(
    settings, google, connection
):
    settings.FOREVIEW = settings.FOREVIEW | {"QUOTA": {"youtubeAnalytics": 5}}
    assert "5 of 5 units are used" in synced().said
    assert quota_used(date(2026, 3, 21)) == {
        "youtube.channels.list": 1,
        "youtube.playlistItems.list": 1,
        "youtube.videos.list": 1,
        "youtubeAnalytics.reports.query": 5,
    }
    assert len(google.asked) == 8
    assert VideoAnalytics.objects.values("video").distinct().count() == 1
    just_before = datetime(2026, 3, 22, 6, 59, 59, tzinfo=UTC)
    assert "5 of 5" in synced(just_before).said
    assert synced(just_before + timedelta(seconds=1)).videos == 2
    assert QuotaUse.objects.get(day=date(2026, 3, 22), api="youtubeAnalytics").units == 5


def test_pauses_are_as_long_as_google_asks_and_what_is_tried_again_is_counted(google, connection):
    google.refusals = [(429, "rateLimitExceeded", {"retry-after": "2"})]
    waited: list[float] = []
    assert synced(waited=waited).said == ""
    assert waited == [2.0]
    assert quota_used(date(2026, 3, 21))["youtubeAnalytics.reports.query"] == 2 + 1 + 8


@pytest.mark.parametrize(
    ("published", "last", "days"),
    [
        # 8 in the evening in Los Angeles: the day before that of UTC, in winter and in summer.
        ("2026-03-07T04:00:00Z", date(2026, 3, 9), ["03-06", "03-07", "03-08", "03-09"]),
        ("2026-03-08T07:59:00Z", date(2026, 3, 9), ["03-07", "03-08", "03-09"]),
        ("2026-03-09T06:59:00Z", date(2026, 3, 10), ["03-08", "03-09", "03-10"]),
        ("2025-11-02T06:59:00Z", date(2025, 11, 3), ["11-01", "11-02", "11-03"]),
        ("2025-11-03T07:59:00Z", date(2025, 11, 4), ["11-02", "11-03", "11-04"]),
    ],
)
def test_days_are_those_of_los_angeles_also_when_clocks_change(google, connection, published, last, days):
    google.videos, google.counts_until = {"v": {"published": published}}, last
    first = date(last.year, *(int(part) for part in days[0].split("-")))
    google.days = {"v": {first + number * DAY: {"views": 1} for number in range(-1, 6)}}
    synced(datetime(last.year, last.month, last.day, 18, tzinfo=UTC) + 2 * DAY)
    assert days_of("v") == dict.fromkeys(days, 1)


def test_a_video_of_today_has_counters_and_no_days_yet(google, connection):
    google.videos["new"] = {"published": "2026-03-21T08:00:00Z"}
    synced()
    assert days_of("new") == {}
    assert VideoSnapshot.objects.filter(video__source_id="new").count() == 1


def test_deleted_and_private_videos_are_set_aside_and_come_back(google, connection):
    synced()
    google.videos["v001"]["deleted"], google.videos["v002"]["privacy"] = True, "private"
    VideoDownload.objects.filter(source_id="v003").update(status="left out by hand")
    synced(NIGHT + DAY)
    states = dict(VideoDownload.objects.values_list("source_id", "status"))
    assert states == {"v000": "success", "v001": "deleted", "v002": "private", "v003": "left out by hand"}
    google.videos["v002"]["privacy"] = "public"
    synced(NIGHT + 2 * DAY)
    assert VideoDownload.objects.get(source_id="v002").status == "success"


def test_a_private_video_that_was_never_seen_is_not_entered(google, connection):
    google.videos["secret"] = {"published": "2026-03-02T08:00:00Z", "privacy": "private"}
    assert synced().videos == 5
    assert not VideoDownload.objects.filter(source_id="secret").exists()


def test_what_was_said_at_publication_stays_and_so_does_the_format_that_is_known_better(google, connection):
    VideoDownload.objects.create(title="By hand", source_id="v000", is_short=False, duration=45, tags=["mine"])
    synced()
    google.videos["v001"] |= {"title": "A title that was changed", "length": "PT1M"}
    synced(NIGHT + DAY)
    by_hand, first_read = (VideoDownload.objects.get(source_id=name) for name in ("v000", "v001"))
    assert (by_hand.title, by_hand.tags, by_hand.is_short) == ("By hand", ["mine"], False)
    assert (first_read.title, first_read.duration, first_read.is_short) == ("Video v001", 60.0, True)


def test_without_consent_to_revenue_there_are_no_earnings(google, connection):
    connection.scopes = []
    connection.save()
    synced()
    assert AdSenseEarnings.objects.count() == 0
    assert VideoAnalytics.objects.count() > 0


def test_totals_of_adsense_stand_beside_those_of_the_videos(google, connection):
    google.adsense = {date(2026, 2, 27): 3.5, date(2026, 3, 2): 4.0, date(2026, 3, 9): 5.004}
    account = connected("adsense", "accounts/pub-1")
    found = sync_connections([account, connection], Way(clock=lambda: NIGHT))
    assert [one.connection for one in found] == ["YouTube channel Tomatoes", "AdSense account Tomatoes"]
    account.refresh_from_db()
    assert account.totals == {
        "2026-02": {"adsense_usd": 3.5, "videos_usd": 0.0},
        "2026-03": {"adsense_usd": 9.0, "videos_usd": 8.5},
    }


def test_queries_do_not_grow_with_the_number_of_videos(google, connection, django_assert_max_num_queries):
    def queries(videos: int) -> int:
        many = tomatoes(videos)
        google.videos, google.days = many.videos, many.days
        VideoDownload.objects.all().delete()
        Connection.objects.update(reading=None, whole_at=None)
        connection.refresh_from_db()
        with django_assert_max_num_queries(10_000) as asked:
            sync_connection(connection, Way(clock=lambda: NIGHT))
        counted = [query["sql"] for query in asked.captured_queries]
        return len([sql for sql in counted if "quotause" not in sql])  # those are one a request

    queries(1)  # what is made once, such as rows of the quota
    assert queries(40) == queries(20)


def test_members_see_the_videos_of_a_connected_channel(google, connection):
    synced()
    add_member(connection.who, [connection.account])
    assert account_of_user(connection.who).sees(VideoDownload.objects.get(source_id="v000").channel_id)


@committed
def test_a_worker_reads_what_is_connected(google):
    connected()
    job = enqueue("sync")
    work_once()
    done = again(job)
    assert done.error is None
    assert done.result == {
        "connections": [{"connection": "YouTube channel Tomatoes", "videos": 4, "deleted": 0, "said": ""}]
    }
    assert enqueue("sync").pk != job.pk
    cancel(enqueue("sync").pk)
