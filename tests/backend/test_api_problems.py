"""Every error of the API as problem details: what must hold, what was found, what to do."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from django.core.cache import cache

from downloader.api.problems import problem_of
from downloader.models import VideoDownload
from foreview.errors import CannotPromote, CatalogueError, LedgerBroken, ReleaseCorrupt, UsageError
from tests.backend.api_calls import account, ask, key_of
from tests.backend.published import promoted, published

pytestmark = pytest.mark.django_db


@pytest.fixture
def key():
    cache.clear()
    return key_of(account("him", "his"))


@pytest.mark.parametrize(
    ("request_line", "body", "status", "fact"),
    [
        ("GET /nowhere", None, 404, "Not Found"),
        ("GET /", None, 404, "Not Found"),
        ("GET /videos/1", None, 404, "there is none with the id 1"),
        ("GET /videos/x", None, 422, "path.video: Input should be a valid integer, unable to parse string as an integer"),
        ("GET /videos/99999999999999999999", None, 422, "path.video: Input should be less than or equal to 9223372036854775807"),
        ("GET /videos?limit=0", None, 422, "query.limit: Input should be greater than or equal to 1"),
        ("GET /videos?search=%00", None, 422, "query.search: Value error, a text holds no NUL character"),
        ("GET /releases/none", None, 404, "there is no 'none'"),
        ("GET /jobs/1", None, 404, "there is none with the number 1"),
        ("DELETE /videos", None, 405, "Method Not Allowed"),
        ("POST /videos", "{", 400, "Cannot parse request body"),
        ("POST /videos", {"channel_id": "his"}, 422, "body.given.title: Field required"),
        ("POST /videos", {"title": "x", "channel_id": "his", "views": 1}, 422, "body.given.views: Extra inputs are not permitted"),
        ("POST /videos", '{"title": "x", "channel_id": "his", "duration_s": NaN}', 422, "body.given.duration_s: Input should be a finite number"),
        ("POST /videos", {"title": "x", "channel_id": "hers"}, 403, "him is no member of 'hers'"),
        ("POST /jobs", {"kind": "import", "arguments": {"folder": "x"}}, 400, "found 'import'"),
        ("POST /jobs", {"kind": "tune", "arguments": {"trials": float("nan")}}, 400, "found {'trials': nan}"),
        ("POST /jobs", {"kind": "tune", "arguments": {"trials": 1_001}}, 400, "found 1001"),
        ("POST /jobs", {"kind": "tune", "arguments": {"trials": 0}}, 400, "found 0"),
        ("POST /jobs", {"kind": "train", "arguments": {"x": 1}}, 400, "got an unexpected keyword argument 'x'"),
        ("POST /releases/rollback", {"reason": "x"}, 400, "nothing serves yet"),
        ("POST /releases/none/promote", {"reason": "x"}, 404, "there is no 'none'"),
    ],
)  # fmt: skip
def test_an_error_says_rule_fact_and_next_step(key, request_line, body, status, fact):
    method, path = request_line.split()
    answer = ask(key, method, path, body)
    told = answer.json()
    assert (answer.status_code, answer["Content-Type"], told["fact"]) == (status, "application/problem+json", fact)
    assert {"type", "title", "status", "detail", "rule", "fact", "next_step"} <= set(told)
    assert told["status"] == status
    assert VideoDownload.objects.count() == 0


def test_the_methods_of_an_address_are_said(key):
    assert sorted(ask(key, "DELETE", "/videos")["Allow"].split(", ")) == ["GET", "POST", "PUT"]


def test_a_request_that_is_too_long_is_refused(key, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000
    answer = ask(key, "POST", "/videos", {"title": "x" * 2000, "channel_id": "his"})
    assert (answer.status_code, answer["Content-Type"]) == (413, "application/problem+json")
    assert answer.json()["next_step"] == "Send less at once"


def test_a_validation_error_names_every_place(key):
    told = ask(key, "POST", "/videos", {"title": "", "channel_id": ""}).json()
    assert [one["at"] for one in told["errors"]] == ["body.given.title", "body.given.channel_id"]


@pytest.mark.parametrize("name", ["RELEASES", "API_REQUESTS_PER_MINUTE"])
def test_a_fault_of_the_program_says_nothing_of_its_inside(key, name, settings):
    promoted(1)
    settings.FOREVIEW = settings.FOREVIEW | {name: ["inside"]}
    answer = ask(key, "GET", "/health/ready")
    assert (answer.status_code, answer["Content-Type"]) == (500, "application/problem+json")
    assert answer.json()["fact"] == "Internal Server Error"
    assert "inside" not in answer.content.decode()


def test_a_damaged_release_is_the_servers_fault(key, releases: Path):
    promoted(1)
    candidate = published(2).version
    shutil.rmtree(releases / candidate)
    answer = ask(key, "POST", f"/releases/{candidate}/promote", {"reason": "x"})
    assert (answer.status_code, answer.json()["type"]) == (503, "urn:foreview:problem:ReleaseError")


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (UsageError("a", "b", "c"), 400),
        (CannotPromote("a", "b", "c"), 409),
        (CatalogueError("a", "b", "c"), 422),
        (ReleaseCorrupt("a", "b", "c"), 503),
        (LedgerBroken(1, "b"), 503),
    ],
)
def test_each_error_of_the_tree_has_its_status(error, status):
    told = json.loads(problem_of(error).content)
    assert told == {
        "type": f"urn:foreview:problem:{type(error).__name__}",
        "title": told["title"],
        "status": status,
        "detail": str(error),
        "rule": error.rule,
        "fact": error.fact,
        "next_step": error.next_step,
    }
