"""Workers that are killed at random, on the empty database of DATABASE_URL: ``python -m benchmarks.jobs_run JOBS UNHURRIED SUSPENDED FOLDER`` prints JSON.

Run by ``benchmarks.jobs``, with ``benchmarks.jobs_settings``.
"""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import django

from benchmarks.jobs_evidence import LINES, evidence_in

if TYPE_CHECKING:
    from downloader.models import Job

WORKERS: Final = 2
AT_WORK_S: Final = 3.0
"""How long a worker may work before it is killed, at most; drawn. Starting takes longer."""
JOBS_A_KILL: Final = 16
SHORT_S: Final = (0.0, 0.3)
LONG_S: Final = (9.0, 12.0)
"""Longer than a lease with its grace, and in one step, so that only signs of life from a thread keep them."""
SHORT_A_LONG: Final = 50
MOST_S: Final = 3_000.0
MANAGE: Final = Path(__file__).resolve().parents[1] / "backend" / "manage.py"


def main() -> None:
    """Print what was found."""
    count, idle, suspensions = (int(argument) for argument in sys.argv[1:4])
    folder = Path(sys.argv[4])
    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    found: dict[str, Any] = {"jobs": count, "workers": WORKERS}
    folder.mkdir()
    found |= enqueued(count, folder)
    found |= killed(count, folder)
    found |= suspended(suspensions)
    if idle:
        found |= unhurried(count, idle, folder)
    print(json.dumps(found))


def enqueued(count: int, folder: Path) -> dict[str, Any]:
    """Ask for ``count`` jobs, each in a transaction of its own; how long it took [ms]. Then issue two tickets for each."""
    from downloader.services.jobs.queueing import enqueue

    draw, jobs, took = random.Random(1), [], []
    for number in range(count):
        long = number >= count - max(count // SHORT_A_LONG, 1)
        seconds = draw.uniform(*(LONG_S if long else SHORT_S))
        arguments = {"folder": str(folder), "number": number, "seconds": seconds, "steps": 1 if long else 3}
        started = time.perf_counter()
        jobs.append(enqueue("evidence", arguments, most_attempts=20))
        took.append(1000 * (time.perf_counter() - started))
    _issue_in_pairs(jobs)
    took.sort()
    return {"enqueue_ms_median": took[count // 2], "enqueue_ms_p99": took[int(0.99 * count)]}


def _issue_in_pairs(jobs: Sequence[Job]) -> None:
    """Replace the tickets by two for each job, one after the other, so that two workers take them at the same time."""
    from django.db import transaction
    from django_tasks_db.models import DBTaskResult

    from downloader.services.jobs.tickets import issue

    with transaction.atomic():
        DBTaskResult.objects.all().delete()
        for job in jobs:
            issue(job.pk, job.due_at)
            job.ticket = issue(job.pk, job.due_at)
            job.save(update_fields=["ticket"])


def killed(count: int, folder: Path) -> dict[str, Any]:
    """Keep two workers alive and kill one of them again and again; until no job is left to do."""
    from django.db.models import Sum

    from downloader.models import Job
    from downloader.models.job import ACTIVE

    draw, kills, started = random.Random(2), 0, time.monotonic()
    with workers() as (alive, replace):
        while Job.objects.filter(state__in=ACTIVE).exists():
            if time.monotonic() - started > MOST_S:
                raise SystemExit(f"{Job.objects.filter(state__in=ACTIVE).count()} jobs were not done in {MOST_S:.0f} s")
            victim = draw.randrange(len(alive))
            if kills >= count / JOBS_A_KILL or not at_work(alive[victim].pid, folder):
                time.sleep(0.05)
                continue
            time.sleep(draw.uniform(0, AT_WORK_S))
            alive[victim].kill()
            alive[victim].wait()
            replace(victim)
            kills += 1
    states = {state: Job.objects.filter(state=state).count() for state in ("succeeded", "failed")}
    attempts = Job.objects.aggregate(all=Sum("attempts"))["all"]
    seconds = time.monotonic() - started
    return {"kills": kills, "seconds": seconds, "attempts": attempts, **states, **asdict(evidence_in(folder))}


def at_work(process: int, folder: Path) -> bool:
    """Return whether that worker has begun a job."""
    lines = folder / LINES
    return lines.exists() and f" {process} " in lines.read_text(encoding="utf-8")


def worker() -> subprocess.Popen[bytes]:
    """Start a real worker."""
    command = [sys.executable, str(MANAGE), "run_worker", "--interval", "0.2"]
    return subprocess.Popen(command, stderr=subprocess.DEVNULL, env=os.environ)


@contextmanager
def workers() -> Iterator[tuple[list[subprocess.Popen[bytes]], Callable[[int], None]]]:
    """Real workers, and what starts one anew; ended politely."""
    alive = [worker() for _ in range(WORKERS)]

    def replace(which: int) -> None:
        alive[which] = worker()

    try:
        yield alive, replace
    finally:
        for one in alive:
            one.terminate()
        for one in alive:
            one.wait()


def suspended(times: int) -> dict[str, int]:
    """Stop a worker in the middle of a job until another has done it, then let it go on: what it writes must not count."""
    stale = sum(_stale_after_suspension() for _ in range(times))
    return {"suspended": times, "stale": stale}


def _stale_after_suspension() -> bool:
    from downloader.models import Job, JobState, VideoDownload
    from downloader.services.jobs.queueing import enqueue

    job, first = enqueue("late", {"seconds": 1.0}), worker()
    _wait_until(lambda: Job.objects.filter(pk=job.pk, state=JobState.RUNNING).exists())
    first.send_signal(signal.SIGSTOP)
    second = worker()
    _wait_until(lambda: not Job.objects.get(pk=job.pk).is_active)
    second.terminate()
    second.wait()
    first.send_signal(signal.SIGCONT)
    time.sleep(2.0)
    first.terminate()
    first.wait()
    titles = VideoDownload.objects.filter(title__startswith=f"job {job.pk},").values_list("title", flat=True)
    return list(titles) != [f"job {job.pk}, process {second.pid}"]


def _wait_until(there: Callable[[], bool]) -> None:
    end = time.monotonic() + 120
    while not there():
        if time.monotonic() > end:
            raise SystemExit("what was waited for did not happen in 120 s")
        time.sleep(0.05)


def unhurried(count: int, idle: int, folder: Path) -> dict[str, float]:
    """Nobody is killed: how many jobs that do nothing are done a second, and how soon [ms] a job begins when workers are idle."""
    from downloader.models import Job
    from downloader.models.job import ACTIVE
    from downloader.services.jobs.queueing import enqueue

    def ask(number: int) -> Job:
        return enqueue("evidence", {"folder": str(folder), "number": number, "seconds": 0.0})

    with workers():
        for number in range(count, count + idle):
            ask(number)
        while Job.objects.filter(state__in=ACTIVE).exists():
            time.sleep(0.5)
        jobs = Job.objects.order_by("-pk")[:idle]
        first = min(job.started_at for job in jobs if job.started_at)
        last = max(job.finished_at for job in jobs if job.finished_at)
        waits, draw = [], random.Random(3)
        for number in range(50):
            time.sleep(draw.uniform(0.3, 0.8))
            job = ask(count + idle + number)
            while job.started_at is None:
                time.sleep(0.05)
                job.refresh_from_db()
            waits.append((job.started_at - job.created_at) / timedelta(milliseconds=1))
    waits.sort()
    return {"per_second": idle / (last - first).total_seconds(), "wait_ms_median": waits[25], "wait_ms_p95": waits[47]}


if __name__ == "__main__":
    main()
