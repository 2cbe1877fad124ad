"""yt-dlp's ``*.info.json``: one file is one video, read at one instant (``epoch``): one snapshot.

``channel_follower_count`` and subtitles are as of the extraction, not of the publication: they are left out.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final, TypeAlias

import polars as pl

from foreview.errors import SourceError
from foreview.readers.imported import Imported, SourceOptions, refusals, refused_frame, with_notes
from foreview.tables.catalogue import Catalogue
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
LARGEST: Final = 2**53
"""Numbers beyond are no counts: from there on not every whole number is one of a table."""
_SCHEMA: Final = {
    column.name: column.dtype for column in (*VIDEOS, *SNAPSHOTS) if column.name in (*_FACTS, "observed_at", *COUNTERS)
}


class _RefusedFile(Exception):  # noqa: N818  (never leaves this module: it carries one refusal to the list)
    def __init__(self, field: str, value: object, reason: str) -> None:
        self.field, self.value, self.reason = field, None if value is None else _clean(str(value)[:200]), reason
        super().__init__(reason)


def read_ytdlp(path: Path, options: SourceOptions | None = None) -> Imported:
    """Return the catalogue of one ``*.info.json`` or of all in a folder and the folders below it.

    Several files of one video are several snapshots; its facts are those that were read first.

    Raises
    ------
    SourceError
        If there is no such file.

    """
    options = options or SourceOptions()
    files = sorted(path.rglob("*.info.json")) if path.is_dir() else [path]
    if not files:
        raise SourceError("a folder of yt-dlp holds *.info.json", f"{path} has none", "Run yt-dlp --write-info-json")
    rows, refused = [], [refusals("", [])]
    for file in files:
        name = str(file.relative_to(path)) if path.is_dir() else file.name
        try:
            rows.append(_row(_loaded(file), options))
        except _RefusedFile as refusal:
            refused.append(refusals(name, [(None, refusal.field, refusal.value, refusal.reason)]))
    table = pl.DataFrame(rows, schema={**_SCHEMA, "by_day": pl.Boolean()})
    return Imported(_catalogue(table, options), refused_frame(refused))


def _catalogue(table: pl.DataFrame, options: SourceOptions) -> Catalogue:
    table = table.sort("observed_at", maintain_order=True)
    videos = table.group_by("video_id", maintain_order=True).agg(pl.col(_FACTS[1:]).drop_nulls().first())
    counted = table.filter(pl.col("views").is_not_null())
    snapshots = counted.select("video_id", "observed_at", *COUNTERS)
    notes = []
    if by_day := table.filter("by_day").height:
        notes.append(f"published_at of {by_day} files is a day without a time: noon in UTC was taken")
    if uncounted := table.height - counted.height:
        notes.append(f"{uncounted} files have no view_count: they give no snapshot")
    return with_notes(Catalogue.of(videos, snapshots=snapshots, clock=options.clock()), notes)


def _loaded(file: Path) -> Info:
    try:
        found = json.loads(file.read_bytes())
    except (ValueError, RecursionError, OSError) as error:
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
    return _clean(value) if value else None


def _texts(info: Info, field: str) -> Sequence[str] | None:
    value = info.get(field)
    if value is not None and not (isinstance(value, list) and all(isinstance(item, str) for item in value)):
        raise _RefusedFile(field, value, f"{field} is a list of texts")
    return [_clean(item) for item in value] if value else None


def _clean(text: str) -> str:
    """Return ``text`` with U+FFFD for halves of characters, which JSON can write and no table can hold."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _format(info: Info) -> str | None:
    """Return what the platform itself says; otherwise the catalogue derives it."""
    kind = info.get("media_type")
    if kind == "short" or "/shorts/" in str(info.get("original_url", "")):
        return "short"
    return "long" if kind in ("video", "livestream") else None
