"""Files that no import can take as they are: cut off, shuffled, of a wrong encoding, with formulas, and of a size that is a trap."""

from __future__ import annotations

import gzip
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path

DAILY = "video_id,published_at,channel_id,date,views,revenue_usd\na1,2026-01-01T08:00:00Z,UC1,2026-01-02,10,0.5\n"
SNAPSHOTS = "video_id,published_at,channel_id,observed_at,views\na1,2026-01-01T08:00:00Z,UC1,2026-01-02T08:00:00Z,10\n"
STUDIO = "Content,Video title,Video publish time,Views\na1,Ten tomatoes,May 8 2020,10\n"
INFO = json.dumps({"id": "a1", "title": "Ten tomatoes", "timestamp": 1767254400, "epoch": 1767340800, "view_count": 10})
CELLS = ("", "nonsense", "=1+1", "@SUM(A1)", "-1", "1e400", "NaN", "2026-13-45", "\x00", "9" * 400, "05/08/2020", "ten")


def malformed_files(folder: Path) -> list[Path]:
    """Return the files, written into ``folder``."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for number, (suffix, content) in enumerate(_contents()):
        paths.append(folder / f"{number:03}{suffix}")
        paths[-1].write_bytes(content)
    return paths


def _contents() -> Iterator[tuple[str, bytes]]:
    for text in (DAILY, SNAPSHOTS, STUDIO):
        heading, row = text.encode().splitlines()
        yield from ((".csv", heading[:cut]) for cut in range(0, len(heading), 5))  # cut off within the heading
        yield from (
            (".csv", content) for content in (row, row + b"\n" + heading, heading + b"\n", b"\n".join([heading] * 3))
        )
        yield from ((".csv", content) for content in _encodings(text))
        yield from ((".csv", content) for content in _cells(text))
    yield from ((".info.json", INFO.encode()[:cut]) for cut in range(0, len(INFO), 3))
    yield from (
        (".json", content)
        for content in (b"[]", b"null", b"[" * 50_000, b'{"id": 1}', b"\xff", b"1e999", b'{"id": "a1"}')
    )
    yield from ((".parquet", content) for content in (b"", b"PAR1", b"PAR1" + bytes(50) + b"PAR1", DAILY.encode()))
    yield ".zip", gzip.compress(bytes(10**6))
    yield ".csv", _bomb()
    yield ".csv", b'video_id,published_at,date,views\n"' + b"x" * 10**6
    yield ".csv", b"," * 10**5
    yield ".pdf", b"%PDF-1.7 views date observed_at"


def _encodings(text: str) -> Iterator[bytes]:
    yield text.encode("utf-32")
    yield text.encode("utf-16-be")  # without its mark
    yield text.encode("cp037")
    yield gzip.compress(text.encode())
    yield text.encode().replace(b",", b"\x00")
    yield text.encode().replace(b",", b"|")
    yield bytes(range(256)) * 20


def _cells(text: str) -> Iterator[bytes]:
    """Yield the table with its one row spoilt in each column."""
    heading, row = text.splitlines()
    names, cells = heading.split(","), row.split(",")
    for wanted in ("published_at", "date", "observed_at", "views", "Video publish time", "Views"):
        if wanted in names:
            at = names.index(wanted)
            yield from (f"{heading}\n{','.join([*cells[:at], cell, *cells[at + 1 :]])}\n".encode() for cell in CELLS)


def _bomb() -> bytes:
    from io import BytesIO

    packed = BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("Table data.csv", bytes(50 * 10**6))
    return packed.getvalue()
