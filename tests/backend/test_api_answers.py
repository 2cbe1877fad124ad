"""What every answer of the API has: who may keep it, by what it is known again, and fewer bytes where that is safe."""

from __future__ import annotations

import gzip
import json
import re

import pytest
from django.core.cache import cache
from django.test import Client

from downloader.models import AuditEntry, Job, VideoDownload
from downloader.services.ml_prediction_service import MLPredictionService
from tests.backend.api_calls import URL, account, key_of, video
from tests.backend.published import promoted

pytestmark = [pytest.mark.django_db, pytest.mark.dialect]


@pytest.fixture
def him():
    cache.clear()
    return account("him", "his")


@pytest.fixture
def found():
    made = video("his")
    MLPredictionService().predict_videos([made.pk])
    return made


def got(key: str, path: str, **headers: str):
    return Client().get(f"{URL}{path}", headers={"Authorization": f"Bearer {key}", **headers})


@pytest.mark.parametrize(
    "path",
    ["/videos/{video}", "/videos/{video}/forecast", "/videos/{video}/ledger", "/videos", "/releases/{version}", "/track-record", "/openapi.json"],
)  # fmt: skip
def test_what_has_not_changed_is_not_sent_again(him, found, path):
    key, address = key_of(him), path.format(video=found.pk, version=promoted(1).version)
    first = got(key, address)
    tag = first["ETag"]
    assert (first.status_code, first["Cache-Control"]) == (200, "private, no-cache")
    assert {"Authorization", "Cookie"} <= set(first["Vary"].split(", "))
    again = got(key, address, If_None_Match=tag)
    assert (again.status_code, again.content, again["ETag"]) == (304, b"", tag)
    assert got(key, address, If_None_Match='"other"').status_code == 200


def test_what_has_changed_has_another_tag(him, found):
    key = key_of(him)
    tag = got(key, f"/videos/{found.pk}")["ETag"]
    VideoDownload.objects.update(title="Eleven tomatoes")
    changed = got(key, f"/videos/{found.pk}", If_None_Match=tag)
    assert (changed.status_code, changed.json()["title"]) == (200, "Eleven tomatoes")


def test_nobody_is_told_that_nothing_changed_who_may_not_read_it(him, found):
    tag = got(key_of(him), f"/videos/{found.pk}")["ETag"]
    assert got(key_of(account("her", "hers")), f"/videos/{found.pk}", If_None_Match=tag).status_code == 404
    assert got("fv_1", f"/videos/{found.pk}", If_None_Match=tag).status_code == 401


@pytest.mark.parametrize(
    ("path", "status"),
    [("/videos/{video}", 200), ("/videos?limit=0", 422), ("/videos/99", 404), ("/jobs/{job}/events", 200)],
)
def test_head_is_answered_as_get_is_without_the_contents(him, found, path, status):
    key, job = key_of(him), Job.objects.create(kind="train", asked_by="api: him")
    address, headers = path.format(video=found.pk, job=job.pk), {"Authorization": f"Bearer {key}"}
    head = Client().head(f"{URL}{address}", headers=headers)
    whole = got(key, address)
    assert (head.status_code, head.content) == (whole.status_code, b"") == (status, b"")
    assert [head.get(name) for name in ("Content-Type", "ETag", "Content-Length")] == [
        whole.get(name) for name in ("Content-Type", "ETag", "Content-Length")
    ]


def test_head_needs_a_key_and_changes_nothing(him):
    assert Client().head(f"{URL}/health/live").status_code == 200
    answer = Client().head(f"{URL}/videos")
    assert (answer.status_code, answer["WWW-Authenticate"]) == (401, "Bearer")
    headers = {"Authorization": f"Bearer {key_of(him)}"}
    assert Client().head(f"{URL}/predictions", headers=headers).status_code == 405
    assert not AuditEntry.objects.exists()


def test_what_is_asked_for_with_a_key_is_compressed(him):
    answer = got(key_of(him), "/openapi.json", Accept_Encoding="gzip")
    assert answer["Content-Encoding"] == "gzip"
    assert answer["ETag"].startswith("W/")
    plain = got(key_of(him), "/openapi.json")
    assert json.loads(gzip.decompress(answer.content)) == plain.json()
    assert len(answer.content) < len(plain.content) / 5
    same = got(key_of(him), "/openapi.json", Accept_Encoding="gzip", If_None_Match=answer["ETag"])
    assert (same.status_code, same.content) == (304, b"")


@pytest.mark.parametrize("path", ["/openapi.json", "/docs"])
def test_what_is_asked_for_with_a_session_is_not_compressed(him, path):
    client = Client(headers={"Accept-Encoding": "gzip"})
    client.force_login(him)
    answer = client.get(f"{URL}{path}")
    assert (answer.status_code, answer.has_header("Content-Encoding")) == (200, False)


def test_other_pages_of_the_site_are_left_alone():
    answer = Client(headers={"Accept-Encoding": "gzip", "Authorization": "x"}).get("/admin/login/")
    assert not answer.has_header("ETag")
    assert not answer.has_header("Content-Encoding")
    assert not re.search("Authorization", answer["Vary"])
