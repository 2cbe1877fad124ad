"""How much memory a large source needs: read in parts, as the site does, and by ``foreview import``.

``python -m benchmarks.imports [MEGABYTES]`` prints Markdown (default 2048). Each file is invented, read by a process of its own, and
deleted.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Final

from benchmarks.panels import CHECKOUT
from benchmarks.scale import run_alone
from foreview.readers.imported import SourceOptions
from foreview.readers.reading import read_source_in_parts
from foreview.readers.storing import store_source

MEGABYTES: Final = 2048
GOAL_MEGABYTES: Final = 1024
DAYS: Final = 100
WORDS: Final = "what is said below the video " * 35
FIRST: Final = date(2025, 1, 1)


def main() -> None:
    """Print the section."""
    megabytes = int(sys.argv[1]) if len(sys.argv) > 1 else MEGABYTES
    print(f"Invented files of {megabytes:,} MB, {DAYS} rows a video, each by a process of its own.\n")
    print("| file | rows | by | seconds | peak memory MB |\n|---|---|---|---|---|")
    peaks = []
    for name, says, blocks in FILES:
        with tempfile.TemporaryDirectory(prefix="foreview-imports-") as folder:
            path = Path(folder) / name
            rows = _write(path, megabytes * 2**20, blocks)
            for by, way in WAYS.items():
                found = run_alone([sys.executable, "-m", "benchmarks.imports", way, str(path)], os.environ | _PATH)
                if int(found.printed) != rows:
                    raise SystemExit(f"{name} has {rows} rows, but {found.printed} were read")
                print(f"| {says} | {rows:,} | {by} | {found.seconds:,.0f} | {found.megabytes:,.0f} |", flush=True)
                peaks.append(found.megabytes)
    met = "met" if max(peaks) < GOAL_MEGABYTES else "NOT met"
    print(f"\nThe highest peak is **{max(peaks):,.0f} MB** (goal: under {GOAL_MEGABYTES:,} MB, {met}).")


def read(path: Path) -> None:
    """Read a file in parts and print how many rows it gave."""
    parts = (part.catalogue for part in read_source_in_parts(path))
    print(sum(part.daily.height + part.snapshots.height for part in parts))


def store(path: Path) -> None:
    """Write the catalogue of a file as ``foreview import`` does, and print how many rows it has."""
    stored = store_source(path, None, SourceOptions(), path.parent / "catalogue")
    print(stored.counts["daily"] + stored.counts["snapshots"])


def _days() -> Iterator[str]:
    yield "video_id,published_at,date,views,likes\n"
    days = [FIRST + timedelta(day) for day in range(DAYS)]
    for video in range(10**9):
        yield "".join(f"v{video:07d},{FIRST}T10:00:00Z,{day},{n * 17},{n}\n" for n, day in enumerate(days))


def _days_with_words() -> Iterator[str]:
    yield "video_id,published_at,date,views,likes,title,description\n"
    days = [FIRST + timedelta(day) for day in range(DAYS)]
    for video in range(10**9):
        facts = f"Title number {video},{WORDS}{video}"
        yield "".join(f"v{video:010d},{FIRST}T10:00:00Z,{day},{n * 17},{n},{facts}\n" for n, day in enumerate(days))


def _objects() -> Iterator[str]:
    for video in range(10**9):
        facts = {"id": f"v{video:010d}", "extractor": "youtube", "timestamp": 1735725600, "title": f"Title {video}"}
        start = json.dumps(facts | {"description": f"{WORDS}{video}"})[:-1]
        yield "".join(f'{start}, "epoch": {1735725600 + n * 86400}, "view_count": {n * 17}}}\n' for n in range(DAYS))


FILES: Final[tuple[tuple[str, str, Callable[[], Iterator[str]]], ...]] = (
    ("days.csv", "daily sums as CSV, with title and description in each row", _days_with_words),
    ("counts.csv", "daily sums as CSV, numbers alone", _days),
    ("infos.jsonl", "objects of yt-dlp, one a line", _objects),
)
WAYS: Final = {"read in parts": "read", "`foreview import`": "store"}
_PATH: Final = {"PYTHONPATH": os.pathsep.join(str(CHECKOUT / part) for part in ("", "src"))}


def _write(path: Path, size: int, blocks: Callable[[], Iterator[str]]) -> int:
    """Write whole blocks until the file has its size, and return how many rows they hold."""
    rows = written = 0
    with path.open("w", encoding="utf-8") as file:
        for block in blocks():
            written += file.write(block)
            rows += DAYS if block.count("\n") > 1 else 0
            if written >= size:
                break
    return rows


if __name__ == "__main__":
    if sys.argv[1:2] in (["read"], ["store"]):
        {"read": read, "store": store}[sys.argv[1]](Path(sys.argv[2]))
    else:
        main()
