"""Renew ``docs/explanation/measurements.md``: all sections, or those named.

``python -m benchmarks.measure SECTION …``; ``make measure``. What stands after ``--`` is handed to the one section before it. Each section says when and on which machine
it was measured; a section that fails or whose data is absent keeps its last figures.
"""

from __future__ import annotations

import os
import platform
import re
import subprocess
import sys
import time
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Final

CHECKOUT: Final = Path(__file__).resolve().parents[1]
PAGE: Final = CHECKOUT / "docs" / "explanation" / "measurements.md"
SECTIONS: Final[dict[str, tuple[str, ...]]] = {
    "reference": ("The reference table, reproduced without a catalogue", "benchmarks.youku_reference"),
    "youku": ("Youku: ordinary uploads, no embargo possible", "benchmarks.youku"),
    "trending": ("Trending: calendar cut-offs and the full embargo", "benchmarks.trending"),
    "first_seen": ("Trending: from the first sight to 7 days", "benchmarks.first_seen"),
    "opponents": ("Beside a tuned XGBoost and AutoGluon: Youku", "benchmarks.opponents", "A1", "A2", "A3", "A4"),
    "opponents_trending": ("Beside a tuned XGBoost and AutoGluon: trending", "benchmarks.opponents", "A5"),
    "order": ("A million forecasts: no contradiction", "benchmarks.order"),
    "leaks": ("The leakage audit on planted leaks", "benchmarks.leaks"),
    "scale": ("Time and memory", "benchmarks.scale"),
    "imports": ("A source larger than the memory it may take", "benchmarks.imports"),
    "jobs": ("Jobs whose workers are killed", "benchmarks.jobs"),
    "at_publication": ("What was tried at publication", "benchmarks.at_publication"),
    "young": ("What was tried in the first two days", "benchmarks.young"),
    "spreads": ("What was tried to make intervals sharper", "benchmarks.spreads"),
    "coverages": ("What was tried to bring coverage nearer", "benchmarks.coverages"),
    "words": ("What words tell", "benchmarks.words"),
    "drift": ("When the world changes: as released and adapted", "benchmarks.drift"),
    "adapted": ("Trending: as released and adapted", "benchmarks.adapted"),
    "experiments": ("Two releases compared: errors of the decision and power", "benchmarks.experiments"),
    "drift_alarms": ("Drift: false alarms, and what is found", "benchmarks.drift_alarms"),
    "redefined": ("A redefinition that nobody declared: when it is suggested", "benchmarks.redefined"),
    "expected_loss": ("The loss before labels mature", "benchmarks.expected_loss"),
    "revenue": ("Revenue with zeros", "benchmarks.revenue"),
    "small": ("Channels with few videos", "benchmarks.small"),
    "portfolio": ("Totals of a month, and early warnings", "benchmarks.portfolio"),
    "tuning": ("Tuning: what it costs and what it is worth", "benchmarks.tuning"),
    "recomputed": ("A thousand stored forecasts, made again", "benchmarks.recomputed"),
    "chaos": ("Killed a hundred times", "benchmarks.chaos"),
    "api": ("The API: response times and queries", "benchmarks.api"),
    "losses": ("Which loss", "benchmarks.losses"),
    "prior": ("What the documented prior is rounded from", "benchmarks.prior"),
    "pages": ("Pages with ten thousand videos", "benchmarks.pages"),
    "pages_many": ("The list of videos and Today with a hundred thousand", "benchmarks.pages_many"),
}
"""The heading of each, the module that prints it, and what that module is told."""
HEAD: Final = """# Measurements

Written by `make measure` (a section alone: `python -m benchmarks.measure scale`), never by hand. The panels are read from beside the
checkout and are not part of it. Every method is re-implemented and run on the same rows; figures printed elsewhere are only shown beside.
"""


def main() -> int:
    """Run the sections asked for, one process each, and write the page; 1 where one failed."""
    at = sys.argv.index("--") if "--" in sys.argv else len(sys.argv)
    wanted, arguments = sys.argv[1:at] or list(SECTIONS), sys.argv[at + 1 :]
    if unknown := set(wanted) - set(SECTIONS):
        print(f"sections are {', '.join(SECTIONS)}; found {', '.join(sorted(unknown))}", file=sys.stderr)
        return 2
    if arguments and len(wanted) != 1:
        print("what stands after -- is for one section", file=sys.stderr)
        return 2
    failed = 0
    for name in wanted:
        print(f"measuring {name} …", file=sys.stderr, flush=True)
        started = time.perf_counter()
        done = subprocess.run(
            [sys.executable, "-m", *SECTIONS[name][1:], *arguments],
            cwd=CHECKOUT,
            stdout=subprocess.PIPE,
            text=True,
            check=False,
        )
        if done.returncode or done.stdout.startswith("skipped"):
            print(f"{name}: kept as it was. {done.stdout.strip()[:200]}", file=sys.stderr)
            failed += done.returncode != 0
        else:
            _write_section(name, f"{_where_and_when(time.perf_counter() - started)}\n\n{done.stdout.strip()}")
    return int(failed > 0)


def _write_section(name: str, content: str) -> None:
    """Replace one section of the page, in the order of :data:`SECTIONS`, and leave the others."""
    old = PAGE.read_text(encoding="utf-8") if PAGE.exists() else ""
    known = dict(re.findall(r"<!-- (\w+) -->\n(.*?)\n<!-- end -->", old, re.DOTALL))
    known[name] = f"## {SECTIONS[name][0]}\n\n{content}"
    parts = [f"<!-- {section} -->\n{known[section]}\n<!-- end -->" for section in SECTIONS if section in known]
    draft = PAGE.with_suffix(".partial")
    draft.write_text("\n".join([HEAD, "\n\n".join(parts), ""]), encoding="utf-8")
    draft.replace(PAGE)


def _where_and_when(seconds: float) -> str:
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    packages = ", ".join(f"{name} {version(name)}" for name in ("numpy", "polars", "scikit-learn", "xgboost-cpu"))
    return (
        f"*{datetime.now(UTC):%Y-%m-%d}, {_processor()}, {os.cpu_count()} cores, {memory:.0f} GB, Python {platform.python_version()}, "
        f"{packages}; took {seconds:,.0f} s.*"
    )


def _processor() -> str:
    facts = Path("/proc/cpuinfo")
    if facts.exists() and (found := re.search(r"model name\s*: (.+)", facts.read_text(encoding="utf-8"))):
        return found.group(1)
    return platform.processor() or platform.machine()


if __name__ == "__main__":
    sys.exit(main())
