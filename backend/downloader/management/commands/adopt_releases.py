"""``manage.py adopt_releases``: a row for each release folder that has none."""

from __future__ import annotations

from typing import Any

from downloader.management.steps import StepsCommand, user_name
from downloader.services.registry import adopt_releases


class Command(StepsCommand):
    help = "Register each release folder that has no row, as a candidate: one left by a killed training, or copied from elsewhere."

    def handle(self, **_options: Any) -> None:
        with self.step("reading"):
            found = adopt_releases(by=user_name())
        for version in found.adopted:
            self.console.print(f"{version} is a candidate.")
        for version, why in found.refused.items():
            self.console.print(f"{version} is left: {why}", soft_wrap=True)
        if not found.adopted and not found.refused:
            self.console.print("Every release has its row.")
