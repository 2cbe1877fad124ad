"""Progress on stderr: a bar on a terminal, a line now and then elsewhere. Work under two seconds says nothing."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from foreview.options import Progress

QUIET_SECONDS: Final = 2.0
LINE_EVERY_SECONDS: Final = 10.0


@contextmanager
def reported() -> Iterator[Progress]:
    """Yield what long work calls as it goes."""
    if sys.stderr.isatty():
        with _bar() as progress:
            yield progress
    else:
        yield _lines()


@contextmanager
def _bar() -> Iterator[Progress]:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bar

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    bar = Bar(*columns, console=Console(stderr=True), transient=True)
    task = bar.add_task("", total=None)
    begun = time.monotonic()

    def progress(step: str, done: int, total: int) -> None:
        bar.update(task, description=step, completed=done, total=total)
        if not bar.live.is_started and time.monotonic() - begun > QUIET_SECONDS:
            bar.start()

    try:
        yield progress
    finally:
        bar.stop()


def _lines() -> Progress:
    last = time.monotonic() - LINE_EVERY_SECONDS + QUIET_SECONDS

    def progress(step: str, done: int, total: int) -> None:
        nonlocal last
        if done < total and time.monotonic() - last >= LINE_EVERY_SECONDS:
            last = time.monotonic()
            print(f"{step}: {done} of {total}", file=sys.stderr, flush=True)

    return progress
