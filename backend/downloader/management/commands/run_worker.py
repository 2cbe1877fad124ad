"""``manage.py run_worker``: does the jobs, keeps the schedule, and takes over from workers that died."""

from __future__ import annotations

import logging
from typing import Any

from django.core.management.base import CommandParser

from downloader.management.steps import StepsCommand
from foreview.errors import UsageError


class Command(StepsCommand):
    help = (
        "Do jobs in the background, and queue what the schedule says. Any number of workers may run. Ctrl-C or SIGTERM: the job at hand is handed "
        "back at its next step; given twice, at once."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--once", action="store_true", help="do what is due now, then end")
        parser.add_argument(
            "--interval", type=float, default=1.0, metavar="S", help="an idle worker looks every so many seconds (1)"
        )

    def handle(self, *, once: bool, interval: float, **_options: Any) -> None:
        from downloader.services.jobs.tickets import SETTING, queue_problem

        if not interval > 0:
            raise UsageError("--interval is above 0 seconds", f"found {interval:g}")
        if problem := queue_problem():
            raise UsageError("a worker takes jobs from the queue of the database", problem, f"Set {SETTING}")
        from downloader.services.jobs.worker import work

        self._show_what_is_done()
        work(once=once, interval=interval)

    def _show_what_is_done(self) -> None:
        logger = logging.getLogger("downloader.jobs")
        logger.setLevel(logging.INFO)
        if not logger.hasHandlers():
            logger.addHandler(logging.StreamHandler(self.stderr))
