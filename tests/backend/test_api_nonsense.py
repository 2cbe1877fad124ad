"""Whatever is sent, the API answers as its description says: no fault, no status and no shape that is not described.

Schemathesis makes requests from the description, right ones and wrong ones, and checks each answer of the real WSGI application.
``make nonsense`` asks longer.
"""

from __future__ import annotations

import os
import re
from collections import Counter
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from django.contrib.auth import get_user_model
from django.core.cache import cache
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections, transaction
from django.utils import timezone
from hypothesis import HealthCheck, given
from hypothesis import settings as how
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from downloader.api.root import api
from downloader.models import Alert, Job
from downloader.services.access import account_of_user
from downloader.services.alerts import raise_alert
from downloader.services.experiments import start_experiment
from downloader.services.importing import apply, preview
from downloader.services.ml_prediction_service import MLPredictionService
from tests.backend.api_calls import URL, account, key_of, video
from tests.backend.ledger_records import outcome_record, written
from tests.backend.published import promoted, published

pytestmark = pytest.mark.dialect

EXAMPLES = int(os.environ.get("NONSENSE_EXAMPLES", "4"))
"""Pairs of requests for each operation: one that can be done, and anything. Four are the same each time."""
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
NAMES = [
    f"{method.upper()} {path}"
    for path, item in api.get_openapi_schema(path_prefix="")["paths"].items()
    for method in item
]
FILE = b"video_id,published_at,channel_id,date,views\na7,2026-01-01T08:00:00Z,his,2026-01-02,10\n"
BODIES: dict[str, Any] = {
    "POST /videos": {"title": "Ten tomatoes", "channel_id": "his"},
    "PUT /videos": {"videos": [{"title": "Ten tomatoes", "channel_id": "his", "source_id": "a1"}]},
    "POST /imports": {"file": FILE, "kind": "daily"},
    "POST /jobs": {"kind": "verify_ledger"},
    "POST /experiments": {"name": "summer", "reason": "a test"},
    "POST /experiments/{experiment}/stop": {"reason": "a test"},
    "POST /releases/rollback": {"reason": "a test"},
    "POST /predictions/planned": {"videos": [{"title": "Ten tomatoes", "channel_id": "his"}]},
    "POST /releases/{version}/promote": {"reason": "a test"},
}
"""What a made-up body hardly ever is: one that can be done."""


@pytest.fixture
def _connection_of_the_test():
    """A real server drops its connection around a request; here it holds the test's transaction, as Django's own client knows."""
    signals = (request_started, request_finished)
    for signal in signals:
        signal.disconnect(close_old_connections)
    yield
    for signal in signals:
        signal.connect(close_old_connections)


_LOADED: list[Any] = []


def described(headers: dict[str, str]) -> Any:
    """The API as it describes itself, asked for once."""
    if not _LOADED:
        _LOADED.append(schemathesis.openapi.from_wsgi(f"{URL}/openapi.json", get_wsgi_application(), headers=headers))
    return _LOADED[0]


def bodies_about(key: int) -> dict[str, Any]:
    """Bodies that name a video."""
    row = {"video": key, "date": "2026-01-02"}
    return {
        "POST /predictions": {"videos": [key]},
        "POST /what-if": {"video": key, "changes": [{"title": "Eleven tomatoes"}]},
        "POST /analytics": {"rows": [{**row, "views": 1}]},
        "POST /earnings": {"rows": [{**row, "revenue_usd": 2.5}]},
    }


def imported(name: str, folder: Path) -> int:
    """An import of his that can be applied, or where that is asked for undone."""
    him, path = account_of_user(get_user_model().objects.get(username="him")), folder / "days.csv"
    path.write_bytes(FILE)
    number = preview(him, path, "daily").pk
    return apply(him, number).pk if name.endswith("/undo") else number


def world(name: str) -> dict[str, Any]:
    """Something of everything there is to ask about, and by which numbers and names it is found."""
    now = timezone.now().replace(microsecond=0)
    found = video("his", source_id="a1", published_at=now - timedelta(days=2), is_short=True)
    candidate = published(3).version
    if name != "POST /releases/{version}/promote":  # which is let through without a gate where nothing serves yet
        promoted(1)
        promoted(2)
    MLPredictionService().predict_videos([found.pk])
    written([outcome_record(str(found.pk), 150.0, now)])
    job = Job.objects.create(
        kind="forecast", arguments={"videos": [found.pk]}, asked_by="api: him", state="succeeded", finished_at=now
    )
    alert = raise_alert(Alert.Kind.COVERAGE, "views_7d", "60 of 100 lay inside", {"hits": 60})
    ids = {"video": found.pk, "job": job.pk, "version": candidate, "alert": alert.pk, "channel": "his"}
    if name == "POST /experiments":
        BODIES[name]["challenger"] = candidate
    elif "{version}" not in name:
        ids["experiment"] = start_experiment("spring", candidate, reason="to see").pk
    return ids


@pytest.mark.django_db
@pytest.mark.usefixtures("_connection_of_the_test")
@pytest.mark.parametrize("name", NAMES)
def test_every_answer_is_as_the_description_says_and_most_operations_are_really_done(name, settings, tmp_path):
    settings.FOREVIEW = settings.FOREVIEW | {"API_REQUESTS_PER_MINUTE": 10**9}
    settings.ALLOWED_HOSTS = ["localhost"]
    cache.clear()
    method, path = name.split()
    key = key_of(account("him", "his"))
    ids = world(name) | {"number": imported(name, tmp_path)}
    # The client in between does not unpack what it says it takes.
    said = {"Authorization": f"Bearer {key}", "Accept-Encoding": "identity"}
    operation = described(said)[f"{URL}{path}"][method]
    there = {one: ids[one] for one in re.findall(r"{(\w+)}", path)}
    body = {"body": (BODIES | bodies_about(ids["video"])).get(name, {})} if operation.body else {}
    done = operation.as_strategy(GenerationMode.POSITIVE, path_parameters=there, headers=said, **body)
    found = operation.as_strategy(GenerationMode.POSITIVE, path_parameters=there, headers=said)
    free = [operation.as_strategy(mode, headers=said) for mode in GenerationMode]
    answered: Counter[int] = Counter()

    def ask(case: Any) -> int:
        with transaction.atomic():
            answer = case.call_and_validate(headers=said, checks=CHECKS)
            transaction.set_rollback(True)
        return int(answer.status_code)

    @how(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        derandomize=EXAMPLES == 4,
        suppress_health_check=list(HealthCheck),
    )
    @given(done, st.one_of(found, *free))
    def asked(likely: Any, other: Any) -> None:
        answered[ask(likely)] += 1
        answered[ask(other)] += 1

    asked()
    assert answered.total() >= 2 * EXAMPLES or not (there or operation.query or operation.body)
    assert sum(count for status, count in answered.items() if 200 <= status < 300) >= max(1, answered.total() // 4), (
        answered
    )
