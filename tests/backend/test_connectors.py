"""What the connectors make of Google's answers, and of its refusals."""

from __future__ import annotations

from datetime import UTC, date, datetime

import httplib2
import pytest
from googleapiclient.http import HttpMockSequence

from downloader.connectors import adsense, youtube_analytics, youtube_data
from downloader.connectors.consent import Client
from downloader.connectors.failures import ConnectAgain, ConnectorError, NotAnswered, QuotaSpent, Refused
from downloader.connectors.session import ATTEMPTS, Session, authorised
from tests.backend.google import Google, answered, error, tomatoes

NOW = datetime(2026, 3, 21, 9, tzinfo=UTC)
MARCH = (date(2026, 3, 1), date(2026, 3, 4))
CLIENT = Client("an-id", "a-secret")


class Book:
    """What was spent, and how long was waited."""

    def __init__(self, google: object) -> None:
        self.spent: list[str] = []
        self.waited: list[float] = []
        self.session = Session(authorised(CLIENT, "a-token", google), self.spent.append, self.waited.append)


def sequence(*answers: tuple[int, object, dict[str, str]]) -> Session:
    """A way to a Google that says these things in this order, to whoever asks."""
    told = [(dict(answered(status, body, headers)[0]), answered(status, body)[1]) for status, body, headers in answers]
    return Session(HttpMockSequence(told), lambda _: None, lambda _: None)


def test_a_service_is_built_without_a_network():
    session = Session(HttpMockSequence([]), lambda _: None)
    for name, version in (("youtube", "v3"), ("youtubeAnalytics", "v2"), ("adsense", "v2")):
        assert session.service(name, version) is session.service(name, version)


def test_uploads_are_read_page_by_page_and_each_page_costs_a_unit():
    google = tomatoes(5)
    google.page = 2
    book = Book(google)
    channel = youtube_data.own_channel(book.session)
    assert youtube_data.upload_ids(book.session, channel) == ["v004", "v003", "v002", "v001", "v000"]
    assert book.spent == ["youtube.channels.list"] + ["youtube.playlistItems.list"] * 3


def test_a_video_that_moves_to_the_next_page_meanwhile_is_there_once():
    items = (
        [{"contentDetails": {"videoId": name}} for name in "ab"],
        [{"contentDetails": {"videoId": name}} for name in "bc"],
    )
    session = sequence((200, {"items": items[0], "nextPageToken": "x"}, {}), (200, {"items": items[1]}, {}))
    assert youtube_data.upload_ids(session, youtube_data.Channel("c", "", "u")) == ["a", "b", "c"]


def test_a_channel_without_videos_has_none():
    session = sequence((404, error(404, "playlistNotFound"), {}))
    assert youtube_data.upload_ids(session, youtube_data.Channel("c", "", "u")) == []


def test_an_account_without_a_channel_is_said():
    with pytest.raises(ConnectAgain, match="has no channel"):
        youtube_data.own_channel(sequence((200, {"kind": "youtube#channelListResponse"}, {})))


def test_facts_and_counters_of_videos():
    google = tomatoes(6)
    google.videos["v000"] |= {"length": "PT3M9S", "hidden": ["likeCount", "commentCount"]}
    google.videos["v001"]["privacy"] = "private"
    google.videos["v002"]["live"] = "upcoming"
    google.videos["v003"]["deleted"] = True
    google.videos["v004"]["hidden"] = ["viewCount"]
    google.videos["v005"]["privacy"] = "unlisted"
    seen = youtube_data.videos_seen(Book(google).session, [f"v{n:03}" for n in range(6)], NOW)
    assert seen.states == {
        "v000": "success",
        "v001": "private",
        "v002": "upcoming",
        "v003": "deleted",
        "v004": "success",
        "v005": "success",
    }
    assert seen.videos.row(0, named=True) == {
        "video_id": "v000",
        "published_at": datetime(2026, 3, 2, 4, tzinfo=UTC),
        "channel_id": "UCtomatoes",
        "title": "Video v000",
        "description": "Red ones.",
        "tags": ["tomato"],
        "category": "Howto & Style",
        "language": "en",
        "duration_s": 189.0,
        "platform": "youtube",
    }
    assert seen.snapshots.rows() == [("v000", NOW, 1290.0, None, None), ("v005", NOW, 1365.0, 45.0, 15.0)]


def test_a_day_that_the_report_leaves_out_is_a_zero():
    rows = youtube_analytics.daily_counts(Book(tomatoes(1)).session, "v000", *MARCH)
    assert rows.select("views", "watch_time_s").rows() == [(100, 420), (0, 0), (98, 420), (0, 0)]
    assert rows["date"].to_list() == [date(2026, 3, number) for number in (1, 2, 3, 4)]
    earned = youtube_analytics.daily_earnings(Book(tomatoes(1)).session, "v000", *MARCH)
    assert earned["revenue_usd"].to_list() == [0.25, 0, 0.25, 0]


def test_more_views_taken_back_than_came_are_a_zero_and_likes_may_be_negative():
    google = tomatoes(1)
    google.days["v000"][date(2026, 3, 1)] |= {"views": -4, "likes": -2, "shares": -1, "estimatedMinutesWatched": -3}
    rows = youtube_analytics.daily_counts(Book(google).session, "v000", *MARCH)
    assert rows.select("views", "likes", "shares", "watch_time_s").row(0) == (0, -2, 0, 0)


def test_a_video_that_will_be_public_later_is_not_read_yet():
    google = tomatoes(1)
    google.videos["v000"]["published"] = "2026-03-21T09:00:01Z"
    assert youtube_data.videos_seen(Book(google).session, ["v000"], NOW).states == {"v000": "upcoming"}


def test_a_long_report_is_read_page_by_page(monkeypatch):
    monkeypatch.setattr(youtube_analytics, "PAGE", 2)
    book = Book(tomatoes(1))
    rows = youtube_analytics.daily_counts(book.session, "v000", date(2026, 3, 1), date(2026, 3, 10))
    assert rows["views"].to_list() == [100, 0, 98, 0, 96, 0, 94, 0, 92, 0]
    assert len(book.spent) == 3


def test_the_last_days_that_are_known_differ_between_counts_and_revenue():
    google = tomatoes(1)
    known = youtube_analytics.known_until(Book(google).session, date(2026, 3, 21), monetary=True)
    assert known == youtube_analytics.KnownUntil(date(2026, 3, 19), date(2026, 3, 17))
    book = Book(google)
    assert youtube_analytics.known_until(book.session, date(2026, 3, 21), monetary=False).revenue is None
    assert len(book.spent) == 1
    nothing = youtube_analytics.known_until(Book(Google()).session, date(2026, 3, 21), monetary=True)
    assert nothing == youtube_analytics.KnownUntil(None, None)


def test_who_may_not_ask_for_revenue_is_not_told_any_and_the_rest_is_read():
    google = tomatoes(1)
    session = Book(google).session
    counts = youtube_analytics.known_until(session, date(2026, 3, 21), monetary=False).counts
    google.refusals = [(403, "forbidden", {})]
    assert youtube_analytics._last_revenue(session, date(2026, 3, 21)) is None
    assert counts == date(2026, 3, 19)


def test_earnings_of_an_account():
    google = Google(adsense={date(2026, 2, 28): 1.5, date(2026, 3, 2): 2.25, date(2026, 4, 1): 9})
    session = Book(google).session
    assert adsense.own_account(session) == ("accounts/pub-1", "Tom")
    earned = adsense.earned(session, "accounts/pub-1", date(2026, 2, 1), date(2026, 3, 31))
    assert earned == {date(2026, 2, 28): 1.5, date(2026, 3, 2): 2.25}


def test_earnings_in_another_currency_are_refused():
    headers = [{"name": "ESTIMATED_EARNINGS", "type": "METRIC_CURRENCY", "currencyCode": "EUR"}]
    with pytest.raises(ConnectorError, match="AdSense answers in EUR"):
        adsense.earned(sequence((200, {"headers": headers}, {})), "accounts/pub-1", *MARCH)


@pytest.mark.parametrize(
    ("status", "reason", "headers", "waited"),
    [
        (429, "rateLimitExceeded", {"retry-after": "7"}, 7.0),
        (403, "userRateLimitExceeded", {"retry-after": "3"}, 3.0),
        (403, "rateLimitExceeded", {}, None),
        (503, "backendError", {}, None),
        (500, "internalError", {"retry-after": "soon"}, None),
    ],
)
def test_what_passes_is_waited_for_as_long_as_google_says_or_longer_each_time(status, reason, headers, waited):
    google = tomatoes(1)
    google.refusals = [(status, reason, headers)] * 3
    book = Book(google)
    assert youtube_data.own_channel(book.session).title == "Tomatoes"
    assert book.spent == ["youtube.channels.list"] * 4
    if waited is not None:
        assert book.waited == [waited] * 3
    else:
        assert all(0 <= pause <= most for pause, most in zip(book.waited, (1, 2, 4), strict=True))


def test_what_does_not_pass_is_given_up():
    google = tomatoes(1)
    google.refusals = [(503, "backendError", {})] * 99
    book = Book(google)
    with pytest.raises(NotAnswered, match=f"was asked {ATTEMPTS} times"):
        youtube_data.own_channel(book.session)
    assert (len(book.spent), len(book.waited)) == (ATTEMPTS, ATTEMPTS - 1)


def test_who_is_to_wait_for_long_comes_back_with_the_next_sync():
    google = tomatoes(1)
    google.refusals = [(503, "backendError", {"retry-after": "3600"})]
    book = Book(google)
    with pytest.raises(NotAnswered, match="asks to wait for 3600 s"):
        youtube_data.own_channel(book.session)
    assert book.waited == []


def test_a_network_that_fails_is_tried_again():
    class Broken:
        def request(self, *_: object, **__: object) -> object:
            raise httplib2.ServerNotFoundError("no such host")

    waited: list[float] = []
    with pytest.raises(NotAnswered, match=r"youtube\.channels\.list was asked"):
        youtube_data.own_channel(Session(Broken(), lambda _: None, waited.append))
    assert len(waited) == ATTEMPTS - 1


@pytest.mark.parametrize("reason", ["quotaExceeded", "dailyLimitExceeded"])
def test_a_quota_that_is_spent_is_not_asked_again(reason):
    google = tomatoes(1)
    google.refusals = [(403, reason, {})]
    book = Book(google)
    with pytest.raises(QuotaSpent) as spent:
        youtube_data.own_channel(book.session)
    assert (spent.value.api, spent.value.by_google, book.waited) == ("youtube", True, [])


@pytest.mark.parametrize(("unit", "raised"), [("1/d/{project}", QuotaSpent), ("1/min/{project}/{user}", NotAnswered)])
def test_the_new_shape_tells_a_spent_day_from_a_busy_minute_by_the_unit_of_the_limit_alone(unit, raised):
    told = {"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "RATE_LIMIT_EXCEEDED"}
    body = {"error": {"code": 429, "details": [told | {"metadata": {"quota_unit": unit}}]}}
    with pytest.raises(raised):
        adsense.own_account(sequence(*[(429, body, {})] * ATTEMPTS))


@pytest.mark.parametrize(("status", "reason"), [(401, "authError"), (403, "insufficientPermissions")])
def test_who_is_not_let_in_has_to_agree_again(status, reason):
    google = tomatoes(1)
    google.refusals = [(status, reason, {})] * 9
    with pytest.raises(ConnectAgain, match=r"said .*Connect it again with `manage.py connect_youtube`"):
        youtube_data.own_channel(Book(google).session)


def test_a_revoked_token_has_to_be_agreed_to_again_and_the_error_does_not_show_it():
    google = tomatoes(1)
    google.revoked = True
    with pytest.raises(ConnectAgain) as again:
        youtube_data.own_channel(Book(google).session)
    assert "invalid_grant" in str(again.value)
    assert "a-token" not in str(again.value)


def test_another_refusal_says_what_google_says():
    google = tomatoes(1)
    google.refusals = [(400, "invalidChannelId", {})]
    with pytest.raises(Refused, match="refuses with 400: said invalidChannelId") as refused:
        youtube_data.own_channel(Book(google).session)
    assert refused.value.reasons == {"invalidChannelId"}


def test_reasons_of_the_new_shape_are_understood():
    body = {"error": {"code": 403, "details": [{"@type": "ErrorInfo", "reason": "ACCESS_TOKEN_SCOPE_INSUFFICIENT"}]}}
    with pytest.raises(ConnectAgain):
        youtube_data.own_channel(sequence((403, body, {})))
    with pytest.raises(Refused):
        youtube_data.own_channel(sequence((403, {"nothing": "of Google"}, {})))
