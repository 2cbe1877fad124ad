"""The list of videos, its CSV file, and the page of one video."""

from __future__ import annotations

import csv
from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from django.contrib.auth import get_user_model
from django.utils import timezone

from downloader.models import AuditEntry, MLPrediction, VideoAnalytics, VideoDownload, VideoStanding
from downloader.selectors import Listing, video_listing
from downloader.services.access import add_member, set_role
from downloader.services.ml_prediction_service import MLPredictionService
from foreview.errors import UsageError

pytestmark = [pytest.mark.django_db, pytest.mark.dialect]
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def member(client):
    """A client who signed in as a viewer of the channel a."""
    user = get_user_model().objects.create_user("mary", password="a password of hers")
    set_role(user, "viewer")
    add_member(user, ["a"])
    client.force_login(user)
    return client


def videos(count: int, channel: str = "a", **facts) -> list[VideoDownload]:
    return [
        VideoDownload.objects.create(
            title=f"{channel} {number}", channel_id=channel, published_at=NOON + timedelta(days=number), **facts
        )
        for number in range(count)
    ]


def forecast(video: VideoDownload, views: float, beats: float) -> None:
    MLPredictionService().predict_video_performance(video.pk)
    MLPrediction.objects.filter(video=video).update(p_beats_typical=beats)
    VideoDownload.objects.filter(pk=video.pk).update(ml_predicted_views_30d=views)


def titles(listing: Listing, limit: int = 2) -> list[str]:
    found, cursor = [], ""
    while True:
        page = video_listing(None, listing, cursor, limit)
        found += [video.title for video in page.videos]
        if not page.next:
            return found
        cursor = page.next


def test_pages_hold_every_video_once_in_each_order():
    made = videos(5)
    for video, views, beats in zip(made, (30, 10, 30, 20, 30), (0.1, 0.9, 0.5, 0.5, 0.3), strict=True):
        forecast(video, views, beats)
    assert titles(Listing()) == ["a 4", "a 3", "a 2", "a 1", "a 0"]
    assert titles(Listing(order="views")) == ["a 4", "a 2", "a 0", "a 3", "a 1"]
    assert titles(Listing(order="beats-typical")) == ["a 1", "a 3", "a 2", "a 4", "a 0"]


def test_what_is_not_published_is_listed_apart():
    videos(1)
    VideoDownload.objects.create(title="planned", channel_id="a")
    assert titles(Listing()) == ["a 0"]
    VideoDownload.objects.create(title="scheduled", channel_id="a", published_at=NOON + timedelta(days=3))
    assert titles(Listing(unpublished_at=NOON)) == ["scheduled", "planned"]
    assert titles(Listing(unpublished_at=NOON + timedelta(days=3))) == ["planned"]


def test_what_is_not_published_is_ordered_as_was_asked_and_younger_than_no_age(member):
    for title, views in (("few", 10), ("many", 30), ("some", 20)):
        forecast(VideoDownload.objects.create(title=title, channel_id="a"), views, 0.5)
    assert titles(Listing(order="views", unpublished_at=NOON)) == ["many", "some", "few"]
    VideoDownload.objects.create(title="of tomorrow", channel_id="a", published_at=timezone.now() + timedelta(days=1))
    assert b"of tomorrow" in member.get("/videos/", {"state": "planned"}).content
    assert b"of tomorrow" not in member.get("/videos/", {"state": "open"}).content


def test_where_nothing_is_published_the_list_says_what_can_be_brought(member):
    assert b"There are no published videos yet" in member.get("/videos/").content
    assert b"No video is like that" in member.get("/videos/", {"q": "x"}).content


def test_who_looks_for_what_is_not_published_is_told_where_it_is(member):
    VideoDownload.objects.create(title="planned", channel_id="a")
    assert b"are under <em>not published yet</em>" in member.get("/videos/", {"q": "planned"}).content
    assert b"are under" not in member.get("/videos/", {"q": "x", "state": "planned"}).content


@pytest.mark.parametrize("name", ["format", "state", "range"])
def test_a_choice_that_is_none_is_refused_by_the_list_and_its_file(member, name):
    videos(1, is_short=False)
    for address in ("/videos/", "/videos.csv"):
        answer = member.get(address, {name: "cake"})
        assert (answer.status_code, b"Found &#x27;cake&#x27;" in answer.content) == (400, True)


def test_a_video_that_is_called_nothing_can_be_seen_and_clicked(member):
    (video,) = videos(1)
    VideoDownload.objects.update(title="  ")
    assert f'<a href="/videos/{video.pk}/">untitled</a>' in member.get("/videos/").content.decode()
    assert "<h1>untitled</h1>" in member.get(f"/videos/{video.pk}/").content.decode()


def test_a_score_far_below_or_above_is_spelt_as_on_the_first_page(member):
    for video, ratio in zip(videos(2), (0.003, 2_345_678.9), strict=True):
        facts = {"low": ratio / 2, "high": ratio * 2, "age_days": 7, "place": "above", "as_of": NOON}
        VideoStanding.objects.create(video=video, ratio=ratio, luck=0.01, **facts)
    shown = member.get("/videos/").content.decode()
    assert "× &lt; 0.01" in shown
    assert "× 2.35M" in shown


@pytest.mark.parametrize(
    "cursor",
    ["x", "~", "yesterday~1", "1~one", "2026-01-01~1", "0001-01-01T00:00:00+14:00~1", "9999-12-31T23:00-14:00~1"],
)
def test_a_cursor_that_no_page_gave_is_refused(member, cursor):
    with pytest.raises(UsageError, match="a cursor is one that the page before gave"):
        video_listing(None, Listing(), cursor, 2)
    response = member.get("/videos/", {"after": cursor})
    assert response.status_code == 400
    assert b"Begin at the first page" in response.content


@pytest.mark.parametrize("listing", [Listing(order="views"), Listing(unpublished_at=NOON)], ids=["a value", "a key"])
@pytest.mark.parametrize("place", ["inf", "-inf", "nan"])
def test_a_cursor_is_at_a_finite_place(listing, place):
    with pytest.raises(UsageError, match="a cursor is one that the page before gave"):
        video_listing(None, listing, f"{place}~1", 2)


def test_an_unknown_order_is_refused(member):
    response = member.get("/videos/", {"order": "luck"})
    assert response.status_code == 400
    assert b"Found &#x27;luck&#x27;" in response.content


@pytest.mark.parametrize("item_count", [1, 3])
def test_the_list_takes_eight_queries_however_many_videos(member, item_count, django_assert_num_queries):
    for video in videos(item_count):
        forecast(video, 10, 0.5)
        VideoAnalytics.objects.create(video=video, date=timezone.now().date(), views=3)
    with django_assert_num_queries(8):
        assert member.get("/videos/").content.count(b'<th scope="row"') == item_count


def test_a_member_sees_the_videos_of_its_channels_alone(member):
    videos(2)
    (other,) = videos(1, "b")
    assert b"b 0" not in member.get("/videos/").content
    assert b"b 0" not in member.get("/videos/", {"channel": "b"}).content
    assert b"".join(member.get("/videos.csv").streaming_content).count(b"\n") == 3
    assert member.get(f"/videos/{other.pk}/").status_code == 404


@pytest.mark.parametrize("part", ["", "why/", "what-if/", "forecast/"])
def test_a_number_that_no_database_holds_is_that_of_no_video(member, part):
    set_role(get_user_model().objects.get(), "analyst")
    ask = member.post if part == "forecast/" else member.get
    assert ask(f"/videos/{10**20}/{part}").status_code == 404


def test_who_has_no_role_sees_nothing(client):
    client.force_login(get_user_model().objects.create_user("nobody"))
    (video,) = videos(1)
    for address in ("/", "/videos/", "/videos.csv", f"/videos/{video.pk}/"):
        response = client.get(address)
        assert response.status_code == 403
        assert b"this needs the scope read" in response.content.lower()


def test_who_has_not_signed_in_is_asked_to(client):
    assert client.get("/videos/").url == "/sign-in/?next=/videos/"


def test_a_part_that_is_asked_for_after_a_session_has_ended_loads_the_page_anew(client):
    answer = client.get("/videos/", headers={"HX-Request": "true"})
    assert (answer.status_code, answer["HX-Refresh"], answer["Cache-Control"]) == (204, "true", "no-store")
    assert client.get("/videos/").status_code == 302


def test_who_signed_in_to_forecast_a_video_is_led_to_its_page(member):
    (video,) = videos(1)
    assert member.get(f"/videos/{video.pk}/forecast/").url == f"/videos/{video.pk}/"
    assert not MLPrediction.objects.exists()


def test_nothing_in_the_csv_file_is_a_formula(member):
    for title in ("=1+1", "+1", "-1", "@a", "\tx", "ten, tomatoes"):
        VideoDownload.objects.create(title=title, channel_id="a", published_at=NOON)
    said = b"".join(member.get("/videos.csv").streaming_content).decode()
    rows = list(csv.DictReader(StringIO(said)))
    assert sorted(row["title"] for row in rows) == ["'\tx", "'+1", "'-1", "'=1+1", "'@a", "ten, tomatoes"]
    assert {row["forecast_views_30d"] for row in rows} == {""}


def test_the_page_of_a_video_shows_what_was_counted_and_every_forecast_of_it(member):
    (video,) = videos(1, is_short=False)
    for day in range(5):
        VideoAnalytics.objects.create(video=video, date=(NOON + timedelta(days=day)).date(), views=100 - 10 * day)
    for day in (0, 4):
        MLPredictionService().predict_videos([video.pk], as_of=NOON + timedelta(days=day, hours=1))
    shown = member.get(f"/videos/{video.pk}/").content.decode()
    assert "400 views counted by day 5" in shown
    assert "2 forecasts; the last said" in shown
    assert shown.count("not known yet") == 2


def test_texts_of_a_video_are_no_markup(member):
    (video,) = videos(1)
    VideoDownload.objects.filter(pk=video.pk).update(title="<script>alert(1)</script>")
    assert b"<script>alert" not in member.get(f"/videos/{video.pk}/").content
    assert b"<script>alert" not in member.get("/videos/").content


def test_reading_writes_nothing_into_the_audit_log(member):
    member.get("/videos/")
    assert not AuditEntry.objects.exists()


def test_a_part_and_its_page_have_one_address_and_are_told_apart(member):
    videos(1)
    part = member.get("/videos/", headers={"HX-Request": "true"})
    back = member.get("/videos/", headers={"HX-Request": "true", "HX-History-Restore-Request": "true"})
    assert b"<h1>" not in part.content
    assert b"a 0" in part.content
    assert back.content.count(b"<h1>") == 1
    assert "HX-Request" in part["Vary"]
