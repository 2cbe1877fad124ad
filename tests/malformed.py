"""Some four hundred files that are no good, made from small seeds: cut off, in the wrong encoding, shuffled, bombs, formulas.

Each must end in an error that says what is wrong, or in refused rows with their reasons; :data:`Malformed.outcome` says in which.
"""

from __future__ import annotations

import io
import json
import struct
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, Final

import polars as pl

from tests.spoilt_tables import GOOD, Malformed, Outcome, spoilt_tables

__all__ = ["GOOD", "Malformed", "Outcome", "malformed"]

INFO: Final[dict[str, object]] = {
    "id": "a",
    "extractor": "youtube",
    "timestamp": 1767225600,
    "epoch": 1767312000,
    "view_count": 10,
}


def malformed() -> list[Malformed]:
    """Return all of them; the same each time."""
    return [
        *spoilt_tables(),
        *_archives(),
        *_objects(),
        *_downloads(),
        *_parquet(),
    ]


def _zip(files: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0)), content, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def _archives() -> Iterator[Malformed]:
    """Yield zip files that are damaged, bombs, or point outside of themselves."""
    table = GOOD["studio"].encode()
    good = _zip({"Table data.csv": table})
    encrypted = bytearray(good)
    for signature, offset in ((b"PK\3\4", 6), (b"PK\1\2", 8)):
        encrypted[encrypted.index(signature) + offset] |= 1
    method = bytearray(good)
    for signature, offset in ((b"PK\3\4", 8), (b"PK\1\2", 10)):
        at = method.index(signature) + offset
        method[at : at + 2] = struct.pack("<H", 99)
    broken = bytearray(good)
    broken[45:60] = bytes(15)
    archives = {
        "no-zip": b"no zip",
        "empty": b"",
        "no-members": _zip({}),
        "cut": good[: len(good) // 2],
        "cut-at-the-end": good[:-5],
        "encrypted": bytes(encrypted),
        "unknown-method": bytes(method),
        "broken-data": bytes(broken),
        "bomb": _zip({"Table data.csv": table + b"\n" * 30_000_000}),
        "bomb-beside": _zip({"Table data.csv": table, "Totals.csv": b"0" * 30_000_000}),
        "slip": _zip({"../../Table data.csv": table}),
        "slip-of-windows": _zip({"..\\..\\Table data.csv": table}),
        "slip-absolute": _zip({"/etc/Table data.csv": table}),
        "slip-drive": _zip({"C:\\Table data.csv": table}),
        "slip-beside": _zip({"Table data.csv": table, "../x.txt": b""}),
        "many-members": _zip({f"{n}.csv": b"" for n in range(1001)}),
        "zip-within": _zip({"Table data.zip": good}),
        "other-files": _zip({"readme.txt": b"nothing"}),
        "two-no-good": _zip({"Table data.csv": b"", "Totals.csv": table}),
    }
    for way, content in archives.items():
        yield Malformed(f"studio-zip-{way}/Content.zip", content, "studio", "error")
        yield Malformed(f"tiktok-zip-{way}/TikTok_Data.zip", content, "tiktok", "error")


def _objects() -> Iterator[Malformed]:
    """Yield objects of yt-dlp of which something is no good, alone and on a line between good ones."""
    good = json.dumps(INFO)
    broken: dict[str, bytes] = {
        "cut": good[:-10].encode(),
        "nested-deeply": b"[" * 100_000,
        "nested-deeply-inside": good[:-1].encode() + b', "x": ' + b'{"a":' * 100_000,
        "latin-1": json.dumps({**INFO, "title": "é"}, ensure_ascii=False).encode("latin-1"),
        "html": b"<html>",
        "list": b"[]",
        "number": b"1",
        "null": b"null",
    }
    changes: dict[str, dict[str, object]] = {
        "count-negative": {"view_count": -1},
        "count-nan": {"view_count": float("nan")},
        "count-infinite": {"view_count": float("inf")},
        "count-beyond-tables": {"view_count": 10**30},
        "count-as-text": {"view_count": "=1+1"},
        "count-as-truth": {"view_count": True},
        "count-as-list": {"like_count": [1]},
        "id-missing": {"id": None},
        "id-a-number": {"id": 17},
        "time-beyond-calendars": {"timestamp": 10**15},
        "time-as-text": {"timestamp": "yesterday"},
        "read-before-published": {"epoch": 1},
        "read-never": {"epoch": None},
        "title-a-number": {"title": 5},
        "tags-of-numbers": {"tags": [1, 2]},
        "playlist": {"_type": "playlist"},
        "upcoming": {"live_status": "is_upcoming"},
        "length-negative": {"duration": -3},
    }
    broken |= {way: json.dumps(INFO | change).encode() for way, change in changes.items()}
    broken["count-of-many-digits"] = good.replace("10}", "9" * 5000 + "}").encode()
    for way, content in broken.items():
        yield Malformed(f"ytdlp-{way}/a.info.json", content, "ytdlp", "refused")
        lines = b"\n".join([good.encode(), content, good.encode(), b""])
        yield Malformed(f"ytdlp-lines-{way}/a.jsonl", lines, "ytdlp", "refused")


def _downloads() -> Iterator[Malformed]:
    """Yield "Download your data" files of TikTok that are none, or whose entries are."""
    entry = {"Date": "2026-01-02 19:05:00", "Link": "https://www.tiktokv.com/share/video/7412345678901234567/"}
    whole = {
        "cut": b'{"Video": {"Videos": {"VideoList": [',
        "nested": b'{"Video":' * 100_000,
        "empty": b"",
        "list": b"[]",
    }
    for way, content in whole.items():
        yield Malformed(f"tiktok-data-{way}/user_data.json", content, "tiktok", "error")
    no_lists: dict[str, object] = {"null": None, "text": "no list", "object": {}}
    for way, listed in no_lists.items():
        document = {"Video": {"Videos": {"VideoList": listed}}}
        yield Malformed(f"tiktok-list-{way}/user_data.json", json.dumps(document).encode(), "tiktok", "error")
    entries: dict[str, object] = {
        "no-object": 5,
        "no-link": {"Date": entry["Date"]},
        "link-elsewhere": entry | {"Link": "https://cdn.invalid/7412345678901234567"},
        "no-date": {"Link": entry["Link"]},
        "date-unclear": entry | {"Date": "02/01/2026"},
        "date-a-number": entry | {"Date": 17},
    }
    for way, bad in entries.items():
        content = json.dumps({"Video": {"Videos": {"VideoList": [entry, bad]}}}).encode()
        yield Malformed(f"tiktok-entry-{way}/user_data.json", content, "tiktok", "refused")


def _parquet() -> Iterator[Malformed]:
    """Yield Parquet files that are none, or whose columns hold something else."""
    at = datetime(2026, 1, 2, tzinfo=UTC)
    good: dict[str, list[Any]] = {"video_id": ["a"], "published_at": [at], "observed_at": [at], "views": [5.0]}
    whole = _as_parquet(good)
    broken = {"no-parquet": b"no parquet", "empty": b"", "cut": whole[: len(whole) // 2], "marks-alone": b"PAR1PAR1"}
    for way, content in broken.items():
        yield Malformed(f"snapshots-parquet-{way}/table.parquet", content, "snapshots", "error")
    yield Malformed("snapshots-parquet-other/table.parquet", _as_parquet({"colour": [1]}), "snapshots", "error")
    values: dict[str, dict[str, list[Any]]] = {
        "views-nan": {"views": [float("nan")]},
        "views-infinite": {"views": [float("inf")]},
        "views-negative": {"views": [-1]},
        "views-lists": {"views": [[1, 2]]},
        "views-structs": {"views": [{"a": 1}]},
        "views-bytes": {"views": [b"12"]},
        "views-times": {"views": [at]},
        "views-words": {"views": ["many"]},
        "times-words": {"observed_at": ["soon"]},
        "times-truths": {"observed_at": [True]},
        "times-lists": {"published_at": [[at]]},
        "ids-missing": {"video_id": [None]},
        "ids-structs": {"video_id": [{"a": 1}]},
    }
    for way, changed in values.items():
        yield Malformed(f"snapshots-parquet-{way}/table.parquet", _as_parquet(good | changed), "snapshots", "refused")


def _as_parquet(columns: dict[str, list[Any]]) -> bytes:
    out = io.BytesIO()
    pl.DataFrame(columns, strict=False).write_parquet(out)
    return out.getvalue()
