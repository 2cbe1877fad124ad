"""Figures for Prometheus: requests by route and status, jobs, the champion, the ledger and its coverage, alerts."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from prometheus_client.parser import text_string_to_metric_families

from downloader.models import Alert, Job
from downloader.services.alerts import raise_alert
from downloader.services.jobs.queueing import enqueue
from tests.backend.api_calls import account, ask, key_of, video
from tests.backend.ledger_records import forecast_record, outcome_record, written
from tests.backend.published import CUTOFF, promoted

pytestmark = pytest.mark.django_db
DAY = datetime(2026, 1, 1, tzinfo=UTC)
Labels = tuple[tuple[str, str], ...]


@pytest.fixture
def key():
    cache.clear()
    return key_of(account("him"))


def figures(key: str) -> dict[tuple[str, Labels], float]:
    """Every sample that is told, by name and labels."""
    answer = ask(key, "GET", "/metrics")
    assert (answer.status_code, answer["Content-Type"][:10]) == (200, "text/plain")
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(answer.content.decode())
        for sample in family.samples
    }


def requests(key: str, method: str, route: str, status: int) -> float:
    labels = (("method", method), ("route", route), ("status", str(status)))
    return figures(key).get(("foreview_api_request_seconds_count", labels), 0.0)


@pytest.mark.parametrize(
    ("method", "path", "route", "status"),
    [
        ("GET", "/videos?limit=1", "/videos", 200),
        ("GET", "/videos/999", "/videos/{video}", 404),
        ("GET", "/nowhere/else", "none", 404),
        ("GET", "/openapi.json", "/openapi.json", 200),
        ("BREW", "/videos", "/videos", 405),
    ],
)
def test_a_request_is_counted_by_its_route_and_never_by_what_was_asked(key, method, path, route, status):
    told = "other" if method == "BREW" else method
    before = requests(key, told, route, status)
    assert ask(key, method, path).status_code == status
    assert requests(key, told, route, status) == before + 1


def test_the_site_is_told_in_figures(key):
    release = promoted(1).version
    enqueue("forecast", asked_by="api: him")
    enqueue("watch", due_at=timezone.now() + timedelta(hours=1))
    Job.objects.filter(kind="forecast").update(due_at=timezone.now() - timedelta(seconds=90))
    raise_alert(Alert.Kind.COVERAGE, "views_7d", "x")
    records = [forecast_record(release, "1", DAY), forecast_record(release, "2", DAY)]
    written([*records, outcome_record("1", 150.0, DAY + timedelta(days=7))])
    told = figures(key)
    assert told["foreview_jobs", (("kind", "forecast"), ("state", "queued"))] == 1
    assert told["foreview_jobs", (("kind", "watch"), ("state", "queued"))] == 1
    assert 90 <= told["foreview_queue_age_seconds", ()] < 150
    assert told["foreview_alerts_standing", (("kind", "coverage"),)] == 1
    assert (told["foreview_ledger_forecasts", ()], told["foreview_ledger_outcomes", ()]) == (2, 1)
    age = told["foreview_champion_age_seconds", (("release", release),)]
    assert age == pytest.approx((timezone.now() - CUTOFF).total_seconds(), abs=60)
    assert told["foreview_matured_forecasts", (("target", "views_7d"),)] == 1
    covered = {
        level: told["foreview_coverage_ratio", (("level", level), ("target", "views_7d"))]
        for level in ("0.50", "0.80", "0.95")
    }
    assert covered == {"0.50": 1.0, "0.80": 1.0, "0.95": 1.0}


def test_an_empty_site_is_told_too(key):
    told = figures(key)
    assert told["foreview_queue_age_seconds", ()] == 0
    assert not any(name in ("foreview_champion_age_seconds", "foreview_coverage_ratio") for name, _ in told)


def test_coverage_is_counted_again_when_other_outcomes_have_come(key):
    def covered() -> float:
        return figures(key)["foreview_coverage_ratio", (("level", "0.80"), ("target", "views_7d"))]

    written([forecast_record("r", "1", DAY), outcome_record("1", 150.0, DAY + timedelta(days=7))])
    assert covered() == 1.0
    with CaptureQueriesContext(connection) as seen:
        assert covered() == 1.0
    assert len(seen) == 9
    written([forecast_record("r", "2", DAY), outcome_record("2", 1e9, DAY + timedelta(days=7))])
    assert covered() == 0.5


def test_no_figure_names_a_channel_a_video_or_an_account(key):
    video("hers", title="tomatoes")
    enqueue("forecast", asked_by="api: her")
    said = ask(key, "GET", "/metrics").content.decode()
    assert not re.search(r"\bhers?\b|tomatoes|\bhim\b", said)


TWO_PROCESSES = """
import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
import django

django.setup()
from downloader.api.metrics import REQUESTS, collected

child = os.fork()
REQUESTS.labels("GET", "/videos", "200").observe(0.02)
if child:
    os.waitpid(child, 0)
    print(collected([]).decode())
else:
    os._exit(0)
"""


def test_several_processes_add_up_their_requests(tmp_path: Path):
    of_their_own = {"PROMETHEUS_MULTIPROC_DIR": str(tmp_path), "FOREVIEW_DATA": str(tmp_path), "PYTHONPATH": "backend"}
    done = subprocess.run(
        [sys.executable, "-c", TWO_PROCESSES],
        env={**os.environ, **of_their_own},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert 'foreview_api_request_seconds_count{method="GET",route="/videos",status="200"} 2.0' in done.stdout
