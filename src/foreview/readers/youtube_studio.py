"""YouTube Studio's "Table data" export: one row a video with totals over the exported period.

A total has no fixed age, so it is never a 7- or 30-day label. A lifetime total *is* a cumulative counter read when the file was
exported: views, likes, comments and shares become one snapshot a video. What is no counter of the catalogue (revenue, watch time,
impressions) is kept as declared columns ``lifetime_*``, known only once the oldest video had the age it had at the export: then no
video's total is known before the export.
"""

from __future__ import annotations

import dataclasses
import math
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import polars as pl

from foreview.errors import SourceError
from foreview.readers.imported import Imported, SourceOptions, refusals, refused_frame, with_notes
from foreview.readers.rows import TypedRows, check_mapped, matched, same_name, typed_rows
from foreview.readers.sheet import LINE, Sheet, read_sheets
from foreview.tables.catalogue import Catalogue, SourceClock
from foreview.tables.schema import SNAPSHOTS, VIDEOS, Column, DeclaredColumn

STUDIO_TIMEZONE: Final = "America/Los_Angeles"
"""YouTube's days are Pacific days."""

HEADERS: Final = {
    "video": "video_id",
    "content": "video_id",
    "video_title": "title",
    "video_publish_time": "published_at",
    "duration": "duration_s",
    "views": "views",
    "likes": "likes",
    "comments_added": "comments",
    "comments": "comments",
    "shares": "shares",
    "your_estimated_revenue_usd": "lifetime_revenue_usd",
    "estimated_revenue_usd": "lifetime_revenue_usd",
    "watch_time_hours": "lifetime_watch_time_h",
    "impressions": "lifetime_impressions",
}
"""Header of the export, as compared → field."""

TOTALS: Final = ("total", "gesamt", "totale", "totaal")
COUNTERS: Final = ("views", "likes", "comments", "shares")
LIFETIME: Final = {
    "lifetime_revenue_usd": "USD",
    "lifetime_watch_time_h": "h",
    "lifetime_impressions": "impressions",
}
_FACTS: Final = ("video_id", "published_at", "title", "duration_s")
_COLUMNS: Final = (
    *(column for column in VIDEOS if column.name in _FACTS),
    *(Column(c.name, c.dtype, c.unit, c.says, minimum=0) for c in SNAPSHOTS if c.name in COUNTERS),
    *(Column(name, pl.Float64(), unit, "total of the export") for name, unit in LIFETIME.items()),
)


def read_youtube_studio(path: Path, options: SourceOptions | None = None) -> Imported:
    """Return the catalogue of a Studio export.

    ``options.observed_at`` says when the file was exported; without it the time of the file's last change is taken, and said so.

    Raises
    ------
    SourceError
        If the file cannot be read, or has no columns of videos, publication times and views.

    """
    options = options or SourceOptions()
    clock = options.clock(STUDIO_TIMEZONE)
    sheets = _tables_of_videos(path, options)
    observed_at, notes = _export_time(path, options)
    tables = [_typed(sheet, found, clock) for sheet, found in sheets]
    rows, doubtful = _without_doubtful(path, pl.concat([t.rows for t in tables], how="diagonal"), observed_at)
    notes = (*(note for table in tables for note in table.notes), *notes)
    catalogue = with_notes(_catalogue(rows, observed_at, clock, options), notes)
    return Imported(catalogue, refused_frame([*(t.refused for t in tables), doubtful]))


def _tables_of_videos(path: Path, options: SourceOptions) -> list[tuple[Sheet, dict[str, str]]]:
    """Return each table of the file that lists videos, with field → column."""
    sheets = read_sheets(path)
    check_mapped(options.mapping, _COLUMNS, sheets)
    found = [(sheet, _fields(sheet, options)) for sheet in sheets]
    usable = [(sheet, fields) for sheet, fields in found if {"video_id", "published_at", "views"} <= set(fields)]
    if usable:
        return usable
    raise SourceError(
        "a Studio export has the columns Content (or Video), Video publish time and Views",
        f"{path} has {', '.join(column for sheet in sheets for column in sheet.columns)}",
        "Export `Table data` of the content report in English, or name the columns with --map published_at=COLUMN",
    )


def _fields(sheet: Sheet, options: SourceOptions) -> dict[str, str]:
    known = {HEADERS[same_name(column)]: column for column in reversed(sheet.columns) if same_name(column) in HEADERS}
    return matched(sheet, [column.name for column in _COLUMNS], known | dict(options.mapping))


def _export_time(path: Path, options: SourceOptions) -> tuple[datetime, tuple[str, ...]]:
    meaning = "totals are taken as lifetime totals read at {}: they serve as one snapshot a video, never as labels"
    if options.observed_at is not None:
        return options.observed_at, (meaning.format(options.observed_at.isoformat()),)
    changed = datetime.fromtimestamp(path.stat().st_mtime, tz=UTC).replace(microsecond=0)
    return changed, (meaning.format(f"{changed.isoformat()}, the file's last change (say it with --observed-at)"),)


def _typed(sheet: Sheet, found: dict[str, str], clock: SourceClock) -> TypedRows:
    """Return the videos of one table, without its row of totals."""
    is_total = pl.col(found["video_id"]).str.to_lowercase().is_in(TOTALS) & pl.col(found["published_at"]).is_null()
    is_total = is_total.fill_null(value=False)
    notes = [f"line {line} is the export's row of totals, not a video" for line in sheet.rows.filter(is_total)[LINE]]
    if unused := [column for column in sheet.columns if column not in found.values()]:
        notes.append(f"columns left out: {', '.join(unused)}")
    videos = dataclasses.replace(sheet, rows=sheet.rows.filter(~is_total))
    table = typed_rows(videos, _COLUMNS, found, clock.timezone)
    refused = pl.concat([sheet.refused, table.refused])
    return TypedRows(table.rows, refused, (*table.notes, *notes))


def _without_doubtful(path: Path, rows: pl.DataFrame, observed_at: datetime) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the rows without repeated videos and without those published after the export; and these as refused."""
    judged = rows.with_columns(
        reason=pl.when(~pl.col("video_id").is_first_distinct())
        .then(pl.lit("the video has a row further up"))
        .when(pl.col("published_at") > pl.lit(observed_at))
        .then(pl.lit(f"its video was published after the totals were read ({observed_at.isoformat()})"))
    )
    doubtful = judged.filter(pl.col("reason").is_not_null())
    refused = [(line, "video_id", video_id, why) for line, video_id, why in doubtful[LINE, "video_id", "reason"].rows()]
    return judged.filter(pl.col("reason").is_null()).drop("reason"), refusals(path.name, refused)


def _catalogue(rows: pl.DataFrame, observed_at: datetime, clock: SourceClock, options: SourceOptions) -> Catalogue:
    lifetime = [name for name in LIFETIME if name in rows.columns]
    videos = rows.select(
        *(name for name in (*_FACTS, *lifetime) if name in rows.columns),
        channel_id=pl.lit(options.channel_id, pl.String),
        platform=pl.lit(options.platform or "youtube"),
    )
    snapshots = rows.filter(pl.col("views").is_not_null()).select(
        "video_id", *(name for name in COUNTERS if name in rows.columns), observed_at=pl.lit(observed_at)
    )
    return Catalogue.of(videos, snapshots=snapshots, clock=clock, declared=_declared(rows, lifetime, observed_at))


def _declared(rows: pl.DataFrame, lifetime: list[str], observed_at: datetime) -> list[DeclaredColumn]:
    """Return the lifetime columns, known from the age the oldest video had at the export: no total before the export."""
    oldest: datetime = rows.select(pl.col("published_at").min()).item() or observed_at
    known_after = float(math.ceil((observed_at - oldest) / timedelta(days=1)))
    return [DeclaredColumn(name, LIFETIME[name], "number", known_after) for name in lifetime]
