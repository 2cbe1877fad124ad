"""yt-dlp's ``*.info.json``, or ``.jsonl`` with such an object on each line: a video, read at one instant (``epoch``), is one snapshot.

``channel_follower_count`` and subtitles are as of the extraction, not of the publication: they are left out.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final, TypeAlias, cast

import polars as pl

from foreview.errors import SourceError
from foreview.readers.imported import REFUSED_SCHEMA, Imported, SourceOptions
from foreview.readers.observed import FILE, Batches, Observing, whole
from foreview.readers.rows import TypedRows
from foreview.readers.sheet import LINE
from foreview.readers.values import clean
from foreview.tables.schema import SNAPSHOTS, VIDEOS

Info: TypeAlias = Mapping[str, Any]

COUNTERS: Final = {
    "views": "view_count",
    "likes": "like_count",
    "comments": "comment_count",
    "shares": "repost_count",
}
"""Field of the catalogue → field of the file."""

_FACTS: Final = (
    "video_id",
    "published_at",
    "channel_id",
    "title",
    "description",
    "tags",
    "category",
    "language",
    "duration_s",
    "format",
    "platform",
)
LINES: Final = (".jsonl", ".ndjson")
BATCH_OBJECTS: Final = 5_000
LARGEST_OBJECT: Final = 2**26
"""Bytes of one object; with all formats and captions, yt-dlp writes about a hundredth of it."""
LARGEST: Final = 2**53
"""Numbers beyond are no counts: from there on not every whole number is one of a table."""
_SCHEMA: Final = {
    column.name: column.dtype for column in (*VIDEOS, *SNAPSHOTS) if column.name in (*_FACTS, "observed_at", *COUNTERS)
}


class _RefusedFile(Exception):  # noqa: N818  (never leaves this module: it carries one refusal to the list)
    def __init__(self, field: str, value: object, reason: str) -> None:
        self.field, self.value, self.reason = field, None if value is None else clean(str(value)[:200]), reason
        super().__init__(reason)


def read_ytdlp(path: Path, options: SourceOptions | None = None) -> Imported:
    """Return the catalogue of one ``*.info.json``, of all in a folder and the folders below it, or of a ``.jsonl``.

    Several objects of one video are several snapshots; its facts are those that were read first.

    Raises
    ------
    SourceError
        If there is no such file.

    """
    observing, batches = observe_ytdlp(path, options or SourceOptions())
    return whole(observing, batches())


def observe_ytdlp(path: Path, options: SourceOptions) -> tuple[Observing, Batches]:
    """Return what reads the same batch by batch; raises as :func:`read_ytdlp` does, here or there."""
    return Observing(path.name, "snapshots", options), lambda: _batches(path, options)


def is_info(document: object) -> bool:
    """Return whether a JSON document is one of yt-dlp's."""
    return (
        isinstance(document, dict)
        and "id" in document
        and bool({"extractor", "extractor_key", "upload_date"} & set(document))
    )


def first_object(path: Path) -> object:
    """Return what the first line of a ``.jsonl`` that can be read says; null where there is none."""
    for _, _, line in _documents(path):
        try:
            return cast("object", json.loads(line))
        except (ValueError, RecursionError):
            continue
    return None


def _batches(path: Path, options: SourceOptions) -> Iterator[TypedRows]:
    unit = "lines" if path.suffix.lower() in LINES else "files"
    rows: list[dict[str, object]] = []
    refused: list[tuple[str, int | None, str, str | None, str]] = []
    for name, line, data in _documents(path):
        try:
            rows.append({FILE: name, LINE: line} | _row(_loaded(data), options))
        except _RefusedFile as refusal:
            refused.append((name, line, refusal.field, refusal.value, refusal.reason))
        if len(rows) + len(refused) == BATCH_OBJECTS:
            yield _typed(rows, refused, unit)
            rows, refused = [], []
    yield _typed(rows, refused, unit)


def _typed(
    rows: Sequence[dict[str, object]], refused: Sequence[tuple[str, int | None, str, str | None, str]], unit: str
) -> TypedRows:
    table = pl.DataFrame(rows, schema={FILE: pl.String, LINE: pl.Int64, **_SCHEMA, "by_day": pl.Boolean})
    assumed = Counter(
        {
            f"published_at of {{}} {unit} is a day without a time: noon in UTC was taken": table["by_day"].sum(),
            f"{{}} {unit} have no view_count: they give no snapshot": table["views"].null_count(),
        }
    )
    return TypedRows(table.drop("by_day"), pl.DataFrame(refused, schema=REFUSED_SCHEMA, orient="row"), +assumed)


def _documents(path: Path) -> Iterator[tuple[str, int | None, bytes]]:
    """Yield file, line and text of each object."""
    if path.suffix.lower() in LINES and path.is_file():
        with path.open("rb") as file:
            number = 0
            while line := file.readline(LARGEST_OBJECT + 1):
                number += 1
                if len(line) > LARGEST_OBJECT:
                    raise _too_large(f"{path}, line {number}")
                if line.strip():
                    yield path.name, number, line
        return
    files = sorted(path.rglob("*.info.json")) if path.is_dir() else [path]
    if not files:
        raise SourceError("a folder of yt-dlp holds *.info.json", f"{path} has none", "Run yt-dlp --write-info-json")
    for found in files:
        yield str(found.relative_to(path)) if path.is_dir() else found.name, None, _content(found)


def _content(file: Path) -> bytes:
    try:
        if file.stat().st_size > LARGEST_OBJECT:
            raise _too_large(str(file))
        return file.read_bytes()
    except OSError as error:
        raise SourceError(
            "a source is a readable file", f"reading {file} failed: {error.strerror}", "Check it"
        ) from None


def _too_large(where: str) -> SourceError:
    return SourceError(
        f"an object of yt-dlp has at most {LARGEST_OBJECT:,} bytes", f"{where} has more", "It is none of its files"
    )


def _loaded(data: bytes) -> Info:
    try:
        found = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise _RefusedFile("", None, f"not readable as JSON: {error}") from None
    if not isinstance(found, dict):
        raise _RefusedFile("", None, "not an object of yt-dlp")
    if found.get("_type", "video") != "video":
        raise _RefusedFile("_type", found["_type"], "not a video")
    if found.get("live_status") == "is_upcoming":
        raise _RefusedFile("live_status", "is_upcoming", "not published yet")
    return found


def _row(info: Info, options: SourceOptions) -> dict[str, object]:
    published_at, by_day = _published(info)
    observed_at = _instant(info, "epoch") or options.observed_at
    if observed_at is None:
        raise _RefusedFile("epoch", None, "when the counters were read is missing (say it with --observed-at)")
    if observed_at < published_at:
        raise _RefusedFile("epoch", observed_at.isoformat(), f"before the publication ({published_at.isoformat()})")
    return {
        "video_id": _identity(info),
        "published_at": published_at,
        "observed_at": observed_at,
        "by_day": by_day,
        "channel_id": _text(info, "channel_id") or _text(info, "uploader_id") or options.channel_id,
        "title": _text(info, "title"),
        "description": _text(info, "description"),
        "tags": _texts(info, "tags"),
        "category": next(iter(_texts(info, "categories") or ()), None),
        "language": _text(info, "language"),
        "duration_s": _number(info, "duration"),
        "format": _format(info),
        "platform": (_text(info, "extractor_key") or options.platform or "youtube").lower(),
        **{field: _number(info, name) for field, name in COUNTERS.items()},
    }


def _identity(info: Info) -> str:
    if not (found := _text(info, "id")):
        raise _RefusedFile("id", info.get("id"), "id is missing")
    return found


def _published(info: Info) -> tuple[datetime, bool]:
    """Return the publication, and whether only its day is known."""
    for field in ("release_timestamp", "timestamp"):
        if (found := _instant(info, field)) is not None:
            return found, False
    day = info.get("upload_date")
    try:
        return datetime.strptime(str(day), "%Y%m%d").replace(tzinfo=UTC) + timedelta(hours=12), True
    except ValueError:
        raise _RefusedFile("upload_date", day, "neither timestamp nor upload_date says when it was published") from None


def _instant(info: Info, field: str) -> datetime | None:
    seconds = _number(info, field)
    try:
        return None if seconds is None else datetime.fromtimestamp(seconds, tz=UTC)
    except (ValueError, OverflowError, OSError):
        raise _RefusedFile(field, seconds, f"{field} is seconds since 1970") from None


def _number(info: Info, field: str) -> float | None:
    value = info.get(field)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= LARGEST:
        raise _RefusedFile(field, value, f"{field} is a number from 0 to {LARGEST:,}")
    return float(value)


def _text(info: Info, field: str) -> str | None:
    value = info.get(field)
    if value is not None and not isinstance(value, str):
        raise _RefusedFile(field, value, f"{field} is a text")
    return clean(value) if value else None


def _texts(info: Info, field: str) -> Sequence[str] | None:
    value = info.get(field)
    if value is not None and not (isinstance(value, list) and all(isinstance(item, str) for item in value)):
        raise _RefusedFile(field, value, f"{field} is a list of texts")
    return [clean(item) for item in value] if value else None


def _format(info: Info) -> str | None:
    """Return what the platform itself says; otherwise the catalogue derives it."""
    kind = info.get("media_type")
    if kind == "short" or "/shorts/" in str(info.get("original_url", "")):
        return "short"
    return "long" if kind in ("video", "livestream") else None
