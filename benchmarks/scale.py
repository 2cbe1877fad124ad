"""Must be shown 6: wall time and peak memory of train and predict through Django and SQLite, 35 daily rows a video.

``python -m benchmarks.scale [N …]`` prints Markdown (default 1000 10000 50000). Each figure is of a process of its own.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from benchmarks.panels import CHECKOUT

SIZES: Final = (1_000, 10_000, 50_000)
SIDE_BY_SIDE: Final = 10_000
GOAL: Final = 20
AS_OF: Final = datetime(2026, 6, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Measured:
    """A finished process: wall time [s], CPU time [s], peak memory [MB] and what it printed."""

    seconds: float
    cpu_seconds: float
    megabytes: float
    printed: str


def main() -> None:
    """Print the section."""
    sizes = [int(argument.replace(",", "")) for argument in sys.argv[1:]] or list(SIZES)
    print("Invented videos with 35 daily rows each, SQLite, two threads; each step is a process of its own.\n")
    print("| videos | step | wall time s | peak memory MB |\n|---|---|---|---|")
    side_by_side = ""
    for size in sizes:
        with tempfile.TemporaryDirectory(prefix="foreview-scale-") as folder:
            path = os.pathsep.join(str(CHECKOUT / part) for part in ("", "src", "backend"))
            environment = os.environ | {"FOREVIEW_DATA": folder, "PYTHONPATH": path}
            environment.pop("DATABASE_URL", None)
            manage = [sys.executable, str(CHECKOUT / "backend" / "manage.py")]
            run_alone([*manage, "migrate", "--verbosity", "0"], environment)
            steps = {
                "write to the database": [sys.executable, "-m", "benchmarks.scale_steps", "write", str(size)],
                "train": [*manage, "train_models", "--as-of", AS_OF.isoformat()],
                "predict": [*manage, "predict_videos", "--as-of", AS_OF.isoformat()],
            }
            for step, command in steps.items():
                found = run_alone(command, environment)
                print(f"| {size:,} | {step} | {found.seconds:,.1f} | {found.megabytes:,.0f} |", flush=True)
            if size == SIDE_BY_SIDE:
                found = run_alone([sys.executable, "-m", "benchmarks.scale_steps", "table"], environment)
                side_by_side = _side_by_side(json.loads(found.printed.splitlines()[-1]))
    print(side_by_side)


def run_alone(command: Sequence[str], environment: Mapping[str, str], folder: Path = CHECKOUT) -> Measured:
    """Run a command in ``folder`` as a process of its own and measure it; end where it fails."""
    with tempfile.TemporaryFile("w+") as output:
        started = time.perf_counter()
        process = subprocess.Popen(command, cwd=folder, env=dict(environment), stdout=output)
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - started
        process.returncode = os.waitstatus_to_exitcode(status)
        output.seek(0)
        printed = output.read()
    if process.returncode:
        raise SystemExit(f"{' '.join(command)} ended with {process.returncode}\n{printed}")
    return Measured(seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, printed)


def _side_by_side(found: Mapping[str, float]) -> str:
    whole, sample = found["whole_s"], found["sample_s"] * found["videos"] / found["sample_videos"]
    met = "met" if sample >= GOAL * whole else "NOT met"
    in_proportion = f"| the same for all {found['videos']:,}, in proportion | {sample:,.0f} |\n"
    if found["sample_videos"] == found["videos"]:
        in_proportion = ""
    read = found["read_one_by_one_s"] / found["read_whole_s"]
    return f"""
**The training table of {found["videos"]:,} videos ({found["rows"]:,} rows), side by side in one run**

| | s |
|---|---|
| set-based: {found["queries_whole"]} queries, the whole table | {whole:,.1f} |
| one video after the other, the same functions: {found["queries_sample"]:,} queries for {found["sample_videos"]:,} videos | {found["sample_s"]:,.1f} |
{in_proportion}| reading alone, set-based, as a catalogue | {found["read_whole_s"]:,.1f} |
| reading alone, one query a video (its daily rows as model instances), no features, no labels | {found["read_one_by_one_s"]:,.1f} |

The table is built **{sample / whole:,.0f} ×** as fast as video by video (goal: at least {GOAL} ×, {met}); both give the same rows, but that a
video alone has no channel history. Of the reading alone the factor is {read:.1f}."""


if __name__ == "__main__":
    Path(CHECKOUT / "build").mkdir(exist_ok=True)
    main()
