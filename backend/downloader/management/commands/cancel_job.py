"""``manage.py cancel_job JOB``: takes back what was asked for."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser

from downloader.management.steps import StepsCommand
from downloader.services.jobs.queueing import cancel


class Command(StepsCommand):
    help = "Cancel a job: at once if it waits, at its next step if it runs."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("job", type=int, help="number of the job, see list_jobs")

    def handle(self, *, job: int, **_options: Any) -> None:
        found = cancel(job)
        said = "runs, and ends at its next step" if found.is_active else f"is {found.state}"
        self.console.print(f"Job {found.pk} ({found.kind}) {said}.")
