"""What the tests of jobs share."""

from __future__ import annotations

from datetime import datetime, timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.utils import timezone

from downloader.models import Job
from downloader.services.jobs.lease import claim
from downloader.services.jobs.running import run

FUNCTIONS = (
    "echo",
    "report",
    "mistake",
    "crash",
    "no_json",
    "not_finite",
    "cancelled_at_work",
    "worker_shuts_down",
    "interrupted",
    "given_away",
    "given_away_unconfirmed",
    "in_steps",
)
OWN = {name: f"tests.backend.job_functions.{name}" for name in FUNCTIONS}
committed = pytest.mark.django_db(transaction=True)
"""For tests in which a worker works: it lets go of connections that are in a transaction, such as that of a usual test."""
HOUR = timedelta(hours=1)


def work_once() -> str:
    """A worker that does what is due, and what it printed."""
    out = StringIO()
    call_command("run_worker", "--once", stdout=out, stderr=out)
    return out.getvalue()


def again(job: Job) -> Any:
    """The job as it is now."""
    return Job.objects.get(pk=job.pk)


def claimed(job: Job, when: datetime | None = None) -> Job:
    """The job, held by a worker since now."""
    held = claim(job.pk, when or timezone.now())
    assert held is not None
    return held


def run_now(job: Job) -> Any:
    """Do the job without a queue, as if its time had come."""
    Job.objects.filter(pk=job.pk).update(due_at=timezone.now())
    run(job.pk)
    return again(job)
