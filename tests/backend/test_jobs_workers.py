"""Real workers, in processes of their own: killed, suspended, and asked to end. The long form is ``benchmarks/jobs.py``."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from benchmarks.jobs import CHECKOUT, measured, place_of_its_own
from benchmarks.jobs_evidence import LINES

MANAGE = [sys.executable, str(CHECKOUT / "backend" / "manage.py")]


@pytest.fixture(scope="module")
def place() -> Iterator[Mapping[str, str]]:
    with place_of_its_own() as environment:
        manage(environment, "migrate", "--verbosity", "0")
        yield environment


def manage(environment: Mapping[str, str], *command: str) -> str:
    done = subprocess.run([*MANAGE, *command], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return " ".join(done.stdout.split())


@pytest.mark.dialect
def test_workers_killed_at_random_run_no_job_twice_at_once_and_lose_none():
    found = measured(40, suspended=1)
    assert (found["twice_at_once"], found["lost"], found["failed"], found["stale"]) == (0, 0, 0, 0)
    assert found["ended"] == found["succeeded"] == found["jobs"] == 40
    assert found["kills"] == 3
    assert found["attempts"] >= found["began"] >= 40


def started_on(environment: Mapping[str, str], folder: Path, seconds: int) -> subprocess.Popen[str]:
    """A worker that has begun a job of that length."""
    manage(environment, "enqueue_job", "evidence", f"folder={folder}", "number=1", f"seconds={seconds}")
    worker = subprocess.Popen([*MANAGE, "run_worker"], env=environment, stderr=subprocess.PIPE, text=True)
    deadline = time.monotonic() + 60
    while not (folder / LINES).exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    return worker


def test_a_worker_that_is_asked_to_end_hands_its_job_back_at_the_next_step(place, tmp_path):
    worker = started_on(place, tmp_path, seconds=3)
    worker.send_signal(signal.SIGINT)
    _, said = worker.communicate(timeout=60)
    assert worker.returncode == 0, said
    assert "(evidence): handed back" in said
    assert "evidence queued (0)" in manage(place, "list_jobs")
    manage(place, "run_worker", "--once")
    assert "evidence succeeded (1)" in manage(place, "list_jobs")


def test_asked_twice_a_worker_ends_in_the_middle_of_a_step(place, tmp_path):
    worker = started_on(place, tmp_path, seconds=300)
    worker.send_signal(signal.SIGTERM)
    time.sleep(0.5)
    worker.send_signal(signal.SIGTERM)
    _, said = worker.communicate(timeout=60)
    assert worker.returncode == 0, said
    assert "evidence queued (0)" in manage(place, "list_jobs")
