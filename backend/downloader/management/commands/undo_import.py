"""``manage.py undo_import ID``: an import taken back."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser

from downloader.management.steps import StepsCommand, user_name
from downloader.services.access import account_of_machine
from downloader.services.importing import undo


class Command(StepsCommand):
    help = "Take an import back: what it added goes, what it changed is as before. Refused where something was built upon it since."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("number", type=int, metavar="ID", help="as `list_imports` shows it")

    def handle(self, *, number: int, **_options: Any) -> None:
        with self.step("undoing"):
            run = undo(account_of_machine(user_name(), "command"), number)
        self.console.print(f"Import {run.pk} of {run.file} is undone.", markup=False)
        if run.stays:
            shown = f"{', '.join(run.stays[:3])}{', …' if len(run.stays) > 3 else ''}"
            self.console.print(
                f"{len(run.stays)} of its videos stay, because they were forecast: {shown}.", markup=False
            )
