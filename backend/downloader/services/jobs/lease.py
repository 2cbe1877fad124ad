"""Who does a job: claimed by one conditional update, kept by signs of life, given away when they stop.

Every write is conditional on still being the owner, so a worker that was taken for dead and comes back changes nothing.
"""

from __future__ import annotations

import logging
import secrets
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import transaction
from django.db.models import F

from downloader.configuration import job_lease
from downloader.models import Job, JobState
from downloader.services.jobs.stopped import LeaseLost
from downloader.services.jobs.tickets import issue, spend, without_ticket

logger = logging.getLogger("downloader.jobs")
_FREE: Final[dict[str, Any]] = {"owner": "", "lease_until": None, "suspected_at": None}
_RENEWALS: Final = 4
"""Signs of life in the time of a lease."""
_GRACE: Final = 0.5
"""Of the lease: how long a worker that looks dead may still give a sign of life."""


def renewal() -> timedelta:
    """Return the time between two signs of life."""
    return job_lease() / _RENEWALS


def grace() -> timedelta:
    """Return how long a suspicion stands before it is acted upon: two signs of life fit in."""
    return job_lease() * _GRACE


def claim(job_id: int, now: datetime) -> Job | None:
    """Take the job, or return None where it is not to be done now: of all who try, one succeeds."""
    owner = secrets.token_hex(16)
    taken = Job.objects.filter(pk=job_id, state=JobState.QUEUED, due_at__lte=now).update(
        state=JobState.RUNNING,
        owner=owner,
        lease_until=now + job_lease(),
        suspected_at=None,
        attempts=F("attempts") + 1,
        started_at=now,
        **_nothing_done(),
    )
    return Job.objects.filter(pk=job_id, owner=owner).first() if taken else None


def hold(job: Job, now: datetime, **changes: Any) -> None:
    """Give a sign of life, and write ``changes`` with it.

    Inside a transaction it also makes sure that nobody takes the job before the transaction ends.

    Raises
    ------
    LeaseLost
        If the job was given away. Nothing is written.

    """
    _write_as_owner(job, lease_until=now + job_lease(), suspected_at=None, **changes)


def close(job: Job, now: datetime, state: JobState, **changes: Any) -> None:
    """End the job in its final ``state``; raises LeaseLost as :func:`hold` does."""
    _write_as_owner(job, state=state, finished_at=now, **_FREE, **changes)


def give_back(job: Job, due_at: datetime, **changes: Any) -> None:
    """Queue the job again, with a ticket for ``due_at``; raises LeaseLost as :func:`hold` does."""
    with transaction.atomic():
        ticket = issue(job.pk, due_at)
        _write_as_owner(job, state=JobState.QUEUED, due_at=due_at, ticket=ticket, **_FREE, **changes)


def _write_as_owner(job: Job, **changes: Any) -> None:
    if not Job.objects.filter(pk=job.pk, owner=job.owner, state=JobState.RUNNING).update(**changes):
        raise LeaseLost(job.pk)


def _nothing_done() -> dict[str, Any]:
    return {"step": "", "done": 0, "total": 0, "error": None, "finished_at": None}


def reap(now: datetime) -> list[Job]:
    """Give away the jobs of dead workers, issue lost tickets again, and return the jobs that were given away.

    A lease that ran out is only a suspicion: after a pause in which nobody could write, as behind a long import into SQLite or a machine that
    slept, the living are as late as the dead. It is acted upon when half a lease later there was still no sign of life. So clocks of
    several machines need not agree.
    """
    given_away = []
    with transaction.atomic():
        # Rows that somebody else holds are being written by the living.
        suspects = Job.objects.select_for_update(skip_locked=True).filter(state=JobState.RUNNING)
        for job in suspects.filter(lease_until__lt=now, suspected_at=None):
            Job.objects.filter(pk=job.pk, owner=job.owner, lease_until=job.lease_until).update(suspected_at=now)
        for job in suspects.filter(suspected_at__lte=now - grace()):
            _give_away(job, now)
            given_away.append(job)
    for job in without_ticket(now, grace()):
        Job.objects.filter(pk=job.pk, ticket=job.ticket).update(ticket=issue(job.pk, job.due_at))
        logger.warning("%s: had no place in the queue any more and was given a new one", job)
    return given_away


def _give_away(job: Job, now: datetime) -> None:
    """Queue, cancel or fail a job whose row is locked, or whose database has one writer at a time."""
    spend(job.ticket)
    if job.cancel_requested:
        close(job, now, JobState.CANCELLED)
    elif job.attempts < job.most_attempts:
        give_back(job, now)
    else:
        close(job, now, JobState.FAILED, error=_died(job))
    logger.warning(
        "job %s (%s): its worker died in attempt %s of %s", job.pk, job.kind, job.attempts, job.most_attempts
    )


def _died(job: Job) -> dict[str, str]:
    return {
        "rule": "a worker lives until its job is done",
        "fact": f"attempt {job.attempts} of {job.most_attempts} gave no sign of life after {job.lease_until:%Y-%m-%d %H:%M:%S} UTC",
        "next_step": "Look in the worker's log and whether memory ran out, then ask for the job again",
    }
