"""What the function of a job is given: where it reports how far it is, and asks whether it should stop."""

from __future__ import annotations

import threading
import time
from typing import Final

from django.db import connections, router
from django.utils import timezone

from downloader.models import Job, JobState
from downloader.services.jobs.lease import hold
from downloader.services.jobs.stopped import Cancelled, HandedBack, JobStopped, LeaseLost

EVERY_S: Final = 1.0
"""Seconds between two looks at the row, or two reports of one step."""
MOST_LOG: Final = 20_000
"""Characters of the log that are kept, the last ones."""

shutting_down: Final = threading.Event()
"""Set when this process is asked to end."""


class Run:
    """One attempt at a job."""

    def __init__(self, job: Job) -> None:
        self.job = job
        self.lost = False
        self._log = job.log
        self._step = ""
        self._reported = self._looked = float("-inf")
        self._stopped: JobStopped | None = None

    def report(self, step: str, done: int, total: int) -> None:
        """Show how far the job is; a :data:`foreview.options.Progress`.

        Inside a transaction nothing is written, for nobody could see it before the end.

        Raises
        ------
        JobStopped
            If the job was cancelled, given away, or its worker shuts down.

        """
        self.check()
        now = time.monotonic()
        if step != self._step:
            self.log(step)
        elif now - self._reported < EVERY_S and done < total:
            return
        self._step = step
        if not _in_transaction():
            self._reported = now
            self.confirm(step=step, done=max(done, 0), total=max(total, 0), log=self.log_so_far)

    def should_stop(self) -> bool:
        """Return whether the job was cancelled or given away, or its worker shuts down; as often as you like."""
        if self._stopped is None:
            self._stopped = self._why_stop()
        return self._stopped is not None

    def check(self) -> None:
        """Raise JobStopped where the job should stop."""
        if self.should_stop():
            assert self._stopped is not None  # noqa: S101  (see should_stop)
            raise self._stopped

    def confirm(self, **changes: object) -> None:
        """Give a sign of life. As the last thing in a transaction it undoes all of it if the job was given away meanwhile.

        Raises
        ------
        LeaseLost
            If the job was given away.

        """
        hold(self.job, timezone.now(), **changes)

    def log(self, line: str) -> None:
        """Add a line to the job's log. It is written with the next report."""
        stamped = f"{timezone.now():%Y-%m-%d %H:%M:%S}  {line}\n"
        self._log = (self._log + stamped)[-MOST_LOG:]

    @property
    def log_so_far(self) -> str:
        """The last lines of the log, earlier attempts' among them."""
        whole = len(self._log) < MOST_LOG
        return self._log if whole else self._log.partition("\n")[2]

    def _why_stop(self) -> JobStopped | None:
        if self.lost:
            return LeaseLost(self.job.pk)
        if shutting_down.is_set():
            return HandedBack()
        now = time.monotonic()
        if now - self._looked < EVERY_S:
            return None
        self._looked = now
        seen = Job.objects.filter(pk=self.job.pk, owner=self.job.owner, state=JobState.RUNNING)
        cancelled = seen.values_list("cancel_requested", flat=True).first()
        if cancelled is None:
            return LeaseLost(self.job.pk)
        return Cancelled() if cancelled else None


def _in_transaction() -> bool:
    return connections[router.db_for_write(Job)].in_atomic_block
