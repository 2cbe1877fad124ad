"""Progress on stderr: bars on a terminal, a line now and then elsewhere. Work under two seconds says nothing."""

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
        with _bars() as progress:
            yield progress
    else:
        yield _lines()


@contextmanager
def _bars() -> Iterator[Progress]:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TaskID, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bars

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    bars = Bars(*columns, console=Console(stderr=True), transient=True)
    tasks: dict[str, TaskID] = {}
    begun = time.monotonic()

    def progress(step: str, done: int, total: int) -> None:
        if step not in tasks:
            tasks[step] = bars.add_task(step, total=total)
        bars.update(tasks[step], completed=done, total=total)
        if not bars.live.is_started and time.monotonic() - begun > QUIET_SECONDS:
            bars.start()

    try:
        yield progress
    finally:
        bars.stop()


def _lines() -> Progress:
    last = time.monotonic() - LINE_EVERY_SECONDS + QUIET_SECONDS

    def progress(step: str, done: int, total: int) -> None:
        nonlocal last
        if done < total and time.monotonic() - last >= LINE_EVERY_SECONDS:
            last = time.monotonic()
            print(f"{step}: {done} of {total}", file=sys.stderr, flush=True)

    return progress
