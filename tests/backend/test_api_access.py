"""Who may ask the API for what: keys, scopes, sessions, and what a stranger sees, for every route by reflection."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from downloader.api.access import Key, Session
from downloader.api.root import api
from downloader.models import AdSenseEarnings, ApiKey, AuditEntry, ImportRun, Job, VideoAnalytics, VideoDownload
from downloader.services.access import NotAllowed, account_of_key, create_key, revoke_key, set_role
from downloader.services.jobs.queueing import enqueue
from downloader.services.ml_prediction_service import MLPredictionService
from foreview.errors import UsageError
from tests.backend.api_calls import URL, account, ask, key_of, video
from tests.backend.api_rules import BODIES, LATER, OF_THE_SITE, RULES

pytestmark = pytest.mark.django_db
ROUTES = [
    (method, path, operation)
    for path, item in api.get_openapi_schema(path_prefix="")["paths"].items()
    for method, operation in item.items()
]
NAMES = [f"{method.upper()} {path}" for method, path, _ in ROUTES]
OPEN = "GET /health/live"
DAY = "2026-01-02"
SECRET = "tomatoes nobody else may know of"


@pytest.fixture(autouse=True)
def _no_requests_counted():
    cache.clear()


@pytest.fixture
def hers():
    """What belongs to another account: a video with its forecast and a day, a job, and an import with the number of the job."""
    owner = account("her", "hers")
    found = video("hers", title=SECRET, source_id="taken", published_at=datetime(2026, 1, 1, tzinfo=UTC))
    MLPredictionService().predict_video_performance(found.pk)
    VideoAnalytics.objects.create(video=found, date=DAY, views=9)
    AdSenseEarnings.objects.create(video=found, date=DAY, revenue_usd=1)
    job = enqueue("verify_ledger", asked_by=f"api: {owner.username}")
    refused = {"file": SECRET, "line": 1, "field": "views", "value": SECRET, "reason": SECRET}
    ImportRun.objects.create(pk=job.pk, who=job.asked_by, file=SECRET, refused_first=[refused])
    return found, job


def asked(name: str, key: str, found: VideoDownload, job: Job) -> Any:
    method, path = name.split()
    numbers = {"video": found.pk, "job": job.pk, "number": job.pk, "version": "none", "channel": "hers"}
    filled = re.sub(r"{(\w+)}", lambda one: str(numbers.get(one[1], 1)), path)
    row = {"video": found.pk, "date": DAY}
    asked_of_video = {
        "POST /predictions": {"videos": [found.pk]},
        "POST /what-if": {"video": found.pk, "changes": [{"title": "x"}]},
        "POST /analytics": {"rows": [{**row, "views": 1}]},
        "POST /earnings": {"rows": [{**row, "revenue_usd": 2}]},
    }
    body = asked_of_video.get(name, BODIES.get(name))
    return ask(key, method, filled, body)


@pytest.mark.parametrize("name", NAMES)
def test_a_strangers_key_reads_nothing_of_another_account(name, hers):
    found, job = hers
    answer = asked(name, key_of(account("him", "his")), found, job)
    said = answer.content.decode()
    assert not re.search(rf"{SECRET}|\bher\b", said)
    if name in OF_THE_SITE:
        assert not re.search(rf"\bhers\b|\"video\"|\"id\": {found.pk}\b", said)
        return
    rule = RULES[name]
    if isinstance(rule, int):
        assert (answer.status_code, answer["Content-Type"]) == (rule, "application/problem+json")
    else:
        assert (answer.status_code, json.loads(said)) == (200, rule)
    assert list(VideoDownload.objects.values_list("title", "channel_id")) == [(SECRET, "hers")]
    assert Job.objects.get().cancel_requested is False
    assert (VideoAnalytics.objects.get().views, float(AdSenseEarnings.objects.get().revenue_usd)) == (9, 1.0)
    assert ImportRun.objects.get().state == "previewed"


@pytest.mark.parametrize("name", [name for name in NAMES if RULES.get(name) == 404])
def test_what_is_not_anothers_and_what_is_not_there_are_answered_alike(name, hers):
    found, job = hers
    key = key_of(account("him", "his"))
    there, gone = asked(name, key, found, job), asked(name, key, VideoDownload(pk=10**6), Job(pk=10**6))
    alike = re.sub(r"\d+", "N", there.content.decode()), re.sub(r"\d+", "N", gone.content.decode())
    assert alike[0] == alike[1]


@pytest.mark.parametrize("name", [name for name in RULES if name.startswith("GET") and name not in LATER])
def test_the_owner_reads_her_own(name, hers):
    found, job = hers
    answer = asked(name, key_of(get_user_model().objects.get(username="her")), found, job)
    assert answer.status_code == 200
    told = answer.json()
    first = told["items"][0] if "items" in told else told
    assert any(value in (SECRET, "verify_ledger", found.pk, DAY) for value in first.values())


@pytest.mark.parametrize("name", NAMES)
def test_every_route_but_liveness_needs_a_key_or_a_session(name, hers):
    answer = asked(name, "", *hers)
    assert answer.status_code == (200 if name == OPEN else 401)
    assert AuditEntry.objects.count() == 0


@pytest.mark.parametrize("page", ["/openapi.json", "/docs"])
def test_the_description_of_the_api_needs_a_key_too(page):
    assert ask("", "GET", page).status_code == 401
    assert ask("fv_1", "GET", page).status_code == 401
    assert ask(key_of(account("him")), "GET", page).status_code == 200


def test_every_operation_but_liveness_says_its_scope():
    for name, (_, _, operation) in zip(NAMES, ROUTES, strict=True):
        assert operation.get("security", []) == ([] if name == OPEN else [{"Key": []}, {"Session": []}]), name


def openings() -> dict[str, set[str]]:
    """Which scope each operation needs."""
    found = {}
    for bound in api._get_bound_routers():
        for path, view in bound.path_operations.items():
            for operation in view.operations:
                name = f"{operation.methods[0]} {bound.prefix}/{path.lstrip('/')}".rstrip("/")
                openers = [one for one in operation.auth_callbacks if isinstance(one, Key | Session)]
                found[re.sub("//+", "/", name)] = {one.scope for one in openers}
    return found


def test_what_changes_something_needs_more_than_read():
    scopes = openings()
    assert set(scopes) == set(NAMES)
    assert {name for name, scope in scopes.items() if scope == {"read"}} == {
        name for name in NAMES if name.startswith("GET") and name != OPEN
    }
    assert {name for name, scope in scopes.items() if scope == {"operate"}} == {
        "POST /jobs",
        "POST /experiments",
        "POST /experiments/{experiment}/stop",
        "POST /alerts/{alert}/acknowledge",
        "POST /releases/rollback",
        "POST /releases/{version}/promote",
    }


@pytest.mark.parametrize("name", [name for name in NAMES if not name.startswith("GET")])
def test_a_key_that_reads_changes_nothing_and_the_refusal_is_logged(name, hers):
    answer = asked(name, key_of(account("him", "his"), "read"), *hers)
    assert (answer.status_code, answer.json()["type"]) == (403, "urn:foreview:problem:NotAllowed")
    entry = AuditEntry.objects.get()
    assert (entry.who, entry.method, entry.status) == ("him", name.split()[0], 403)
    assert entry.path.startswith(URL)


def test_an_expired_a_revoked_and_an_unknown_key_open_nothing():
    owner = account("him")
    expired, revoked, unused = key_of(owner), key_of(owner), key_of(owner)
    ApiKey.objects.filter(prefix=expired[:11]).update(expires_at=timezone.now())
    revoke_key(revoked[:11])
    for key in (expired, revoked, unused[:-1], unused + "x", unused[:11], "x"):
        answer = ask(key, "GET", "/videos")
        assert (answer.status_code, answer.json()["fact"]) == (401, "the key is unknown, expired or revoked")
    assert ask(unused, "GET", "/videos").status_code == 200


def test_a_key_never_opens_more_than_its_owner_may():
    owner = account("him", role="analyst")
    with pytest.raises(UsageError, match="him has not operate"):
        key_of(owner)
    key = key_of(owner, "read", "write")
    set_role(owner, "viewer")
    found = account_of_key(key)
    assert found is not None
    assert found.scopes == {"read"}
    owner.is_active = False
    owner.save()
    assert account_of_key(key) is None


def test_a_secret_is_kept_nowhere():
    key, secret = create_key(account("him"), "a test", ["read"], timezone.now() + timedelta(days=1))
    kept = json.dumps(list(ApiKey.objects.values()), default=str)
    assert secret.startswith(f"{key.prefix}_")
    assert secret.removeprefix(f"{key.prefix}_") not in kept
    assert len(secret.removeprefix(f"{key.prefix}_")) == 43  # 256 bits in base64


def test_a_superuser_sees_every_channel():
    user = account("root")
    user.is_superuser = True
    user.save()
    video("hers")
    video("his")
    assert [item["channel_id"] for item in ask(key_of(user), "GET", "/videos").json()["items"]] == ["his", "hers"]


def test_a_session_reads_and_writes_with_its_csrf_token():
    user = account("him", "his")
    client = Client(enforce_csrf_checks=True)
    client.force_login(user)
    assert client.get(f"{URL}/videos").status_code == 200
    body = {"title": "x", "channel_id": "his"}
    refused = client.post(f"{URL}/videos", body, content_type="application/json")
    assert (refused.status_code, refused["Content-Type"]) == (403, "application/problem+json")
    assert VideoDownload.objects.count() == 0
    client.get("/admin/login/")
    client.cookies["csrftoken"] = "a" * 32
    answer = client.post(f"{URL}/videos", body, content_type="application/json", headers={"X-CSRFToken": "a" * 32})
    assert answer.status_code == 201
    assert list(AuditEntry.objects.values_list("who", "key", "status", "object")) == [
        ("him", "", 201, f"/api/v1/videos/{VideoDownload.objects.get().pk}")
    ]


def test_an_account_writes_into_its_own_channels():
    user = account("him", "his")
    found = account_of_key(key_of(user))
    assert found is not None
    assert found.sees("his")
    assert not found.sees("hers")
    answer = ask(key_of(user), "POST", "/videos", {"title": "x", "channel_id": "hers"})
    assert answer.json()["fact"] == "him is no member of 'hers'"
    assert issubclass(NotAllowed, UsageError)


def test_a_key_asks_so_often_a_minute_as_the_site_allows(settings, monkeypatch):
    settings.FOREVIEW = settings.FOREVIEW | {"API_REQUESTS_PER_MINUTE": 2}
    noon = datetime(2026, 5, 1, 12, 0, 20, tzinfo=UTC)
    monkeypatch.setattr("downloader.api.access.timezone.now", lambda: noon)
    owner = account("him")
    one, other = (create_key(owner, "a test", ["read"], noon + timedelta(days=1))[1] for _ in range(2))
    assert [ask(one, "GET", "/videos").status_code for _ in range(3)] == [200, 200, 429]
    assert ask(one, "GET", "/videos")["Retry-After"] == "40"
    assert ask(other, "GET", "/videos").status_code == 200
