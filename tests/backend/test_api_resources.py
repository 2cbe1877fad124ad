"""What the API tells and does: pages and filters, videos entered, forecasts, releases, jobs, the record, and how many queries that takes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.utils import timezone

from downloader.gateways.record import ledger_frame
from downloader.models import AuditEntry, Job, MLPrediction, VideoDownload, VideoSnapshot
from downloader.services.asking import AT_ONCE
from downloader.services.jobs.queueing import enqueue
from downloader.services.ml_prediction_service import MLPredictionService
from foreview.releases.card import card
from tests.backend.api_calls import account, ask, key_of, video
from tests.backend.jobs import committed, work_once
from tests.backend.ledger_records import forecast_record, outcome_record, written
from tests.backend.published import cheap, promoted, published

pytestmark = pytest.mark.django_db
DAY = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
def key():
    cache.clear()
    return key_of(account("him", "his"))


def titles(key: str, query: str) -> list[str]:
    return [item["title"] for item in ask(key, "GET", f"/videos?{query}").json()["items"]]


def test_a_cursor_leads_through_all_items_once(key):
    made = [video("his", title=f"video {n}").pk for n in range(7)]
    seen, cursor, pages = [], "", 0
    while cursor is not None:
        told = ask(key, "GET", f"/videos?limit=3{cursor and f'&cursor={cursor}'}").json()
        seen += [item["id"] for item in told["items"]]
        cursor, pages = told["next"], pages + 1
    assert (seen, pages) == (made[::-1], 3)


def test_videos_are_filtered(key):
    video("his", title="a short", is_short=True, published_at=DAY)
    video("his", title="a long", is_short=False, published_at=DAY + timedelta(days=5))
    video("his", title="neither known", status="failed", source_id="a1")
    assert titles(key, "format=short") == ["a short"]
    assert titles(key, "format=long") == ["a long"]
    assert titles(key, "status=failed") == ["neither known"]
    assert titles(key, "search=KNOWN") == ["neither known"]
    assert titles(key, "source_id=a1") == ["neither known"]
    assert titles(key, "source_id=a") == []
    assert titles(key, "channel=hers") == []
    assert titles(key, "published_from=2026-01-01T00:00:00Z&published_before=2026-01-06T00:00:00Z") == ["a short"]
    assert titles(key, "published_from=2026-01-06T00:00:00Z") == ["a long"]


def test_a_video_is_entered_and_read(key):
    given = {"title": "Ten tomatoes", "channel_id": "his", "duration_s": 45.5, "format": "short", "tags": ["red"]}
    answer = ask(key, "POST", "/videos", {**given, "published_at": "2026-01-01T01:00:00+01:00"})
    kept = VideoDownload.objects.get()
    assert (answer.status_code, answer["Location"]) == (201, f"/api/v1/videos/{kept.pk}")
    assert (kept.title, kept.channel_id, kept.duration, kept.is_short, kept.tags) == (
        "Ten tomatoes", "his", 45.5, True, ["red"],
    )  # fmt: skip
    assert kept.published_at == DAY
    assert ask(key, "GET", f"/videos/{kept.pk}").json() == answer.json()
    entry = AuditEntry.objects.get()
    assert (entry.who, entry.key, entry.method, entry.path) == ("him", key[:11], "POST", "/api/v1/videos")
    assert (entry.status, entry.object) == (201, f"/api/v1/videos/{kept.pk}")


def test_videos_entered_again_change_nothing(key):
    one = {"title": "one", "channel_id": "his", "source_id": "a", "published_at": "2026-01-01T00:00:00Z"}
    body = {"videos": [one, {"title": "two", "channel_id": "his", "source_id": "b", "duration_s": 9}]}
    assert ask(key, "PUT", "/videos", body).json() == {"created": 2, "changed": 0, "unchanged": 0, "snapshots": 0}
    before = list(VideoDownload.objects.order_by("pk").values())
    assert ask(key, "PUT", "/videos", body).json() == {"created": 0, "changed": 0, "unchanged": 2, "snapshots": 0}
    assert list(VideoDownload.objects.order_by("pk").values()) == before


def test_what_is_left_out_stays_as_it_is(key):
    video("his", source_id="a", title="one", description="long", duration=45)
    body = {"videos": [{"title": "better", "channel_id": "his", "source_id": "a"}]}
    assert ask(key, "PUT", "/videos", body).json() == {"created": 0, "changed": 1, "unchanged": 0, "snapshots": 0}
    kept = VideoDownload.objects.get()
    assert (kept.title, kept.description, kept.duration) == ("better", "long", 45)


def test_counters_that_were_read_with_a_video_are_a_snapshot_once(key):
    video("his", source_id="a", title="one")
    now = timezone.now().replace(microsecond=0)
    read = {"observed_at": now.isoformat(), "views": 120, "likes": 7}
    body: dict[str, Any] = {
        "videos": [
            {"title": "one", "channel_id": "his", "source_id": "a", "snapshot": read},
            {"title": "two", "channel_id": "his", "source_id": "b", "snapshot": read | {"views": 5}},
            {"title": "three", "channel_id": "his", "source_id": "c", "snapshot": None},
        ]
    }
    assert ask(key, "PUT", "/videos", body).json() == {"created": 2, "changed": 0, "unchanged": 1, "snapshots": 2}
    assert ask(key, "PUT", "/videos", body).json() == {"created": 0, "changed": 0, "unchanged": 3, "snapshots": 0}
    body["videos"][0]["snapshot"] = {"observed_at": now.isoformat(), "views": 121}
    assert ask(key, "PUT", "/videos", body).json() == {"created": 0, "changed": 0, "unchanged": 3, "snapshots": 1}
    kept = VideoSnapshot.objects.order_by("video__source_id")
    assert list(kept.values_list("video__source_id", "observed_at", "views", "likes", "comments")) == [
        ("a", now, 121, 7, None),
        ("b", now, 5, 7, None),
    ]


def test_a_snapshot_of_a_time_to_come_is_refused_with_the_whole_request(key):
    read = {"observed_at": (timezone.now() + timedelta(minutes=6)).isoformat(), "views": 1}
    rows = [{"title": "x", "channel_id": "his", "source_id": name} for name in "ab"]
    answer = ask(key, "PUT", "/videos", {"videos": [rows[0], rows[1] | {"snapshot": read}]})
    assert (answer.status_code, answer.json()["errors"][0]["at"]) == (422, "videos.1.snapshot.observed_at")
    assert VideoDownload.objects.count() == 0


def test_videos_are_entered_all_or_none(key):
    video("hers", source_id="b", title="hers")
    rows = [{"title": "x", "channel_id": "his", "source_id": name} for name in "ab"]
    answer = ask(key, "PUT", "/videos", {"videos": rows})
    assert (answer.status_code, answer.json()["fact"]) == (409, "'b' is taken")
    assert list(VideoDownload.objects.values_list("source_id", "title")) == [("b", "hers")]
    assert ask(key, "PUT", "/videos", {"videos": [rows[0], rows[0]]}).status_code == 400
    assert ask(key, "POST", "/videos", rows[1]).status_code == 409


def test_a_forecast_is_the_stored_one(key):
    found = video("his", published_at=DAY)
    assert ask(key, "GET", f"/videos/{found.pk}/forecast").json()["fact"] == f"video {found.pk} has none yet"
    made = ask(key, "POST", "/predictions", {"videos": [found.pk]}).json()["items"]
    row = MLPrediction.objects.get()
    told = ask(key, "GET", f"/videos/{found.pk}/forecast").json()
    assert made == [told]
    assert told["targets"]["views_30d"]["point"] == row.predicted_views_30d
    assert told["targets"]["views_30d"]["p90"] == row.by_target["views_30d"]["p90"]
    assert (told["video"], told["model_version"], told["model_type"]) == (found.pk, row.model_version, "prior")


def test_many_videos_are_forecast_by_a_job(key):
    made = [video("his", title=f"v{n}").pk for n in range(AT_ONCE + 1)]
    answer = ask(key, "POST", "/predictions", {"videos": made})
    job = Job.objects.get()
    assert (answer.status_code, answer["Location"]) == (202, f"/api/v1/jobs/{job.pk}")
    assert (job.kind, job.arguments, job.asked_by) == ("forecast", {"videos": made}, "api: him")
    assert ask(key, "GET", f"/jobs/{job.pk}").json() == answer.json()
    assert MLPrediction.objects.count() == 0


@committed
def test_the_forecasts_of_a_job_are_read_by_its_result_link(key):
    made = [video("his", title=f"v{n}").pk for n in range(3)]
    job = enqueue("forecast", {"videos": made[:2]}, asked_by="api: him")
    MLPredictionService().predict_videos(made[2:])
    assert ask(key, "GET", f"/jobs/{job.pk}/forecasts").status_code == 409
    work_once()
    told = ask(key, "GET", f"/jobs/{job.pk}/forecasts?limit=1").json()
    rest = ask(key, "GET", f"/jobs/{job.pk}/forecasts?limit=1&cursor={told['next']}").json()
    assert [one["video"] for one in told["items"] + rest["items"]] == [made[1], made[0]]
    assert rest["next"] is None
    assert told["items"] == [ask(key, "GET", f"/videos/{made[1]}/forecast").json()]


def test_a_job_is_started_and_cancelled(key):
    started = ask(key, "POST", "/jobs", {"kind": "train", "arguments": {"tuned": True}})
    assert (started.status_code, started.json()["state"]) == (202, "queued")
    cancelled = ask(key, "POST", f"/jobs/{started.json()['id']}/cancel")
    assert cancelled.json()["state"] == "cancelled"
    assert [job["state"] for job in ask(key, "GET", "/jobs?state=cancelled").json()["items"]] == ["cancelled"]
    assert ask(key, "GET", "/jobs?state=queued").json()["items"] == []


def test_a_release_is_told_with_its_card_and_rolled_back(key):
    first, second = promoted(1).version, promoted(2).version
    told = ask(key, "GET", "/releases").json()["items"]
    assert [(one["version"], one["serves"]) for one in told] == [(second, True), (first, False)]
    assert ask(key, "GET", f"/releases/{second}").json()["card"] == card(cheap(2))
    back = ask(key, "POST", "/releases/rollback", {"reason": "it was better"}).json()
    assert (back["number"], back["kind"], back["release"], back["previous"]) == (3, "rollback", first, second)
    assert ask(key, "GET", "/health/ready").json() == {"serving": first}


def test_a_release_is_promoted_where_nothing_serves(key):
    version = published(1).version
    assert ask(key, "POST", f"/releases/{version}/promote", {"reason": "the first"}).json()["release"] == version
    again = ask(key, "POST", f"/releases/{version}/promote", {"reason": "again"})
    assert (again.status_code, again.json()["fact"]) == (400, f"{version} serves already")


def test_the_track_record_is_of_the_channels_of_the_account(key):
    def matured(name: str, channel: str, value: float) -> list[Any]:
        record = {**forecast_record("r", name, DAY), "channel": channel}
        return [record, outcome_record(name, value, DAY + timedelta(days=7))]

    written(matured("1", "his", 150.0) + matured("2", "hers", 1e9))
    assert ledger_frame().height == 2
    told = ask(key, "GET", "/track-record").json()["items"]
    assert [(one["target"], one["forecasts"], one["videos"], one["coverage_80"]) for one in told] == [
        ("views_7d", 1, 1, 1.0)
    ]
    assert ask(key_of(account("her", "hers")), "GET", "/track-record").json()["items"][0]["coverage_80"] == 0.0


def test_the_description_is_of_openapi_3_1_and_its_pages_load_nothing_from_elsewhere(key):
    assert ask(key, "GET", "/openapi.json").json()["openapi"] == "3.1.0"
    page = ask(key, "GET", "/docs").content.decode()
    assert "/static/ninja/swagger-ui-bundle.js" in page
    assert "://" not in page
