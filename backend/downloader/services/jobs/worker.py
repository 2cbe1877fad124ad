"""A worker: takes tickets from the queue, and between them sees to the schedule and to the jobs of dead workers."""

from __future__ import annotations

import logging
import secrets
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any, Final

from django.db import OperationalError, close_old_connections
from django.utils import timezone
from django_tasks.base import DEFAULT_TASK_BACKEND_ALIAS
from django_tasks_db.management.commands.db_worker import Worker
from django_tasks_db.models import DBTaskResult

from downloader.services.jobs.attempt import shutting_down
from downloader.services.jobs.lease import reap, renewal
from downloader.services.jobs.schedule import enqueue_due

logger = logging.getLogger("downloader.jobs")
_MOST_FAILURES: Final = 5
_SLICE_S: Final = 0.1
"""A sleeping worker looks so often [s] whether it is asked to end."""


class Tender(Worker):
    """The queue's own worker, which after each ticket sees to what else is due."""

    def __init__(self, interval: float) -> None:
        super().__init__(
            queue_names=["*"],
            interval=interval,
            batch=True,
            backend_name=DEFAULT_TASK_BACKEND_ALIAS,
            startup_delay=False,
            max_tasks=None,
            worker_id=secrets.token_hex(16),
            excluded_queue_names=[],
        )
        self._tended = float("-inf")

    def run_task(self, db_task_result: DBTaskResult[Any, Any]) -> None:
        """Do what the ticket says."""
        super().run_task(db_task_result)
        self.running = not shutting_down.is_set()
        if self.running:
            self.tend()

    def tend(self) -> None:
        """See to the schedule and to dead workers, not more often than there are signs of life."""
        if time.monotonic() - self._tended >= min(renewal().total_seconds(), 15.0):
            self._tended = time.monotonic()
            now = timezone.now()
            reap(now)
            enqueue_due(now)


def work(*, once: bool, interval: float) -> None:
    """Do jobs until asked to end (SIGTERM, SIGINT), or, with ``once``, until none is due.

    Asked to end, the worker hands the job at hand back at its next step; asked twice, wherever it is. An idle one looks for work every
    ``interval`` seconds. A database that is away for a while is waited for, with ``once`` not for ever.

    Raises
    ------
    OperationalError
        With ``once``, if the database stayed away or locked.

    """
    tender, failures = Tender(interval), 0
    with _signals_noted():
        while not shutting_down.is_set():
            try:
                tender.tend()
                tender.run()
            except OperationalError as error:
                logger.warning("the database is away or locked: %s", str(error).strip())
                failures += 1
                if once and failures >= _MOST_FAILURES:
                    raise
                close_old_connections()
            else:
                if once:
                    break
            _sleep(interval)


def _sleep(seconds: float) -> None:
    end = time.monotonic() + seconds
    while not shutting_down.is_set() and time.monotonic() < end:
        time.sleep(_SLICE_S)


@contextmanager
def _signals_noted() -> Iterator[None]:
    def note(_signum: int, _frame: FrameType | None) -> None:
        if shutting_down.is_set():
            raise KeyboardInterrupt
        shutting_down.set()

    shutting_down.clear()
    before: dict[int, Any] = {number: signal.signal(number, note) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
