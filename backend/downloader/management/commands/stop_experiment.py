"""``manage.py stop_experiment NAME --reason …``: end an experiment by hand."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser

from downloader.management.steps import StepsCommand
from downloader.services.experiments import stop_experiment


class Command(StepsCommand):
    help = "End an experiment by hand. Its evidence is kept; it decides nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", help="name of the experiment")
        parser.add_argument("--reason", required=True, help="why; it is kept")

    def handle(self, *, name: str, reason: str, **_options: Any) -> None:
        experiment = stop_experiment(name, reason=reason)
        told = experiment.evidence or {"pairs": 0}
        self.console.print(f"{experiment.name} was stopped after {told['pairs']} videos.")
