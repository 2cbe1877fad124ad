"""Must be shown 4: two workers, killed at random with kill -9, never run a job twice at once and lose none; on SQLite and PostgreSQL.

``python -m benchmarks.jobs [JOBS]`` prints Markdown (default 1000). The jobs themselves leave the evidence, see ``benchmarks.jobs_evidence``.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit
from uuid import uuid4

CHECKOUT: Final = Path(__file__).resolve().parents[1]
JOBS: Final = 1_000
UNHURRIED: Final = 300
SUSPENDED: Final = 5
ROWS: Final = {
    "jobs": "jobs",
    "kills": "workers killed with kill -9",
    "attempts": "attempts",
    "twice_at_once": "**run twice at once** (a lock of the system was held by a living process)",
    "lost": "**lost** (neither succeeded nor failed after 20 attempts)",
    "succeeded": "succeeded",
    "suspended": "workers suspended until another had done their job, then let go on",
    "stale": "**of these, whose late writing took effect**",
    "ended_again": "came to their end again, killed between it and the record of it",
    "seconds": "s until all were done, workers started anew included",
    "enqueue_ms_median": "ms to ask for a job, median",
    "enqueue_ms_p99": "ms to ask for a job, 99 % below",
    "per_second": "jobs a second that do nothing, two workers, nobody killed",
    "wait_ms_median": "ms until an idle worker begins, median (it looks every 0.2 s)",
    "wait_ms_p95": "ms until an idle worker begins, 95 % below",
}
SETTING: Final = """\
Two real workers (`manage.py run_worker`); one of them is killed up to 3 s after it has begun its first job, and started anew, again and
again. Leases are 4 s, jobs take up to 0.3 s, the last of them 9 to 12 s. Each job has two tickets in the queue, so that both workers reach for it
at the same time.
"""
GOAL: Final = "Goal: none twice at once, none lost, nothing written late"
SILENCE: Final = """
A worker gives its signs of life from a thread, every 15 s by default. Beside a training of {0} videos ({1} s) the longest time in which a
thread did not come to run was {2} s; a job is given away after 90 s of silence."""


def main() -> None:
    """Print the section."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else JOBS
    if os.environ.get("DATABASE_URL", "").startswith("postgres"):
        return print(json.dumps(measured(count, UNHURRIED, SUSPENDED)))
    postgres = [sys.executable, "tests/postgres.py", sys.executable, "-m", "benchmarks.jobs", str(count)]
    done = subprocess.run(postgres, cwd=CHECKOUT, stdout=subprocess.PIPE, text=True, check=True)
    found = {"PostgreSQL": json.loads(done.stdout.splitlines()[-1]), "SQLite": measured(count, UNHURRIED, SUSPENDED)}
    print(SETTING)
    print(f"| | {' | '.join(found)} |\n|---|{'---|' * len(found)}")
    for key, words in ROWS.items():
        print(f"| {words} | {' | '.join(_shown(one[key]) for one in found.values())} |")
    print(f"\n{GOAL}: {'met' if all(map(met, found.values())) else 'NOT met'}.")
    command = [sys.executable, "-m", "benchmarks.jobs_silence"]
    silence = subprocess.run(command, cwd=CHECKOUT, stdout=subprocess.PIPE, text=True, check=True).stdout.split()
    return print(SILENCE.format(*silence))


def met(found: dict[str, Any]) -> bool:
    """Return whether no job was run twice at once, none was lost, and nothing was written by who had lost it."""
    return bool(found["twice_at_once"] == found["lost"] == found["stale"] == 0 and found["ended"] >= found["succeeded"])


def measured(jobs: int, unhurried: int = 0, suspended: int = 0) -> dict[str, Any]:
    """Return what ``benchmarks.jobs_run`` finds, on the server of DATABASE_URL or on SQLite, in a database of its own."""
    with place_of_its_own() as environment:
        folder = f"{environment['FOREVIEW_DATA']}/evidence"
        counts = (str(count) for count in (jobs, unhurried, suspended))
        command = [sys.executable, "-m", "benchmarks.jobs_run", *counts, folder]
        done = subprocess.run(command, cwd=CHECKOUT, env=environment, stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{' '.join(command)} ended with {done.returncode}\n{done.stdout}")
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found | {"lost": jobs - found["succeeded"] - found["failed"]}


@contextmanager
def place_of_its_own() -> Iterator[dict[str, str]]:
    """The environment of processes that have an empty database and a folder of their own."""
    with tempfile.TemporaryDirectory(prefix="foreview-jobs-") as folder, _database(Path(folder)) as url:
        yield os.environ | {
            "DATABASE_URL": url,
            "FOREVIEW_DATA": folder,
            "DJANGO_SETTINGS_MODULE": "benchmarks.jobs_settings",
            "PYTHONPATH": os.pathsep.join(str(CHECKOUT / part) for part in ("", "src", "backend")),
        }


@contextmanager
def _database(folder: Path) -> Iterator[str]:
    """An empty database for this alone."""
    server = os.environ.get("DATABASE_URL", "")
    if not server.startswith("postgres"):
        yield f"sqlite:///{folder / 'jobs.sqlite3'}"
        return
    import psycopg

    name = f"foreview_jobs_{uuid4().hex[:12]}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
        try:
            yield urlsplit(server)._replace(path=f"/{name}").geturl()
        finally:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


def _shown(value: Any) -> str:
    return f"{value:,.1f}" if isinstance(value, float) else f"{value:,}"


if __name__ == "__main__":
    main()
