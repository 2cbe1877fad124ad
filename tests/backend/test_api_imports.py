"""Files, days and earnings sent to the API, and requests that are sent twice."""

from __future__ import annotations

import re
from datetime import date, timedelta
from itertools import count
from typing import Any

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.client import encode_multipart
from django.utils import timezone

from downloader.api.root import api
from downloader.models import AdSenseEarnings, ImportRun, Job, StoredAnswer, VideoAnalytics, VideoDownload
from downloader.services import uploads
from downloader.services.answers import forget_answers
from downloader.services.importing import imports_folder
from tests.backend.api_calls import URL, account, ask, key_of, video
from tests.backend.imports import HEADING, ROWS
from tests.backend.jobs import again, work_once

pytestmark = pytest.mark.django_db
MARKS = count()
NOTHING = {"added": 0, "changed": 0, "unchanged": 0}


@pytest.fixture(autouse=True)
def _no_requests_counted():
    cache.clear()


def send(key: str, content: bytes, name: str = "days.csv", headers: dict[str, str] | None = None, **said: str) -> Any:
    sent, mark = {"Authorization": f"Bearer {key}", **(headers or {})}, f"mark-{next(MARKS)}"
    form = encode_multipart(mark, {"file": SimpleUploadedFile(name, content), **said})
    client = Client(raise_request_exception=False)
    return client.post(f"{URL}/imports", form, content_type=f"multipart/form-data; boundary={mark}", headers=sent)


def content(rows: tuple[str, ...] = ROWS, heading: str = HEADING) -> bytes:
    return "\n".join((heading, *rows)).encode()


def test_a_file_is_sent_looked_at_applied_and_undone():
    key = key_of(account("mary", "UC1"))
    sent = send(key, content(), platform="youtube")
    told = sent.json()
    assert (sent.status_code, sent["Location"]) == (201, f"{URL}/imports/{told['id']}")
    assert (told["state"], told["kind"], told["file"]) == ("previewed", "daily", "days.csv")
    assert told["counts"]["daily"] == {"added": 2, "changed": 0, "unchanged": 0}
    assert told["refused_first"][0]["reason"] == "video b2: mary is no member of this channel"
    assert [path.name for path in imports_folder().iterdir()] == [
        ImportRun.objects.get().folder
    ]  # the file is not kept
    assert VideoDownload.objects.count() == 0
    applied = ask(key, "POST", f"/imports/{told['id']}/apply")
    assert (applied.status_code, applied.json()["state"]) == (200, "applied")
    assert list(VideoDownload.objects.values_list("source_id", "platform")) == [("a1", "youtube")]
    listed = ask(key, "GET", "/imports").json()["items"]
    assert [(one["id"], one["state"]) for one in listed] == [(told["id"], "applied")]
    undone = ask(key, "POST", f"/imports/{told['id']}/undo")
    assert (undone.status_code, undone.json()["state"]) == (200, "undone")
    assert VideoDownload.objects.count() == 0
    assert ask(key, "POST", f"/imports/{told['id']}/undo").status_code == 409


def test_refused_rows_come_in_pages():
    key = key_of(account("mary", "UC1"))
    wrong = tuple(ROWS[0].replace("2026-01-01,10", f"someday{n},10") for n in range(5))
    number = send(key, content((ROWS[0], *wrong)), kind="daily").json()["id"]
    first = ask(key, "GET", f"/imports/{number}/refused?limit=3").json()
    rest = ask(key, "GET", f"/imports/{number}/refused?limit=3&cursor={first['next']}").json()
    assert [one["line"] for one in (*first["items"], *rest["items"])] == [3, 4, 5, 6, 7]
    assert (first["next"], rest["next"]) == (3, None)


@pytest.mark.parametrize(
    ("said", "status", "fact"),
    [
        ({"kind": "diary"}, 400, "found 'diary'"),
        ({"kind": "catalogue"}, 400, "a file was sent"),
        ({"mapping": "views=plays"}, 422, "a mapping is JSON"),
        ({"mapping": '{"sights": "views"}'}, 400, "found sights"),
        ({"timezone": "Mars/Olympus"}, 422, "a time zone is one"),
        ({"observed_at": "noon"}, 422, "observed_at"),
    ],
)
def test_what_is_said_wrongly_about_a_file_is_told(said, status, fact):
    answer = send(key_of(account("mary", "UC1")), content(), **{"kind": "daily", **said})
    assert (answer.status_code, answer["Content-Type"]) == (status, "application/problem+json")
    assert fact in answer.json()["fact"]


def test_a_form_that_is_none_and_one_without_a_file_are_told():
    key, client = key_of(account("mary", "UC1")), Client(raise_request_exception=False)
    headers = {"Authorization": f"Bearer {key}"}
    for kind, status in (
        ("multipart/form-data", 400),
        ("multipart/form-data; boundary=x", 422),
        ("application/json", 422),
    ):
        answer = client.post(f"{URL}/imports", "nonsense", content_type=kind, headers=headers)
        assert (answer.status_code, answer["Content-Type"]) == (status, "application/problem+json"), kind


def test_a_file_that_is_too_long_is_not_read(settings):
    settings.FOREVIEW = settings.FOREVIEW | {"IMPORT_MAX_BYTES": 1000}
    answer = send(key_of(account("mary", "UC1")), b"x" * 1000)
    assert (answer.status_code, answer["Content-Type"]) == (413, "application/problem+json")
    assert "IMPORT_MAX_BYTES" in answer.json()["rule"]


@pytest.mark.parametrize("name", ["../../days.csv", ".days.csv", "tägliche Zahlen (2).csv", "x" * 250 + ".csv"])
def test_whatever_a_file_is_called_it_is_kept_nowhere_else(name, tmp_path):
    answer = send(key_of(account("mary", "UC1")), content(), name, kind="daily")
    assert answer.status_code == 201
    assert answer.json()["file"].endswith(".csv")
    assert "/" not in answer.json()["file"]
    assert not list(tmp_path.rglob("*.csv"))


@pytest.mark.django_db(transaction=True)
def test_many_rows_are_applied_by_a_job(monkeypatch):
    monkeypatch.setattr(uploads, "AT_ONCE", 2)
    key = key_of(account("mary", "UC1", "UC2"))
    number = send(key, content()).json()["id"]
    answer = ask(key, "POST", f"/imports/{number}/apply")
    assert (answer.status_code, answer["Location"]) == (202, f"{URL}/jobs/{answer.json()['id']}")
    work_once()
    done = again(Job.objects.get())
    assert (done.state, done.error) == ("succeeded", None)
    assert done.result["daily"] == {"added": 3, "changed": 0, "unchanged": 0}
    assert VideoAnalytics.objects.count() == 3


def test_an_import_that_is_applied_by_a_job_is_asked_for_twice_and_applied_by_one(monkeypatch):
    monkeypatch.setattr(uploads, "AT_ONCE", 2)
    key = key_of(account("mary", "UC1", "UC2"))
    number = send(key, content()).json()["id"]
    first, second = (ask(key, "POST", f"/imports/{number}/apply").json()["id"] for _ in range(2))
    assert (first, second) == (Job.objects.get().pk, Job.objects.get().pk)


def days(*rows: dict[str, Any]) -> dict[str, Any]:
    return {"rows": list(rows)}


def test_days_and_earnings_are_entered_by_video_and_day_and_the_later_wins():
    key, found = key_of(account("mary", "UC1")), video("UC1")
    row = {"video": found.pk, "date": "2026-05-01", "views": 10, "likes": 2, "watch_time_s": 1.5}
    assert ask(key, "POST", "/analytics", days(row)).json() == NOTHING | {"added": 1}
    assert ask(key, "POST", "/analytics", days(row)).json() == NOTHING | {"unchanged": 1}
    later = {"video": found.pk, "date": "2026-05-01", "views": 11}
    assert ask(key, "POST", "/analytics", days(later, later | {"date": "2026-05-02"})).json() == NOTHING | {
        "added": 1,
        "changed": 1,
    }
    page = ask(key, "GET", f"/videos/{found.pk}/analytics?limit=1").json()
    empty = {"likes": None, "comments": None, "shares": None, "watch_time_s": None, "impressions": None}
    assert page == {"items": [{"date": "2026-05-02", "views": 11, **empty}], "next": date(2026, 5, 2).toordinal()}
    rest = ask(key, "GET", f"/videos/{found.pk}/analytics?cursor={page['next']}").json()
    assert rest == {
        "items": [{"date": "2026-05-01", "views": 11, **empty, "likes": 2, "watch_time_s": 1.5}],
        "next": None,
    }
    earned = {"video": found.pk, "date": "2026-05-01", "revenue_usd": -0.1234567}
    assert ask(key, "POST", "/earnings", days(earned)).json() == NOTHING | {"added": 1}
    assert ask(key, "POST", "/earnings", days(earned)).json() == NOTHING | {"unchanged": 1}
    assert ask(key, "GET", f"/videos/{found.pk}/earnings").json()["items"] == [
        {"date": "2026-05-01", "revenue_usd": -0.123457}
    ]


def test_of_wrong_rows_none_is_entered_and_each_is_named_by_index_and_field():
    key, mine, hers = key_of(account("mary", "UC1")), video("UC1"), video("UC2")
    tomorrow = (timezone.now() + timedelta(days=2)).date().isoformat()
    day = {"date": "2026-05-01", "views": 1}
    rows = days(
        {"video": mine.pk, **day},
        {"video": hers.pk, **day},
        {"video": mine.pk, **day},
        {"video": mine.pk, "date": tomorrow, "views": 1},
    )
    answer = ask(key, "POST", "/analytics", rows)
    assert (answer.status_code, answer.json()["errors"]) == (422, [
        {"at": "rows.1.video", "fact": f"there is none with the id {hers.pk}"},
        {"at": "rows.2", "fact": "the video and day of rows.0"},
        {"at": "rows.3.date", "fact": f"{tomorrow} has not begun"},
    ])  # fmt: skip
    shaped = ask(
        key,
        "POST",
        "/analytics",
        days({"video": mine.pk, **day}, {"video": mine.pk, "date": "2026-05-02", "views": -1}),
    )
    assert shaped.json()["errors"][0]["at"] == "body.given.rows.1.views"
    assert VideoAnalytics.objects.count() == 0


@pytest.mark.dialect
@pytest.mark.parametrize("rows", [1, 3])
def test_days_are_entered_and_read_by_as_many_queries_whatever_their_number(rows, django_assert_num_queries):
    key, found = key_of(account("mary", "UC1")), [video("UC1") for _ in range(rows)]
    given = days(*({"video": one.pk, "date": "2026-05-01", "revenue_usd": 1.5} for one in found))
    ask(key, "GET", "/videos")
    with django_assert_num_queries(10 if connection.vendor == "sqlite" else 13):  # PostgreSQL stages what it writes
        assert ask(key, "POST", "/earnings", given).json() == NOTHING | {"added": rows}
    for n in range(rows):
        AdSenseEarnings.objects.create(video=found[0], date=date(2026, 6, 1 + n), revenue_usd=1)
    with django_assert_num_queries(5):
        assert len(ask(key, "GET", f"/videos/{found[0].pk}/earnings").json()["items"]) == rows + 1
    for n in range(rows):
        ImportRun.objects.create(who="api: mary", file=f"{n}.csv")
    with django_assert_num_queries(4):
        assert len(ask(key, "GET", "/imports").json()["items"]) == rows


def twice(key: str, path: str, *bodies: Any, token: str = "token 1") -> list[Any]:
    client = Client(raise_request_exception=False)
    headers = {"Authorization": f"Bearer {key}", "Idempotency-Key": token}
    return [client.post(URL + path, body, content_type="application/json", headers=headers) for body in bodies]


def test_a_request_that_is_sent_twice_is_done_once_and_answered_alike():
    key, body = key_of(account("mary", "UC1")), {"title": "Ten figs", "channel_id": "UC1"}
    first, second = twice(key, "/videos", body, body)
    assert (first.status_code, first.content) == (second.status_code, second.content) == (201, first.content)
    assert (second["Location"], second["Content-Type"]) == (first["Location"], first["Content-Type"])
    assert (first.has_header("Idempotency-Replayed"), second["Idempotency-Replayed"]) == (False, "true")
    assert VideoDownload.objects.count() == 1


def test_a_file_that_is_sent_twice_is_the_same_whatever_divides_its_parts():
    key, token = key_of(account("mary", "UC1")), {"Idempotency-Key": "token 1"}
    first, second = send(key, content(), headers=token), send(key, content(), headers=token)
    assert (first.status_code, second.content) == (201, first.content)
    assert send(key, content(ROWS[:1]), headers=token).status_code == 422
    assert ImportRun.objects.count() == 1


def test_a_key_comes_with_one_request_of_one_account():
    key, body = key_of(account("mary", "UC1")), {"title": "Ten figs", "channel_id": "UC1"}
    _, other = twice(key, "/videos", body, {**body, "title": "Ten pears"})
    assert (other.status_code, other.json()["type"]) == (422, "urn:foreview:problem:KeyUsedOtherwise")
    assert twice(key, "/jobs", body)[0].status_code == 422
    assert twice(key_of(account("anna", "UC1")), "/videos", body)[0].status_code == 201
    assert VideoDownload.objects.count() == 2


POSTS = [path for path, item in api.get_openapi_schema(path_prefix="")["paths"].items() if "post" in item]


@pytest.mark.parametrize("path", POSTS)
def test_every_post_looks_at_its_key_before_it_does_anything(path):
    key = key_of(account("mary", "UC1"))
    StoredAnswer.objects.create(who="mary", key="token 1", fingerprint="of something else")
    (answer,) = twice(key, re.sub(r"\{\w+\}", "1", path), {})
    assert (answer.status_code, answer.json()["fact"]) == (422, "it came with another one before")


def test_a_request_that_is_worked_at_is_not_begun_again_unless_its_process_was_killed():
    key, body = key_of(account("mary", "UC1")), {"title": "Ten figs", "channel_id": "UC1"}
    twice(key, "/videos", body)
    StoredAnswer.objects.update(status=None)
    (answer,) = twice(key, "/videos", body)
    assert (answer.status_code, answer.json()["fact"]) == (409, "the one with this key is not answered yet")
    StoredAnswer.objects.update(created_at=timezone.now() - timedelta(minutes=11))
    assert twice(key, "/videos", body)[0].status_code == 201


def test_what_was_refused_did_nothing_and_may_be_asked_again_with_its_key():
    user = account("mary")
    key, body = key_of(user), {"title": "Ten figs", "channel_id": "UC1"}
    assert twice(key, "/videos", body)[0].status_code == 403
    user.foreview_memberships.create(channel_id="UC1")
    assert twice(key, "/videos", body)[0].status_code == 201


def test_an_answer_is_kept_for_a_day():
    key, body = key_of(account("mary", "UC1")), {"title": "Ten figs", "channel_id": "UC1"}
    twice(key, "/videos", body)
    StoredAnswer.objects.update(created_at=timezone.now() - timedelta(hours=25))
    assert twice(key, "/videos", body)[0].has_header("Idempotency-Replayed") is False
    StoredAnswer.objects.update(created_at=timezone.now() - timedelta(hours=25))
    assert (forget_answers(), StoredAnswer.objects.count()) == (1, 0)


@pytest.mark.parametrize("token", ["", "x" * 201, "a\x07b"])
def test_a_key_that_is_none_is_refused(token):
    key = key_of(account("mary", "UC1"))
    (answer,) = twice(key, "/videos", {"title": "Ten figs", "channel_id": "UC1"}, token=token)
    assert (answer.status_code, answer.json()["rule"]) == (400, "an Idempotency-Key has 1 to 200 printable characters")
