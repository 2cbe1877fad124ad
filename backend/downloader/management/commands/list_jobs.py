"""``manage.py list_jobs``: what is being done, what was done, and the schedule."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone
from rich import box
from rich.table import Table

from downloader import selectors
from downloader.management.steps import StepsCommand, whole
from downloader.models import Job
from downloader.services.jobs.schedule import planned


class Command(StepsCommand):
    help = "Show the last jobs, the youngest first, and the schedule."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--limit", type=whole(1, 10_000), default=20, metavar="N", help="at most so many jobs (20)")

    def handle(self, *, limit: int, **_options: Any) -> None:
        jobs = _table("job", "kind", "state (attempts)", "progress", "asked for by", "when")
        for job in selectors.latest_jobs(limit):
            jobs.add_row(*_cells(job))
        self.console.print(jobs)
        lines = _table("schedule", "cron", "last run", "next run")
        for plan in planned(timezone.now()):
            last = "" if plan.last is None else f"{_shown(plan.last.due_at)}, job {plan.last.job}"
            lines.add_row(plan.line.name, plan.line.cron, last, _shown(plan.next_at))
        self.console.print(lines)


def _table(*headings: str) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for heading in headings:
        table.add_column(heading)
    return table


def _cells(job: Job) -> list[str]:
    said = job.error["fact"] if job.error else job.progress()
    when = job.finished_at or job.started_at or job.created_at
    return [str(job.pk), job.kind, f"{job.state} ({job.attempts})", said, job.asked_by, _shown(when)]


def _shown(when: datetime) -> str:
    return f"{when.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
