"""The first page, the planner, and what is asked about one video."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth import get_user_model
from django.utils import timezone

from downloader.models import AuditEntry, MLPrediction, VideoAnalytics, VideoDownload
from downloader.services.access import account_of_user, add_member, set_role
from downloader.services.digest import changes
from downloader.services.judging import judge_videos
from downloader.services.ml_prediction_service import MLPredictionService

pytestmark = pytest.mark.django_db
PARTS = ("month", "unusual", "early")


@pytest.fixture
def analyst():
    user = get_user_model().objects.create_user("mary")
    set_role(user, "analyst")
    add_member(user, ["a"])
    return user


@pytest.fixture
def member(client, analyst):
    client.force_login(analyst)
    return client


def videos(count: int, channel: str = "a", first_age_days: float = 2.0) -> list[VideoDownload]:
    """Long videos that got 100 views in each whole day of their life, a day apart."""
    now = timezone.now()
    made = []
    for number in range(count):
        published = now - timedelta(days=first_age_days + number)
        video = VideoDownload.objects.create(
            title=f"{channel} {number}", channel_id=channel, published_at=published, is_short=False, duration=600
        )
        days = (now - published).days + 1
        rows = [
            VideoAnalytics(video=video, date=(published + timedelta(days=day)).date(), views=100) for day in range(days)
        ]
        VideoAnalytics.objects.bulk_create(rows)
        made.append(video)
    return made


def test_without_videos_the_first_page_says_what_can_be_brought(member):
    assert b"There are no videos yet" in member.get("/").content


def test_a_calm_day_is_said_calmly(member):
    videos(3)
    MLPredictionService().predict_videos()
    judge_videos()
    shown = member.get("/", {"whole": "1"}).content.decode()
    assert "All 3 videos of the last 30 days are within their normal range; of 0 enough is known to tell" in shown
    assert "No forecast left the range given before" in shown
    assert "no alert stands" in shown


@pytest.mark.parametrize(
    ("age", "said"),
    [
        (2.0, "The one video of the last 30 days is within its normal range"),
        (40.0, "No video was published in the last 30 days."),
    ],
)
def test_one_video_and_none_are_said_as_such(member, age, said):
    videos(1, first_age_days=age)
    judge_videos()
    assert said in member.get("/today/unusual/").content.decode()


@pytest.mark.parametrize("name", PARTS)
def test_a_part_that_comes_later_is_the_one_that_is_there_at_once_without_javascript(member, name):
    videos(3)
    MLPredictionService().predict_videos()
    part = " ".join(member.get(f"/today/{name}/").content.decode().split())
    assert len(part) > 40
    assert part in " ".join(member.get("/", {"whole": "1"}).content.decode().split())


def test_there_is_no_other_part(member):
    assert member.get("/today/luck/").status_code == 404


@pytest.mark.parametrize("item_count", [1, 3])
def test_the_first_page_takes_ten_queries_however_many_videos(member, item_count, django_assert_num_queries):
    videos(item_count)
    MLPredictionService().predict_videos()
    with django_assert_num_queries(10):
        assert member.get("/").status_code == 200


def test_a_forecast_that_left_its_earlier_range_is_a_change(analyst):
    (video, _) = videos(2, first_age_days=3.5)  # so old that a day of it is known at whatever hour this runs
    service, now = MLPredictionService(), timezone.now()
    service.predict_videos([video.pk], as_of=now - timedelta(days=1.5))
    VideoAnalytics.objects.filter(video=video).update(views=1_000_000)
    service.predict_videos([video.pk], as_of=now)
    (moved,) = changes(account_of_user(analyst)).moved
    assert (moved.key, moved.title) == (video.pk, "a 0")
    assert not moved.low <= moved.now <= moved.high


def test_nothing_of_another_channel_is_told_today(member):
    videos(3, "b")
    MLPredictionService().predict_videos()
    assert b"There are no videos yet" in member.get("/").content
    for name in PARTS:
        assert b"b 0" not in member.get(f"/today/{name}/").content


def test_a_plan_is_forecast_and_nothing_is_saved(member):
    videos(3)
    shown = member.get("/planner/", {"channel": "a", "title": "Ten tomatoes", "length": "6:00"}).content.decode()
    assert "Beats your typical video" in shown
    assert VideoDownload.objects.count() == 3
    assert not MLPrediction.objects.exists()


def test_where_a_time_is_typed_or_named_it_is_said_on_which_clock(member, settings):
    settings.FOREVIEW = settings.FOREVIEW | {"TIMEZONE": "Asia/Kolkata"}
    (video,) = videos(1)
    for address in ("/planner/", f"/videos/{video.pk}/", f"/videos/{video.pk}/what-if/", "/data/"):
        assert "on the clock of Asia/Kolkata" in member.get(address).content.decode()


@pytest.mark.parametrize(
    ("length", "says"), [("six minutes", "written as minutes:seconds"), ("1:2:3:4", "written as minutes:seconds")]
)
def test_a_length_that_cannot_be_read_is_said(member, length, says):
    videos(1)
    shown = member.get("/planner/", {"channel": "a", "title": "x", "length": length}).content.decode()
    assert says in shown
    assert "Beats your typical video" not in shown


@pytest.mark.parametrize(
    "published_at", ["0001-01-01T00:00", "1989-12-31T23:59", "2201-01-01T00:00", "9999-12-31T23:59"]
)
def test_a_plan_is_of_a_year_that_is_one(member, published_at):
    videos(1)
    shown = member.get("/planner/", {"channel": "a", "title": "x", "published_at": published_at}).content.decode()
    assert "A video is published between 1990 and 2200." in shown
    assert "Beats your typical video" not in shown


def test_a_plan_is_made_for_ones_own_channels(member):
    videos(1)
    videos(1, "b")
    shown = member.get("/planner/", {"channel": "b", "title": "x"}).content.decode()
    assert "b is not one of the available choices" in shown
    assert member.get("/planner/best-time/b/").status_code == 404


def test_few_videos_tell_no_best_time(member):
    videos(3)
    assert b"Too few videos to tell" in member.get("/planner/best-time/a/").content


def test_a_what_if_may_abstain_and_says_why(member):
    (video,) = videos(1)
    shown = member.get(f"/videos/{video.pk}/what-if/", {"title": "Eleven tomatoes"}).content.decode()
    assert "Association only, not a cause." in shown
    assert "× " not in shown.split('id="what-if"')[1]


def test_why_a_forecast_is_what_it_is_is_a_figure_with_a_table(member):
    (video,) = videos(1)
    shown = member.get(f"/videos/{video.pk}/why/").content.decode()
    assert shown.count("<figure") == shown.count("<table") == 1


def test_an_analyst_forecasts_a_video_by_a_button_and_the_log_knows_it(member):
    (video,) = videos(1)
    answer = member.post(f"/videos/{video.pk}/forecast/")
    assert (answer.status_code, answer.url) == (302, f"/videos/{video.pk}/")
    assert MLPrediction.objects.get().video_id == video.pk
    entry = AuditEntry.objects.get()
    assert (entry.who, entry.method, entry.path, entry.status) == ("mary", "POST", f"/videos/{video.pk}/forecast/", 302)
    assert member.get(f"/videos/{video.pk}/forecast/").status_code == 302
    assert AuditEntry.objects.count() == 1


def test_a_viewer_forecasts_nothing(member, analyst):
    set_role(analyst, "viewer")
    (video,) = videos(1)
    assert "Forecast it now" not in member.get(f"/videos/{video.pk}/").content.decode()
    assert member.post(f"/videos/{video.pk}/forecast/").status_code == 403
    assert AuditEntry.objects.get().status == 403
    assert not MLPrediction.objects.exists()


@pytest.mark.parametrize("address", ["/videos/{}/", "/videos/{}/what-if/", "/videos/{}/why/"])
def test_another_channels_video_is_not_there(member, address):
    (video,) = videos(1, "b")
    assert member.get(address.format(video.pk)).status_code == 404
    assert member.post(f"/videos/{video.pk}/forecast/").status_code == 404


def test_a_video_that_is_yet_to_come_has_a_page(member):
    video = VideoDownload.objects.create(title="x", channel_id="a", published_at=timezone.now() + timedelta(days=2.1))
    MLPredictionService().predict_videos()
    assert "in 2.1 d" in member.get(f"/videos/{video.pk}/").content.decode()
