"""What the commands share: errors without stack traces, progress, and times."""

from __future__ import annotations

import argparse
import getpass
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from django.core.management.base import CommandError
from django.db import DatabaseError, OperationalError, ProgrammingError, connection
from django.db.migrations.executor import MigrationExecutor
from django.utils.dateparse import parse_date, parse_datetime
from django_rich.management import RichCommand
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from foreview.errors import ForeviewError, InputError, UsageError
from foreview.options import Progress as Report
from foreview.tables.catalogue import utc_ms


class StepsCommand(RichCommand):
    """A command of a few timed steps. What the user can mend is said in a sentence; exit codes as of ``foreview``."""

    took: dict[str, float]

    def execute(self, *args: Any, **options: Any) -> str | None:
        self.took = {}
        try:
            return super().execute(*args, **options)
        except ForeviewError as error:
            raise CommandError(str(error), returncode=2 if isinstance(error, UsageError) else 3) from error
        except (OperationalError, ProgrammingError) as error:
            raise CommandError(str(_of_database(error)), returncode=3) from error
        except OSError as error:
            raise CommandError(f"files can be read and written. {error}.", returncode=3) from error
        except KeyboardInterrupt:
            self.stderr.write("Interrupted. What was finished is kept; the step that ran changed nothing.")
            sys.exit(130)

    @contextmanager
    def step(self, name: str) -> Iterator[Report]:
        """Show how far a step is, and remember how long it took [s]."""
        started = time.perf_counter()
        columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
        with Progress(*columns, console=self.console, transient=True) as bars:
            bar = bars.add_task(name, total=None)

            def report(part: str, done: int, total: int) -> None:
                bars.update(bar, description=f"{name}: {part}", completed=done, total=total or None)

            yield report
        self.took[name] = time.perf_counter() - started


def whole(least: int, most: int) -> Callable[[str], int]:
    """Return the type of an option that is a whole number between the two; argparse says what is none.

    Examples
    --------
    >>> whole(1, 10)("7")
    7

    """

    def read(text: str) -> int:
        if not (text.isascii() and text.isdigit() and len(text) <= len(str(most)) and least <= int(text) <= most):
            raise argparse.ArgumentTypeError(f"a whole number from {least} to {most}, not {text!r:.40}")
        return int(text)

    return read


def user_name() -> str:
    """Return who runs the command, for the log; empty where the machine does not say."""
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        return ""


def moment(text: str) -> datetime:
    """Return the instant that ``--as-of`` says: ``2026-05-01`` is that midnight UTC, otherwise the time zone is given.

    Examples
    --------
    >>> moment("2026-05-01").isoformat(), moment("2026-05-01T12:00:00+02:00").isoformat()
    ('2026-05-01T00:00:00+00:00', '2026-05-01T10:00:00+00:00')

    """
    try:
        if parse_date(text):
            text = f"{text}T00:00:00Z"
        found = parse_datetime(text)
    except ValueError:
        found = None
    if found is None:
        raise UsageError("a time is written as 2026-05-01 or 2026-05-01T12:00:00Z", f"found {text!r}")
    return utc_ms(found)


def _of_database(error: DatabaseError) -> InputError:
    """Return what is wrong with the database: tables are not there yet, or what it says itself."""
    said = str(error).strip().replace("\n", " ")
    try:
        migrations = MigrationExecutor(connection)
        behind = bool(migrations.migration_plan(migrations.loader.graph.leaf_nodes()))
    except DatabaseError:
        behind = False
    if behind:
        return InputError("the database has the tables of this version", said, "Run `manage.py migrate`")
    return InputError("the database can be reached and used", said, "See DATABASE_URL, and whether it runs")
