"""The queue, which knows only the numbers of jobs: a ticket says "see whether this job is to be done".

Any number of tickets for one job does no harm, as it is claimed in its own row; a ticket that got lost is issued again. So nothing hangs
on what the queue promises, and another one could carry the tickets.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.conf import settings
from django.db import models
from django.utils import timezone
from django_tasks import task

from downloader.models import Job, JobState

SETTING: Final = 'TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}'
APP: Final = "django_tasks_db"


@task
def run_job(job_id: int) -> None:
    """Do the job if it is still to be done: what a worker calls for each ticket."""
    from downloader.services.jobs.running import run

    run(job_id)


def queue_problem() -> str:
    """Return what is wrong with the setting of the queue, or nothing."""
    found = getattr(settings, "TASKS", {}).get("default", {}).get("BACKEND", "")
    if APP not in settings.INSTALLED_APPS:
        return f"{APP} is not in INSTALLED_APPS"
    return "" if found.startswith(f"{APP}.") else f"TASKS has {found!r}" if found else "TASKS is not set"


def issue(job_id: int, due_at: datetime) -> UUID:
    """Put a ticket for the job into the queue, not to be looked at before ``due_at``, and return its id."""
    waiting = run_job.using(run_after=due_at) if due_at > timezone.now() else run_job
    return UUID(waiting.enqueue(job_id).id)


def spend(ticket: UUID | None) -> None:
    """Mark a ticket whose worker died: the queue itself would show it as running for ever."""
    from django_tasks_db.models import DBTaskResult

    DBTaskResult.objects.filter(pk__in=[ticket] if ticket else [], status="RUNNING").update(
        status="FAILED", finished_at=timezone.now(), exception_class_path="downloader.services.jobs.stopped.LeaseLost"
    )


def without_ticket(now: datetime, grace: timedelta) -> models.QuerySet[Job]:
    """Return the jobs that are due for longer than ``grace`` and that no ticket stands for: it was lost, or its taker died."""
    from django_tasks_db.models import DBTaskResult

    just_taken = models.Q(status="RUNNING", started_at__gt=now - grace)
    alive = DBTaskResult.objects.filter(models.Q(status="READY") | just_taken).values("pk")
    return Job.objects.filter(state=JobState.QUEUED, due_at__lt=now - grace).exclude(ticket__in=alive)
