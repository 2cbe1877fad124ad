"""A job followed from outside: what is seen of it whenever that changes, for a bounded time."""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from downloader.models import Job
from downloader.services.access import Account
from downloader.services.jobs.attempt import EVERY_S

AT_ONCE: Final = 4
"""Followers of one process. Each holds a thread of the server, so whoever comes later is told what there is, and asks again."""
_places = threading.BoundedSemaphore(AT_ONCE)


@dataclass(frozen=True, slots=True)
class Pace:
    """How a job is followed [s]."""

    every: float = EVERY_S
    """Between two looks: a worker reports no more often."""
    silence: float = 15.0
    """After so long without news a sign of life is given, so that nobody between takes the line for dead."""
    lasts: float = 60.0
    """After so long the follower is to ask again."""


@dataclass(frozen=True, slots=True)
class Sight:
    """A job as it was seen."""

    job: Job
    mark: str
    """Another one whenever something is told otherwise."""


def sight_of(account: Account, number: int) -> Sight:
    """Return what is seen of a job now.

    Raises
    ------
    JobUnknown
        If there is none, or somebody else asked for it.

    """
    from downloader import selectors

    job = selectors.job_seen(account.sees_of, number)
    told = (job.pk, job.attempts, job.state, job.step, job.done, job.total)
    return Sight(job, hashlib.sha256(repr(told).encode()).hexdigest()[:16])


def follow(account: Account, number: int, seen: str = "", pace: Pace | None = None) -> Iterator[Sight | None]:
    """Tell what is seen of a job now, unless that is what ``seen`` marks, and whenever it changes, until it has ended or the time is over.

    None is a sign of life. Nothing is kept of what lay between two looks: a job is its row, and its last state is what counts.
    """
    from downloader import selectors

    pace = pace or Pace()
    with _place() as is_free:
        ends = time.monotonic() + (pace.lasts if is_free else 0.0)
        spoken = time.monotonic()
        while True:
            try:
                sight = sight_of(account, number)
            except selectors.JobUnknown:  # tidied away meanwhile
                return
            if sight.mark != seen:
                yield sight
                seen, spoken = sight.mark, time.monotonic()
            if not sight.job.is_active or time.monotonic() >= ends:
                return
            if time.monotonic() - spoken >= pace.silence:
                yield None
                spoken = time.monotonic()
            time.sleep(pace.every)


@contextmanager
def _place() -> Iterator[bool]:
    """Hold one of the places while somebody follows; say whether there was one."""
    is_free = _places.acquire(blocking=False)
    try:
        yield is_free
    finally:
        if is_free:
            _places.release()
