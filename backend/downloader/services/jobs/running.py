"""Doing a job: claim it, show signs of life, and write what became of it."""

from __future__ import annotations

import json
import logging
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any, Final

from django.db import DatabaseError, OperationalError, close_old_connections, connections
from django.utils import timezone

from downloader.models import JobState
from downloader.services.jobs.attempt import Run
from downloader.services.jobs.kinds import function_of
from downloader.services.jobs.lease import claim, close, give_back, hold, renewal
from downloader.services.jobs.stopped import Cancelled, HandedBack, LeaseLost
from foreview.errors import ForeviewError

logger = logging.getLogger("downloader.jobs")
BACK_OFF: Final = timedelta(seconds=30)
"""Wait before the second attempt at what crashed; four times as long before each further one."""
_PATIENCE: Final = 10
"""How often the end of a job is written where the database is locked, each time as long as its timeout."""


def run(job_id: int) -> None:
    """Do the job if it is still to be done, and write what became of it.

    What the user can mend is written as the job's error. Whatever else is raised is written too, and raised again for whoever runs
    this; the job is then tried again after a pause, until its last attempt.
    """
    job = claim(job_id, timezone.now())
    if job is None:
        return
    this = Run(job)
    logger.info("job %s (%s): attempt %s of %s", job.pk, job.kind, job.attempts, job.most_attempts)
    this.log(f"attempt {job.attempts} of {job.most_attempts}")
    with _signs_of_life(this), _warnings_in_log(this):
        _carry_out(this)


def _carry_out(this: Run) -> None:
    try:
        done = function_of(this.job.kind)(this, **this.job.arguments)
        # NaN and infinity are no JSON: a database refuses them, and would do so after the end of what is caught here.
        result = json.loads(json.dumps(done, allow_nan=False))
    except LeaseLost as lost:
        logger.warning("%s", lost)
    except Cancelled:
        _end(this, JobState.CANCELLED)
    except HandedBack:
        _hand_back(this)
    except (KeyboardInterrupt, SystemExit):
        _hand_back(this)
        raise
    except ForeviewError as error:
        _end(this, JobState.FAILED, error={"rule": error.rule, "fact": error.fact, "next_step": error.next_step})
    except Exception as error:  # the outermost boundary of a job: whatever it was is written down, and raised again
        _after_crash(this, error)
        raise
    else:
        _end(this, JobState.SUCCEEDED, result=result)


def _end(this: Run, state: JobState, **changes: Any) -> None:
    if "error" in changes:
        this.log(". ".join(part for part in changes["error"].values() if part))
    this.log(state)
    _patiently(lambda: close(this.job, timezone.now(), state, log=this.log_so_far, **changes))
    logger.info("job %s (%s): %s", this.job.pk, this.job.kind, state)


def _hand_back(this: Run) -> None:
    this.log("handed back, as its worker shuts down")
    attempts = this.job.attempts - 1
    _patiently(lambda: give_back(this.job, timezone.now(), attempts=attempts, log=this.log_so_far))
    logger.info("job %s (%s): handed back", this.job.pk, this.job.kind)


def _after_crash(this: Run, error: Exception) -> None:
    job, said = this.job, f"{type(error).__name__}: {error}"
    this.log("".join(traceback.format_exception(error)).rstrip())
    if job.attempts < job.most_attempts:
        pause = BACK_OFF * 4 ** (job.attempts - 1)
        this.log(f"tried again in {pause.total_seconds():.0f} s")
        _patiently(lambda: give_back(job, timezone.now() + pause, log=this.log_so_far))
        return
    facts = {
        "rule": "a job ends without a crash",
        "fact": f"attempt {job.attempts} of {job.most_attempts} ended with {said}",
        "next_step": "See its log; if the fault is Foreview's, report it with the log",
    }
    _patiently(lambda: close(job, timezone.now(), JobState.FAILED, error=facts, log=this.log_so_far))
    logger.error("job %s (%s): failed, %s", job.pk, job.kind, said)


def _patiently(write: Callable[[], None]) -> None:
    """Write how a job ended: hours of work are not dropped because somebody else holds the database for a minute."""
    for left in reversed(range(_PATIENCE)):
        try:
            return write()
        except OperationalError:
            if not left:
                raise
            close_old_connections()
            time.sleep(0.2)
    return None


@contextmanager
def _signs_of_life(this: Run) -> Iterator[None]:
    """Renew the lease from a thread with a connection of its own, for a step may take minutes in which nothing is reported."""
    over = threading.Event()

    def renew() -> None:
        while not over.wait(renewal().total_seconds()):
            try:
                hold(this.job, timezone.now())
            except LeaseLost:
                this.lost = True
                break
            except DatabaseError as error:
                logger.warning("job %s: no sign of life could be written: %s", this.job.pk, error)
                connections.close_all()
        connections.close_all()

    thread = threading.Thread(target=renew, name=f"lease of job {this.job.pk}", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


@contextmanager
def _warnings_in_log(this: Run) -> Iterator[None]:
    """Keep what Foreview warns of while the job runs, such as rows that were left out."""
    doing = threading.get_ident()

    class Lines(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            if record.thread == doing:
                this.log(f"{record.levelname.lower()}: {record.getMessage()}")

    lines, loggers = Lines(logging.WARNING), [logging.getLogger(name) for name in ("downloader", "foreview")]
    for one in loggers:
        one.addHandler(lines)
    try:
        yield
    finally:
        for one in loggers:
            one.removeHandler(lines)
