"""``manage.py enqueue_job KIND``: asks for a job."""

from __future__ import annotations

import json
from typing import Any

from django.core.management.base import CommandParser

from downloader.management.steps import StepsCommand
from downloader.services.jobs.kinds import kinds
from downloader.services.jobs.queueing import enqueue
from foreview.errors import UsageError


class Command(StepsCommand):
    help = "Ask for a job; a worker (run_worker) does it."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("kind", help=f"what is to be done: {', '.join(kinds())}")
        parser.add_argument(
            "arguments",
            nargs="*",
            metavar="NAME=VALUE",
            help="arguments of the kind; a value is JSON or a text: tuned=true",
        )

    def handle(self, *, kind: str, arguments: list[str], **_options: Any) -> None:
        job = enqueue(kind, dict(_argument(text) for text in arguments), asked_by="manage.py enqueue_job")
        self.console.print(f"Job {job.pk} ({job.kind}) is {job.state}, asked for by {job.asked_by}.")


def _argument(text: str) -> tuple[str, Any]:
    """Return name and value of an argument.

    Examples
    --------
    >>> _argument("tuned=true"), _argument("as_of=2026-05-01T00:00:00Z")
    (('tuned', True), ('as_of', '2026-05-01T00:00:00Z'))

    """
    name, sign, value = text.partition("=")
    if not sign:
        raise UsageError("an argument of a job is written NAME=VALUE", f"found {text!r}")
    try:
        return name, json.loads(value)
    except ValueError:
        return name, value
