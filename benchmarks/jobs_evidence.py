"""A job that proves by itself whether it was run twice at once: by a lock of the system and lines in a file, not by our rows.

The kernel frees the lock of a process that is killed, so a lock that is held means that another *living* process does the same job.
"""

from __future__ import annotations

import fcntl
import os
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from downloader.services.jobs.attempt import Run

LINES: Final = "lines.txt"


def leave_evidence(run: Run, *, folder: str, number: int, seconds: float, steps: int = 3) -> dict[str, int]:
    """Lock the number, write that it began, take ``seconds`` in so many steps, write that it ended."""
    place = Path(folder)
    with (place / f"{number}.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            _write(place, "twice", number)
            raise
        _write(place, "began", number)
        for step in range(steps):
            run.report("working", step, steps)
            time.sleep(seconds / steps)
        _write(place, "ended", number)
    return {"number": number}


def write_late(run: Run, *, seconds: float) -> None:
    """After ``seconds`` write a video that says which process wrote it, confirmed last: the test stops the process before."""
    from django.db import transaction

    from downloader.models import VideoDownload

    time.sleep(seconds)
    with transaction.atomic():
        VideoDownload.objects.create(title=f"job {run.job.pk}, process {os.getpid()}")
        run.confirm()


def _write(folder: Path, word: str, number: int) -> None:
    """Append a line, whole or not at all however many processes do so."""
    file = os.open(folder / LINES, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    try:
        os.write(file, f"{word} {number} {os.getpid()} {time.time():.3f}\n".encode())
    finally:
        os.close(file)


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the jobs wrote."""

    began: int
    """Attempts."""
    ended: int
    """Different jobs that came to their end."""
    ended_again: int
    """Jobs that came to their end more than once: killed after it, before it was written that they had succeeded."""
    twice_at_once: int
    """Attempts that met a living one at the same job."""


def evidence_in(folder: Path) -> Evidence:
    """Return what the jobs wrote into ``folder``."""
    lines = [line.split() for line in (folder / LINES).read_text(encoding="utf-8").splitlines()]
    words = Counter(line[0] for line in lines)
    ends = Counter(line[1] for line in lines if line[0] == "ended")
    return Evidence(words["began"], len(ends), sum(n > 1 for n in ends.values()), words["twice"])
