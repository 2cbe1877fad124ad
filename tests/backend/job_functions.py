"""Jobs that do what a test wants to see."""

from __future__ import annotations

import logging
import time
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from downloader.models import Job, VideoDownload
from downloader.services.jobs.attempt import Run, shutting_down
from downloader.services.jobs.lease import reap
from downloader.services.jobs.queueing import cancel
from foreview.errors import UsageError


def echo(_run: Run, **arguments: object) -> dict[str, object]:
    return arguments


def report(run: Run) -> dict[str, object]:
    """Two steps; returns what was in the row after each."""
    seen = []
    for step, done, total in (("reading", 0, 2), ("writing", 2, 2)):
        run.report(step, done, total)
        seen.append(Job.objects.values_list("step", "done", "total").get(pk=run.job.pk))
    logging.getLogger("downloader.gateways").warning("3 left out")
    return {"seen": seen}


def mistake(_run: Run) -> None:
    raise UsageError("cats have tails", "this one has none", "Draw one")


def crash(_run: Run) -> None:
    raise ZeroDivisionError("a fault of the program")


def no_json(_run: Run) -> object:
    return {"a set": {1, 2}}


def not_finite(_run: Run) -> object:
    return {"mean error": float("nan")}


def cancelled_at_work(run: Run) -> None:
    VideoDownload.objects.create(title="before")
    cancel(run.job.pk)
    run.report("after", 1, 2)
    VideoDownload.objects.create(title="after")


def worker_shuts_down(run: Run) -> None:
    shutting_down.set()
    run.report("next step", 1, 2)


def interrupted(_run: Run) -> None:
    raise KeyboardInterrupt


def given_away(run: Run) -> None:
    """Writes a video in a transaction that is confirmed last, but by then another worker has the job."""
    lose(run.job)
    with transaction.atomic():
        VideoDownload.objects.create(title="of a worker that was taken for dead")
        run.confirm()


def given_away_unconfirmed(run: Run) -> dict[str, str]:
    lose(run.job)
    return {"said": "I am done"}


def lose(job: Job) -> None:
    """Let the lease run out and the reaper take it twice: first a suspicion, then the deed."""
    later = timezone.now() + timedelta(hours=1)
    reap(later)
    reap(later + timedelta(hours=1))


def in_steps(run: Run, *, seconds: float) -> dict[str, int]:
    """Three steps of that length."""
    for done in range(3):
        run.report(f"step {done}", done, 3)
        time.sleep(seconds)
    return {"steps": 3}
