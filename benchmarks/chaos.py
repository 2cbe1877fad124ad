"""kill -9 at random instants of importing, training, publishing, promoting, forecasting into the ledger and maturing labels: what is left.

Two processes at a time work on one database, SQLite or the PostgreSQL of ``DATABASE_URL``, and are killed together but not at once. The next
two first check everything: hashes of every release, the log of promotions, the whole chain of the ledger, that each forecast shown is in it.

``python -m benchmarks.chaos [KILLS] [SEED]``; ``make chaos``.
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

CHECKOUT = Path(__file__).resolve().parents[1]
AT_ONCE = 2
LONGEST = 2.0
"""Seconds of work before the kill, at most."""


@dataclass
class Outcome:
    """What the kills hit, what was found after each of them, and what was not sound."""

    killed_in: Counter[str] = field(default_factory=Counter)
    found: list[dict[str, Any]] = field(default_factory=list)
    corrupt: list[str] = field(default_factory=list)


def chaos(kills: int, seed: int, folder: Path) -> Outcome:
    """Kill ``kills`` processes (an even number) at random instants and return what came of it; ``folder`` is empty."""
    draws, outcome = random.Random(seed), Outcome()
    environment = {"DATABASE_URL": f"sqlite:///{folder}/chaos.sqlite3", **os.environ, "FOREVIEW_DATA": str(folder)}
    environment |= {"PYTHONPATH": f"{CHECKOUT}:{CHECKOUT / 'backend'}", "DJANGO_SETTINGS_MODULE": "config.settings"}
    manage = [sys.executable, str(CHECKOUT / "backend" / "manage.py"), "migrate", "--verbosity", "0"]
    subprocess.run(manage, check=True, env=environment)
    _started(0, environment, outcome, go=False)  # sets up
    for round_ in range(kills // AT_ONCE):
        children = [_started(round_ * AT_ONCE + n, environment, outcome) for n in range(AT_ONCE)]
        for child in children:
            _say(child)
        for child in children:
            time.sleep(draws.uniform(0, LONGEST))
            child.kill()
            outcome.killed_in[_working_on(child)] += 1
    _started(0, environment, outcome, go=False)
    return outcome


def _started(seed: int, environment: dict[str, str], outcome: Outcome, *, go: bool = True) -> subprocess.Popen[str]:
    """Return a process that has checked what there is and waits for the word, or, where there is nothing to do, has ended."""
    child = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.chaos_child", str(seed)],
        stdin=subprocess.PIPE if go else subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=CHECKOUT,
        env=environment,
    )
    assert child.stdout is not None
    said = child.stdout.readline()
    if said.startswith("ready "):
        outcome.found.append(json.loads(said.removeprefix("ready ")))
    else:
        assert child.stderr is not None
        outcome.corrupt.append(child.stderr.read()[-2000:])
    if not go:
        child.communicate()
    return child


def _say(child: subprocess.Popen[str]) -> None:
    assert child.stdin is not None
    try:
        child.stdin.write("go\n")
        child.stdin.flush()
    except BrokenPipeError:
        pass  # it found something that is not sound, and ended


def _working_on(child: subprocess.Popen[str]) -> str:
    """Return in what a killed process was."""
    said = child.communicate()[0].split("\n")
    last = [line for line in said if line.startswith(("begins ", "done "))][-1:]
    if not last:
        return "nothing yet"
    verb, name = last[0].split(" ")
    return name if verb == "begins" else f"after {name}"


def main() -> int:
    """Print what was found as Markdown; 1 where something was not sound."""
    kills, seed = (int(given) for given in (*sys.argv[1:], *("100", "0")[len(sys.argv) - 1 :]))
    with tempfile.TemporaryDirectory(prefix="foreview-chaos-") as folder:
        outcome = chaos(kills, seed, Path(folder))
        drafts = len(list(Path(folder).glob("releases/.*.partial")))
    database = "PostgreSQL" if os.environ.get("DATABASE_URL", "").startswith("postgres") else "SQLite"
    checks = len(outcome.found) + len(outcome.corrupt)
    print(
        f"{sum(outcome.killed_in.values())} processes, {AT_ONCE} at a time on one {database} database, were killed with kill -9 up to "
        f"{LONGEST:g} s after they\nbegan to work. After each pair the next one checked every hash, the log and the whole ledger: "
        f"**{len(outcome.corrupt)} corrupt states** in {checks} checks.\n"
    )
    if outcome.found:
        last = outcome.found[-1]
        print(
            f"It ended with {last['rows']:,} rows in the ledger, {last['promotions']:,} promotions, {last['releases']:,} releases and {drafts} drafts that "
            "no one sees.\n"
        )
    print("| killed in | times |\n|---|---|")
    for name, times in sorted(outcome.killed_in.items()):
        print(f"| {name} | {times} |")
    for said in outcome.corrupt:
        print(f"\n```\n{said}\n```")
    return int(bool(outcome.corrupt))


if __name__ == "__main__":
    sys.exit(main())
