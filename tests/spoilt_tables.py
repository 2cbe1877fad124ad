"""Tables of each kind, good and spoilt: what :mod:`tests.malformed` has of delimited text."""

from __future__ import annotations

import csv
import io
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal, TypeAlias

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


def spoilt_tables() -> Iterator[Malformed]:
    """Yield them all; the same each time."""
    yield from _whole_files()
    yield from _cells()
    yield from _truncated()
    yield from _shuffled()


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
