"""The questions of the API: what is answered, that nothing is saved, and in how many queries."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from downloader.models import LedgerRow, MLPrediction, VideoAnalytics, VideoDownload
from downloader.services.promotion import promote_against_the_gate
from downloader.services.registry import publish
from foreview.releases.prior import prior_release
from foreview.simulation.world import simulate
from tests.backend.api_calls import account, ask, key_of, video
from tests.backend.published import promoted
from tests.core.forecasting.asked import linear_release

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def _no_requests_counted():
    cache.clear()


@pytest.fixture
def key() -> str:
    return key_of(account("him", "his"))


def history(count: int, channel: str = "his", views: float = 100.0) -> list[Any]:
    """Videos of every second day, the last of them two and a half days old, with the views of each day since."""
    first = timezone.now().replace(microsecond=0) - 2 * count * DAY - DAY / 2
    made: list[Any] = [
        video(channel, title=f"video {n}", is_short=True, published_at=first + 2 * n * DAY) for n in range(count)
    ]
    luck = np.exp(0.8 * np.random.default_rng(count).normal(size=count))
    rows = [
        VideoAnalytics(video=one, date=(one.published_at + n * DAY).date(), views=round(views * luck[i]))
        for i, one in enumerate(made)
        for n in range(min(32, (timezone.now() - one.published_at).days + 1))
    ]
    VideoAnalytics.objects.bulk_create(rows)
    return made


def told(key: str, path: str) -> list[dict[str, Any]]:
    answer = ask(key, "GET", path)
    assert answer.status_code == 200, answer.content
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


@pytest.mark.parametrize("item_count", [1, 3])
@pytest.mark.parametrize(
    ("path", "queries"), [("/portfolio", 11), ("/outliers", 10), ("/warnings", 11), ("/channels/his/best-time", 11)]
)
def test_a_question_takes_the_same_queries_however_many_videos_it_is_about(key, item_count, path, queries):
    for n in range(item_count):
        video("his", title=f"v{n}", published_at=timezone.now() - timedelta(hours=n))
    with CaptureQueriesContext(connection) as seen:
        assert ask(key, "GET", path).status_code == 200
    assert len(seen) == queries


@pytest.mark.parametrize("count", [1, 3])
def test_plans_and_past_moments_take_the_same_queries_however_many_they_are(key, count):
    made = [video("his", published_at=timezone.now() - 3 * DAY).pk for _ in range(count)]
    plans = {"videos": [{"title": f"plan {n}", "channel_id": "his"} for n in range(count)]}
    past = {"videos": made, "as_of": (timezone.now() - DAY).isoformat()}
    found = {}
    for path, body in (("/predictions/planned", plans), ("/predictions", past)):
        with CaptureQueriesContext(connection) as seen:
            assert len(ask(key, "POST", path, body).json()["items"]) == count
        found[path] = len(seen)
    assert found == {"/predictions/planned": 13, "/predictions": 12}


def test_nothing_that_is_asked_is_saved(key):
    (one,) = history(1)
    for path in ("/portfolio", "/outliers", "/warnings", f"/videos/{one.pk}/explanation"):
        assert ask(key, "GET", path).status_code == 200
    past = (one.published_at + timedelta(hours=1)).isoformat()
    assert ask(key, "POST", "/predictions", {"videos": [one.pk], "as_of": past}).status_code == 200
    assert ask(key, "POST", "/what-if", {"video": one.pk, "changes": [{"title": "x"}]}).status_code == 200
    assert (MLPrediction.objects.count(), LedgerRow.objects.count(), VideoDownload.objects.count()) == (0, 0, 1)


def test_a_portfolio_is_of_the_videos_of_the_month_and_of_the_account(key):
    history(2, channel="hers")
    mine = history(3)
    month = f"{mine[-1].published_at:%Y-%m}"
    of_month = [one for one in mine if f"{one.published_at:%Y-%m}" == month]
    views, revenue = told(key, f"/portfolio?month={month}")
    assert (views["month"], views["target"], revenue["target"]) == (month, "views_30d", "revenue_30d")
    assert abs(views["videos"] - len(of_month)) <= 1  # a month begins on the clock of the source
    assert views["counted"] <= views["p10"] <= views["p50"] <= views["p90"]
    assert views["correlation_from"] == "prior"
    assert told(key, "/portfolio?month=2020-01") == []
    assert ask(key, "GET", "/portfolio?month=May").json()["fact"] == "found 'May'"


def test_this_month_is_that_of_the_clock_of_the_source(monkeypatch):
    monkeypatch.setattr(
        "django.utils.timezone.now", lambda: datetime(2026, 6, 1, 3, tzinfo=UTC)
    )  # still May in Los Angeles
    video("his", published_at=datetime(2026, 5, 20, tzinfo=UTC))
    views, _ = told(key_of(account("him", "his")), "/portfolio")
    assert (views["month"], views["videos"]) == ("2026-05", 1)


def test_a_video_with_fifty_times_the_views_is_an_outlier_of_its_own_account_alone(key):
    made = history(60)
    VideoAnalytics.objects.filter(video=made[-4]).update(views=5_000_000)
    found = told(key, "/outliers")
    assert [one["video"] for one in found if one["standing"] == "above"] == [made[-4].pk]
    assert {one["channel_id"] for one in found} == {"his"}
    (loud,) = (one for one in found if one["video"] == made[-4].pk)
    assert loud["low"] < loud["ratio"] < loud["high"]
    assert loud["luck"] < 0.01
    assert told(key_of(account("her", "hers")), "/outliers") == []


def test_warnings_are_silent_where_the_release_kept_nothing(key):
    made = history(3)
    found = told(key, "/warnings")
    assert {(one["side"], one["state"], one["rate"]) for one in found} == {
        ("below", "too few", None),
        ("above", "too few", None),
    }
    assert {one["video"] for one in found} <= {one.pk for one in made[-2:]}
    assert ask(key, "GET", "/warnings?rate=1").status_code == 422


def test_an_explanation_leads_from_the_start_to_the_point(key):
    one = history(3)[-1]
    found = ask(key, "GET", f"/videos/{one.pk}/explanation").json()
    product = found["start"]
    for factor in found["factors"]:
        product *= factor["times"]
    assert product == pytest.approx(found["location"])
    assert found["location"] * found["calibration_and_bounds"] == pytest.approx(1 + found["point"])
    assert (found["video"], found["target"], found["scale"]) == (one.pk, "views_30d", "1 + views")


def test_a_past_moment_knows_nothing_later_and_asks_who_served_then(key):
    one = history(20)[-10]
    moment = one.published_at + 3 * DAY
    body = {"videos": [one.pk], "as_of": moment.isoformat()}
    before = ask(key, "POST", "/predictions", body).json()["items"]
    VideoAnalytics.objects.filter(date__gte=moment.date()).update(views=9_999_999)
    promoted(1)
    assert ask(key, "POST", "/predictions", body).json()["items"] == before
    assert before[0]["model_version"] == prior_release().manifest.model_version
    assert before[0]["issue_age_days"] == 3.0


def test_a_moment_to_come_and_too_many_videos_are_refused(key):
    one = video("his")
    later = {"videos": [one.pk], "as_of": (timezone.now() + DAY).isoformat()}
    assert ask(key, "POST", "/predictions", later).json()["rule"] == "an issue time is now or before"
    many = {"videos": list(range(1, 102)), "as_of": "2026-01-01T00:00:00Z"}
    assert ask(key, "POST", "/predictions", many).json()["fact"] == "101 were named"


def test_a_plan_is_forecast_from_its_channel(key):
    history(30, views=10_000.0)
    plan = {"title": "x", "format": "short"}
    (item,) = ask(key, "POST", "/predictions/planned", {"videos": [{**plan, "channel_id": "his"}]}).json()["items"]
    other = key_of(account("her", "hers"))
    (fresh,) = ask(other, "POST", "/predictions/planned", {"videos": [{**plan, "channel_id": "hers"}]}).json()["items"]
    assert item["targets"]["views_30d"]["typical"] > 10 * fresh["targets"]["views_30d"]["typical"]


def test_a_what_if_is_about_a_video_or_a_plan(key):
    one = video("his")
    change = {"changes": [{"title": "x"}]}
    plan = {"plan": {"title": "x", "channel_id": "his"}}
    for body in (change, {**change, **plan, "video": one.pk}):
        assert ask(key, "POST", "/what-if", body).json()["rule"] == "a what-if is about a video or a plan"
    (found,) = ask(key, "POST", "/what-if", {**change, **plan}).json()["items"]
    assert (found["answer"], found["ratio"]) == ("no skill", None)
    foreign = {"plan": {"title": "x", "channel_id": "hers"}}
    assert ask(key, "POST", "/what-if", {**change, **foreign}).status_code == 403


def test_a_what_if_is_answered_by_a_release_that_can(key):
    release = linear_release(simulate(channels=4, videos=900, seed=2).catalogue, datetime(2026, 4, 1, tzinfo=UTC))
    publish(release, by="a test", reason="to be asked")
    promote_against_the_gate(release.manifest.model_version, reason="a test wants it", by="a test")
    body = {
        "plan": {"title": "Space history facts daily", "channel_id": "his", "format": "long", "duration_s": 600},
        "changes": [{"title": "Space history facts daily?"}, {}, {"duration_s": 100_000}],
    }
    asked, unchanged, outside = ask(key, "POST", "/what-if", body).json()["items"]
    assert asked["answer"] == "difference"
    assert 1 < asked["low"] < asked["ratio"] < asked["high"]
    assert (unchanged["answer"], unchanged["ratio"]) == ("no change", 1.0)
    assert (outside["answer"], outside["ratio"], outside["says"]) == ("outside", None, "association only, not a cause")


def test_the_best_time_is_told_of_a_channel_that_is_there(key):
    history(45)
    found = ask(key, "GET", "/channels/his/best-time").json()
    assert (found["channel_id"], found["finding"], found["times"]) == ("his", "too few", [])
    assert ask(key, "GET", "/channels/nobodys/best-time").status_code == 404
