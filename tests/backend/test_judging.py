"""How unusual videos are: judged by a job, kept, and shown in the list, its CSV file and on the first page."""

from __future__ import annotations

import csv
from datetime import timedelta
from io import StringIO

import pytest
from django.contrib.auth import get_user_model
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from downloader.models import VideoAnalytics, VideoDownload, VideoStanding
from downloader.selectors import Listing, video_listing
from downloader.services.access import add_member, set_role
from downloader.services.judging import judge_videos
from tests.backend.test_questions import history

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def member(client):
    user = get_user_model().objects.create_user("mary")
    set_role(user, "viewer")
    add_member(user, ["his"])
    client.force_login(user)
    return client


@pytest.fixture
def loud():
    """Sixty videos, of which the fourth youngest has fifty thousand times the views."""
    made = history(60)
    VideoAnalytics.objects.filter(video=made[-4]).update(views=5_000_000)
    judge_videos()
    return made[-4]


def test_a_video_that_is_outside_is_found_by_filter_and_order_and_the_rest_is_calm(member, loud):
    shown = member.get("/videos/", {"order": "outlier"}).content.decode()
    assert shown.index(loud.title) < shown.index("within normal range")
    alone = member.get("/videos/", {"range": "outside", "order": "outlier"}).content.decode()
    outside = VideoStanding.objects.exclude(place="within normal range").count()
    assert alone.count('<th scope="row"') == outside < 4  # of sixty, with noise
    assert loud.title in alone
    assert "above typical" in alone
    assert "within normal range</span>" not in alone
    assert [video.pk for video in video_listing(None, Listing(order="outlier"), "", 1).videos] == [loud.pk]


def test_pages_by_outlier_score_hold_every_video_with_a_score_once(loud):
    found, cursor = [], ""
    while True:
        page = video_listing(None, Listing(order="outlier"), cursor, 7)
        found += page.videos
        if not (cursor := page.next):
            break
    scores = [video.ml_standing.ratio or 0.0 for video in found]
    assert scores == sorted(scores, reverse=True)
    assert {video.pk for video in found} == set(
        VideoStanding.objects.filter(ratio__isnull=False).values_list("pk", flat=True)
    )
    assert len(found) == len({video.pk for video in found})


def test_the_csv_file_holds_the_score_with_its_range_and_the_age_at_which_it_was_judged(member, loud):
    said = b"".join(member.get("/videos.csv", {"range": "outside"}).streaming_content).decode()
    row = next(row for row in csv.DictReader(StringIO(said)) if row["id"] == str(loud.pk))
    kept = VideoStanding.objects.get(video=loud)
    assert (row["standing"], row["outlier_score_age_d"]) == ("above", str(kept.age_days))
    score, low, high = (float(row[f"outlier_score{end}"]) for end in ("", "_low", "_high"))
    assert (score, low, high) == (kept.ratio, kept.low, kept.high)
    assert low < score < high


def test_the_first_page_shows_what_was_judged(member, loud):
    shown = member.get("/today/unusual/").content.decode()
    assert loud.title in shown
    assert "Of the 14 videos of the last 30 days, judged 0 h ago" in shown


def test_who_never_judged_is_told_so(member):
    assert b"It was not judged yet" in member.get("/today/unusual/").content


@pytest.mark.parametrize("count", [1, 3])
def test_judging_takes_the_same_queries_however_many_videos(count):
    history(count)
    with CaptureQueriesContext(connection) as seen:
        assert judge_videos()["judged"] == count
    assert len(seen) == {"sqlite": 9, "postgresql": 12}[connection.vendor]


def test_an_old_video_is_judged_again_only_when_it_was_counted_at_another_day(loud):
    at, before = timezone.now() - DAY, timezone.now() - 40 * DAY
    VideoStanding.objects.update(as_of=at)
    old = VideoDownload.objects.filter(published_at__lt=before).earliest("pk")
    VideoAnalytics.objects.filter(video=old, date__gt=timezone.now() - 105 * DAY).delete()
    judge_videos()
    again = VideoStanding.objects.filter(as_of__gt=at, video__published_at__lt=before)
    assert [standing.video_id for standing in again] == [old.pk]


def test_nothing_known_after_its_time_touches_a_standing():
    history(60)
    moment = timezone.now() - 10 * DAY
    judge_videos(as_of=moment)
    before = list(VideoStanding.objects.order_by("pk").values())
    VideoAnalytics.objects.filter(date__gt=moment.date()).update(views=9_999_999)
    VideoStanding.objects.all().delete()
    judge_videos(as_of=moment)
    assert list(VideoStanding.objects.order_by("pk").values()) == before
