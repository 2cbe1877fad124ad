"""Asking for jobs, and taking it back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from django.db import IntegrityError, transaction
from django.utils import timezone

from downloader.models import Job, JobState
from downloader.models.job import ACTIVE
from downloader.services.jobs.kinds import check_arguments, kind_named
from downloader.services.jobs.tickets import SETTING, issue, queue_problem
from foreview.errors import UsageError

_RACES: Final = 10
"""How often somebody else may be quicker and done again before an error of the database is shown."""


def enqueue(
    kind: str,
    arguments: Mapping[str, Any] | None = None,
    *,
    asked_by: str = "",
    due_at: datetime | None = None,
    most_attempts: int | None = None,
) -> Job:
    """Ask for a job, and return it. Inside a transaction it is asked for when that is committed, and never if it is not.

    Of a kind of which there is one at a time, such as train, the job that is queued or running is returned, whatever its arguments.

    Parameters
    ----------
    kind:
        Name of the kind, see ``downloader.services.jobs.kinds``.
    arguments:
        Arguments of the kind, values that JSON can hold; its numbers are finite.
    asked_by:
        Who asks, for those who look at it later.
    due_at:
        Not before; default: now.
    most_attempts:
        How often it is tried; default: as the kind says.

    Raises
    ------
    UsageError
        If there is no such kind, it does not take these arguments, or nothing would carry the job to a worker.

    """
    known = kind_named(kind)
    check_arguments(kind, arguments or {})
    if problem := queue_problem():
        raise UsageError("jobs are carried by the queue of the database", problem, f"Set {SETTING}")
    values = {
        "kind": kind,
        "arguments": dict(arguments or {}),
        "key": kind if known.single else "",
        "asked_by": asked_by,
        "due_at": due_at or timezone.now(),
        "most_attempts": most_attempts or known.attempts,
    }
    for _ in range(_RACES):
        if known.single and (active := Job.objects.filter(key=kind, state__in=ACTIVE).first()):
            return active
        try:
            return _write(values)
        except IntegrityError:
            # Somebody asked for the same a moment ago: theirs is returned, unless it is done already.
            if not known.single:
                raise
    return _write(values)


def _write(values: Mapping[str, Any]) -> Job:
    with transaction.atomic():
        job = Job.objects.create(**values)
        job.ticket = issue(job.pk, job.due_at)
        job.save(update_fields=["ticket"])
    return job


def cancel(job_id: int) -> Job:
    """Cancel the job at once if it waits, at its next step if it runs, and return it; one that has ended stays as it is.

    Raises
    ------
    UsageError
        If there is no such job.

    """
    while True:
        waiting = Job.objects.filter(pk=job_id, state=JobState.QUEUED)
        running = Job.objects.filter(pk=job_id, state=JobState.RUNNING)
        changed = waiting.update(state=JobState.CANCELLED, finished_at=timezone.now()) or running.update(
            cancel_requested=True
        )
        job = Job.objects.filter(pk=job_id).first()
        if job is None:
            raise UsageError("a job that is cancelled is there", f"there is none with the number {job_id}")
        if changed or not job.is_active:
            return job
