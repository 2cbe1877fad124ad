"""Experiments, alerts and the ledger of a video through the API: begun, followed, ended, acknowledged, read."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth import get_user_model
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from downloader.models import Alert, AuditEntry, Experiment, LedgerRow, Release
from downloader.services.alerts import raise_alert
from downloader.services.ml_prediction_service import MLPredictionService
from tests.backend.api_calls import account, ask, key_of, video
from tests.backend.ledger_records import outcome_record, written
from tests.backend.published import promoted, published
from tests.backend.test_experiments import begin, matured

pytestmark = pytest.mark.django_db


@pytest.fixture
def key():
    cache.clear()
    return key_of(account("him", "his"))


def test_an_experiment_is_begun_looked_at_and_stopped(key):
    champion, challenger = promoted(1).version, published(2).version
    body = {"name": "spring", "challenger": challenger, "reason": "more trees", "stop": {"most_pairs": 200}}
    answer = ask(key, "POST", "/experiments", body)
    kept = Experiment.objects.get()
    assert (answer.status_code, answer["Location"]) == (201, f"/api/v1/experiments/{kept.pk}")
    told = answer.json()
    assert (told["champion"], told["challenger"], told["most_pairs"]) == (champion, challenger, 200)
    assert (told["state"], told["alpha"], kept.by, kept.reason) == ("running", 0.05, "him", "more trees")
    assert "more trees" not in answer.content.decode()
    assert [one["id"] for one in ask(key, "GET", "/experiments?state=running").json()["items"]] == [kept.pk]
    assert ask(key, "POST", "/experiments", {**body, "name": "summer"}).status_code == 409
    stopped = ask(key, "POST", f"/experiments/{kept.pk}/stop", {"reason": "enough"})
    assert (stopped.status_code, stopped.json()["state"]) == (200, "stopped")
    assert ask(key, "POST", f"/experiments/{kept.pk}/stop", {"reason": "enough"}).status_code == 409
    assert ask(key, "GET", "/experiments?state=running").json()["items"] == []
    assert Release.objects.get(version=challenger).state == Release.State.CANDIDATE
    assert list(AuditEntry.objects.order_by("pk").values_list("status", flat=True)) == [201, 409, 200, 409]


def test_an_experiment_tells_where_it_stands_and_where_it_stood(key):
    experiment = begin()
    nothing = ask(key, "GET", f"/experiments/{experiment.pk}").json()["evidence"]
    assert nothing == {
        "outcome": "undecided",
        "pairs": 0,
        "mean": None,
        "low": -experiment.clip,
        "high": experiment.clip,
    }
    matured(experiment, range(5), 110.0, 100.0)
    so_far = ask(key, "GET", f"/experiments/{experiment.pk}").json()["evidence"]
    assert (so_far["pairs"], so_far["outcome"]) == (5, "undecided")
    assert so_far["low"] < 0 < so_far["mean"] < so_far["high"]
    ask(key, "POST", f"/experiments/{experiment.pk}/stop", {"reason": "enough"})
    matured(experiment, range(5, 9), 110.0, 100.0)
    assert ask(key, "GET", f"/experiments/{experiment.pk}").json()["evidence"] == so_far


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"target": "likes"}, 422),
        ({"share": 1.0}, 422),
        ({"most_age_days": 9.0}, 400),
        ({"stop": {"least_pairs": 9, "most_pairs": 3}}, 400),
        ({"challenger": "none"}, 404),
        ({"name": " "}, 400),
    ],
)
def test_an_experiment_that_cannot_be_meant_is_not_begun(key, changes, status):
    promoted(1)
    body = {"name": "spring", "challenger": published(2).version, "reason": "to see", **changes}
    assert ask(key, "POST", "/experiments", body).status_code == status
    assert Experiment.objects.count() == 0


def test_an_alert_is_acknowledged_once(key):
    raised = raise_alert(Alert.Kind.COVERAGE, "views_7d", "60 of 100 lay inside", {"hits": 60})
    told = ask(key, "GET", "/alerts?standing=true").json()["items"]
    assert [(one["id"], one["kind"], one["text"], one["evidence"]) for one in told] == [
        (raised.pk, "coverage", "60 of 100 lay inside", {"hits": 60})
    ]
    answer = ask(key, "POST", f"/alerts/{raised.pk}/acknowledge", {"note": "trained again"})
    assert answer.status_code == 200
    kept = Alert.objects.get()
    assert (kept.acknowledged_by, kept.note) == ("him", "trained again")
    assert ask(key, "POST", f"/alerts/{raised.pk}/acknowledge", {}).status_code == 409
    assert ask(key, "POST", "/alerts/999/acknowledge", {}).status_code == 404
    assert ask(key, "GET", "/alerts?standing=true").json()["items"] == []
    assert [one["id"] for one in ask(key, "GET", "/alerts?standing=false").json()["items"]] == [raised.pk]


def test_why_a_job_failed_is_told_to_who_sees_every_channel(key):
    raise_alert(Alert.Kind.JOB, "nightly", "Job 1 (forecast) failed. Ten tomatoes has no title")
    assert "tomatoes" not in ask(key, "GET", "/alerts").content.decode()
    get_user_model().objects.update(is_superuser=True)
    assert "tomatoes" in ask(key, "GET", "/alerts").content.decode()


def test_which_connection_is_hindered_is_told_to_who_sees_its_channel(key):
    for channel in ("his", "hers"):
        raise_alert(Alert.Kind.CONNECTION, f"YouTube channel {channel}", f"{channel} is closed", {"account": channel})
    raised = Alert.objects.get(subject="YouTube channel hers")
    told = ask(key, "GET", "/alerts").content.decode()
    assert ("YouTube channel his" in told, "his is closed" in told, "hers" in told) == (True, True, False)
    assert "hers" not in ask(key, "POST", f"/alerts/{raised.pk}/acknowledge", {}).content.decode()
    get_user_model().objects.update(is_superuser=True)
    assert "hers is closed" in ask(key, "GET", "/alerts").content.decode()


def test_the_ledger_of_a_video_is_told_beside_what_happened(key):
    now = timezone.now().replace(microsecond=0)
    found = video("his", published_at=now - timedelta(hours=50))
    service = MLPredictionService()
    for hours in (40, 10):
        service.predict_videos([found.pk], as_of=now - timedelta(hours=hours))
    written([outcome_record(str(found.pk), 150.0, now)])
    first, second = LedgerRow.objects.filter(kind="forecast").order_by("number")
    with CaptureQueriesContext(connection) as seen:
        told = ask(key, "GET", f"/videos/{found.pk}/ledger").json()["items"]
    assert len(seen) == 7
    assert [(one["number"], one["release"]) for one in told] == [(row.number, row.release) for row in (second, first)]
    assert [one["issue_age_days"] for one in told] == [row.issue_age_days for row in (second, first)]
    assert {one["targets"]["views_7d"]["outcome"] for one in told} == {150.0}
    assert {one["targets"]["views_30d"]["outcome"] for one in told} == {None}
    standing = ask(key, "GET", f"/videos/{found.pk}/forecast").json()["targets"]["views_7d"]
    assert told[0]["targets"]["views_7d"]["point"] == standing["point"]
    page = ask(key, "GET", f"/videos/{found.pk}/ledger?limit=1").json()
    assert ask(key, "GET", f"/videos/{found.pk}/ledger?limit=1&cursor={page['next']}").json()["items"] == told[1:]
    assert ask(key, "GET", f"/videos/{found.pk}/ledger?role=shadow").json()["items"] == []
