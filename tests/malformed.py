"""Some two hundred files that are no good, made from small seeds: cut off, in the wrong encoding, shuffled, bombs, formulas.

Each must end in an error that says what is wrong, or in refused rows with their reasons; :data:`Malformed.outcome` says in which.
"""

from __future__ import annotations

import csv
import io
import json
import random
import struct
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, Literal, TypeAlias

import polars as pl

from foreview.readers.kinds import SourceKind

Outcome: TypeAlias = Literal["error", "refused", "told"]
"""``error``: the source as a whole; ``refused``: at least one row; ``told``: nothing is refused, but a note says what is odd."""

SEEDS: Final = range(6)
GOOD: Final[dict[SourceKind, str]] = {
    "studio": (
        "Content,Video title,Video publish time,Duration,Views,Likes,Estimated revenue (USD)\n"
        "Total,,,,60,6,0.6\n"
        'AAAAAAAAAAA,One,"May 8, 2020",45,10,1,0.1\n'
        'BBBBBBBBBBB,"Two, the second","May 9, 2020",600,20,2,0.2\n'
        'CCCCCCCCCCC,Drei – für dich,"May 10, 2020",61,30,3,0.3\n'
    ),
    "tiktok": (
        "Video title,Video link,Post time,Total likes,Total comments,Total shares,Total views\n"
        "One,https://www.tiktok.com/@me/video/7412345678901234501,2026-01-02 19:05:00,12,1,1,100\n"
        "Two,https://www.tiktok.com/@me/video/7412345678901234502,2026-01-03 19:05:00,13,1,1,200\n"
    ),
    "instagram": (
        "Post ID,Account ID,Description,Duration (sec),Publish time,Permalink,Post type,Date,Views,Reach,Likes,Shares,Comments,Saves\n"
        "1801,17,One,44,01/03/2026 08:31,https://www.instagram.com/reel/a/,IG reel,Lifetime,100,90,6,8,5,2\n"
        "1802,17,Two,30,01/04/2026 08:31,https://www.instagram.com/reel/b/,IG reel,Lifetime,200,90,6,8,5,2\n"
    ),
    "trending": (
        "video_id,title,publishedAt,channelId,trending_date,view_count,likes,comment_count\n"
        "AAAAAAAAAAA,One,2026-01-01T19:20:14Z,UC1,2026-01-03,100,10,1\n"
        "BBBBBBBBBBB,Two,2026-01-01T19:20:14Z,UC1,2026-01-03,200,20,2\n"
    ),
    "snapshots": (
        "video_id,title,published_at,observed_at,views,likes\n"
        "a,One,2026-01-01T00:00:00Z,2026-01-02T00:00:00Z,10,1\n"
        "b,Two,2026-01-01T00:00:00Z,2026-01-02T00:00:00Z,20,2\n"
    ),
    "daily": (
        "video_id,title,published_at,date,views,revenue_usd\n"
        "a,One,2026-01-01T00:00:00Z,2026-01-01,10,0.1\n"
        "b,Two,2026-01-01T00:00:00Z,2026-01-01,20,0.2\n"
    ),
}
"""A good table of each kind that is one."""
VIEWS: Final[dict[SourceKind, str]] = {
    "tiktok": "Total views",
    "trending": "view_count",
    "snapshots": "views",
    "daily": "views",
}
INFO: Final[dict[str, object]] = {
    "id": "a",
    "extractor": "youtube",
    "timestamp": 1767225600,
    "epoch": 1767312000,
    "view_count": 10,
}


@dataclass(frozen=True, slots=True)
class Malformed:
    """A file that is no good: its name, its bytes, the kind it claims to be, and how it ends."""

    name: str
    content: bytes
    kind: SourceKind
    outcome: Outcome

    def write(self, folder: Path) -> Path:
        """Write it into a folder of its own below ``folder`` and return its path."""
        path = folder / self.name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(self.content)
        return path


def malformed() -> list[Malformed]:
    """Return all of them; the same each time."""
    return [
        *_whole_files(),
        *_cells(),
        *_truncated(),
        *_shuffled(),
        *_archives(),
        *_objects(),
        *_downloads(),
        *_parquet(),
    ]


def _whole_files() -> Iterator[Malformed]:
    """Yield tables that no reader can take for one."""
    ways: dict[str, Callable[[str], bytes]] = {
        "empty": lambda _: b"",
        "blank": lambda _: b"\n \n,,\n",
        "random-bytes": lambda text: random.Random(text).randbytes(3000),
        "png": lambda _: b"\x89PNG\r\n\x1a\n" + b"\0" * 64,
        "utf16-without-mark": lambda text: text.encode("utf-16-le"),
        "utf16-cut-within-a-unit": lambda text: text.encode("utf-16")[:-1],
        "utf32": lambda text: text.encode("utf-32"),
        "utf8-cut-within-a-character": lambda text: (text + "🎬").encode()[:-2],
        "nul-in-the-header": lambda text: text.replace(",", "\0,", 1).encode(),
        "one-endless-line": lambda text: text.replace("\n", " ").encode() * 9000,
        "one-huge-field": lambda text: text.encode() + b'"' + b"x" * 200_000 + b'"',
        "quote-never-closed": lambda text: (text + 'x,"' + text.replace('"', "")).encode(),
        "two-thousand-columns": lambda text: (
            ",".join(f"column {n}" for n in range(2000)).encode() + b"\n" + text.encode()
        ),
        "no-names": lambda text: b",,,,\n1,2,3,4,5\n",
        "other-names": lambda text: b"colour,size,weight\nred,1,2\n",
        "rows-without-header": lambda text: text.partition("\n")[2].encode(),
        "html": lambda _: b"<!doctype html><html><body>Sign in to continue</body></html>\n",
        "json": lambda _: b'{"error": "not found", "code": 404}\n',
        "separated-by-pipes": lambda text: text.replace(",", "|").encode(),
        "header-twice-encoded": lambda text: text.replace("i", "Ã¯").replace("e", "Ã©").encode(),
    }
    for kind, text in GOOD.items():
        for way, broken in ways.items():
            yield Malformed(f"{kind}-{way}/table.csv", broken(text), kind, "error")


def _cells() -> Iterator[Malformed]:
    """Yield tables of which one number is none."""
    cells = {
        "formula": "=1+1",
        "formula-of-a-command": "=cmd|'/C calc'!A0",
        "formula-with-at": "@SUM(A1:A9)",
        "nan-spelt-out": "not a number",
        "infinity": "inf",
        "minus-infinity": "-Infinity",
        "beyond-floats": "1e999",
        "four-hundred-digits": "9" * 400,
        "negative": "-5",
        "hexadecimal": "0x1F",
        "two-points": "1.2.3",
        "thousandths": "1.234",
        "words": "twelve",
        "percent": "12%",
        "nul": "1\0",
        "other-digits": "١٢٣",
        "sum-of-words": "1 + 1",
    }
    for kind, views in VIEWS.items():
        header, first, *rest = GOOD[kind].splitlines()
        at = header.split(",").index(views)
        for way, cell in cells.items():
            fields = first.split(",")
            fields[at] = cell
            text = "\n".join([header, ",".join(fields), *rest, ""])
            yield Malformed(f"{kind}-{way}/table.csv", text.encode(), kind, "refused")


def _truncated() -> Iterator[Malformed]:
    """Yield tables cut off anywhere; a cut within the last number of a row only a note can tell."""
    for kind, text in GOOD.items():
        body = text.index("\n") + 1
        for seed in SEEDS:
            cut = random.Random(f"{kind}{seed}").randrange(body + 3, len(text) - 1)
            content = text[:cut].rstrip("\n")
            within_quotes = content.count('"') % 2 == 1
            name = f"{kind}-cut-at-{cut}-{seed}/table.csv"
            yield Malformed(name, content.encode(), kind, "error" if within_quotes else "told")


def _shuffled() -> Iterator[Malformed]:
    """Yield tables whose cells stand under other headers than their own."""
    for kind, text in GOOD.items():
        header, *lines = text.splitlines()
        width = header.count(",") + 1
        for by in sorted({1, 2, width - 1}):
            moved = [_rotated(line, by) for line in lines]
            yield Malformed(
                f"{kind}-cells-moved-by-{by}/table.csv", "\n".join([header, *moved, ""]).encode(), kind, "refused"
            )
        short = "\n".join([header, *(line.rpartition(",")[0] for line in lines), ""])
        long = "\n".join([header, *(line + ",9" for line in lines), ""])
        yield Malformed(f"{kind}-rows-too-short/table.csv", short.encode(), kind, "refused")
        yield Malformed(f"{kind}-rows-too-long/table.csv", long.encode(), kind, "refused")
        days_first = text.replace("2026-01-01", "02/01/2026").replace("May ", "05/").replace("01/0", "13/0", 1)
        days_first = days_first.replace("2026-01-03", "03/01/2026").replace("2026-01-02", "02/01/2026")
        yield Malformed(
            f"{kind}-day-and-month-unclear/table.csv",
            days_first.encode(),
            kind,
            "error" if kind == "instagram" else "refused",
        )


def _rotated(line: str, by: int) -> str:
    cells = next(csv.reader([line]))
    out = io.StringIO()
    csv.writer(out, lineterminator="").writerow([*cells[by:], *cells[:by]])
    return out.getvalue()


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
    for way, listed in {"null": None, "text": "no list", "object": {}}.items():
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
        document = {"Video": {"Videos": {"VideoList": [entry, bad]}}}
        yield Malformed(f"tiktok-entry-{way}/user_data.json", json.dumps(document).encode(), "tiktok", "refused")


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
