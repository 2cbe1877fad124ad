"""Tables of one row a video with its totals so far, as platforms export them: one snapshot a video, never a label.

A total has no fixed age, so it is never a 7- or 30-day label. It *is* a cumulative counter read when the file was exported: views,
likes, comments and shares become one snapshot a video. What is no counter of the catalogue (revenue, watch time, impressions) is
kept as declared columns ``lifetime_*``, known only once the oldest video had the age it had at the export: then no video's total is
known before the export.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import polars as pl

from foreview.readers.imported import Imported, SourceOptions, refused_frame, with_notes
from foreview.readers.observed import FILE, places_of, refused_rows
from foreview.readers.rows import TypedRows, fields_of, typed_rows
from foreview.readers.sheet import LINE, Sheet
from foreview.tables.catalogue import Catalogue, SourceClock
from foreview.tables.schema import SNAPSHOTS, VIDEOS, Column, DeclaredColumn

COUNTERS: Final = ("views", "likes", "comments", "shares")
FACTS: Final = ("video_id", "published_at", "title", "description", "duration_s", "channel_id")
LIFETIME: Final = {
    "lifetime_revenue_usd": "USD",
    "lifetime_watch_time_h": "h",
    "lifetime_impressions": "impressions",
    "lifetime_reach": "accounts",
    "lifetime_saves": "saves",
}
"""Totals that are no counters of the catalogue → unit."""
COLUMNS: Final = (
    *(column for column in VIDEOS if column.name in FACTS),
    *(Column(c.name, c.dtype, c.unit, c.says, minimum=0) for c in SNAPSHOTS if c.name in COUNTERS),
    *(Column(name, pl.Float64(), unit, "total of the export") for name, unit in LIFETIME.items()),
)
REQUIRED: Final = frozenset({"video_id", "published_at", "views"})


@dataclass(frozen=True, slots=True)
class Totals:
    """The videos of one or several tables of totals, read at one time."""

    videos: pl.DataFrame
    snapshots: pl.DataFrame
    declared: tuple[DeclaredColumn, ...]
    refused: pl.DataFrame
    notes: tuple[str, ...]
    places: pl.DataFrame


def table_of_totals(
    sheets: Sequence[Sheet], headers: Mapping[str, str], mapping: Mapping[str, str]
) -> tuple[Sheet, dict[str, str]] | None:
    """Return the first table that has the required columns, with field → column; null where none has."""
    for sheet in sheets:
        found = fields_of(sheet, COLUMNS, headers, mapping)
        if set(found) >= REQUIRED:
            return sheet, found
    return None


def zone_taken(options: SourceOptions) -> tuple[str, ...]:
    """Return the sentence that says in which zone times were read, where the owner names none."""
    zone = options.clock().timezone
    return () if options.timezone else (f"times name no zone: {zone} was taken (say it with --timezone)",)


def typed_totals(sheet: Sheet, found: Mapping[str, str], timezone: str, told: Sequence[str] = ()) -> TypedRows:
    """Return the rows of a table of totals, with the columns left out among the notes."""
    table = typed_rows(sheet, COLUMNS, found, timezone)
    if unused := [column for column in sheet.columns if column not in found.values()]:
        told = (*told, f"columns left out: {', '.join(unused)}")
    rows = table.rows.with_columns(pl.lit(sheet.file).alias(FILE))
    return dataclasses.replace(
        table, rows=rows, refused=pl.concat([sheet.refused, table.refused]), told=(*table.told, *told)
    )


def totals_of(tables: Sequence[TypedRows], path: Path, options: SourceOptions, platform: str) -> Totals:
    """Return the videos and snapshots of tables of totals, read when ``options`` say or when the file at ``path`` was changed last."""
    observed_at, meaning = _export_time(path, options)
    none = pl.DataFrame(schema={FILE: pl.String, LINE: pl.Int64} | {c.name: c.dtype for c in COLUMNS if c.required})
    rows, doubtful = _without_doubtful(pl.concat([none, *(t.rows for t in tables)], how="diagonal"), observed_at)
    lifetime = [name for name in LIFETIME if name in rows.columns]
    given = pl.col("channel_id") if "channel_id" in rows.columns else pl.lit(None, pl.String)
    videos = rows.select(
        *(name for name in (*FACTS, *lifetime) if name in rows.columns and name != "channel_id"),
        channel_id=given.fill_null(pl.lit(options.channel_id, pl.String)),
        platform=pl.lit(options.platform or platform),
    )
    counted = rows if "views" in rows.columns else rows.with_columns(views=pl.lit(None, pl.Float64))
    snapshots = counted.filter(pl.col("views").is_not_null()).select(
        "video_id", *(name for name in COUNTERS if name in counted.columns), observed_at=pl.lit(observed_at)
    )
    refused = pl.concat([*(table.refused for table in tables), doubtful])
    notes = (*(note for table in tables for note in table.notes), *([meaning] if tables else []))
    places = places_of("", rows.with_columns(observed_at=pl.lit(observed_at)))
    return Totals(videos, snapshots, _declared(rows, lifetime, observed_at), refused, notes, places)


def imported(totals: Totals, clock: SourceClock) -> Imported:
    """Return the catalogue of totals alone."""
    catalogue = Catalogue.of(totals.videos, snapshots=totals.snapshots, clock=clock, declared=totals.declared)
    return Imported(with_notes(catalogue, totals.notes), refused_frame([totals.refused]), totals.places)


def _export_time(path: Path, options: SourceOptions) -> tuple[datetime, str]:
    """Return when the totals were read, and the sentence that says so."""
    meaning = "totals are taken as lifetime totals read at {}: they serve as one snapshot a video, never as labels"
    if options.observed_at is not None:
        return options.observed_at, meaning.format(options.observed_at.isoformat())
    changed = datetime.fromtimestamp(path.stat().st_mtime, tz=UTC).replace(microsecond=0)
    return changed, meaning.format(f"{changed.isoformat()}, the file's last change (say it with --observed-at)")


def _without_doubtful(rows: pl.DataFrame, observed_at: datetime) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the rows without repeated videos and without those published after the export; and these as refused."""
    judged = rows.with_columns(
        reason=pl.when(~pl.col("video_id").is_first_distinct())
        .then(pl.lit("the video has a row further up"))
        .when(pl.col("published_at") > pl.lit(observed_at))
        .then(pl.lit(f"its video was published after the totals were read ({observed_at.isoformat()})"))
    )
    doubtful = judged.filter(pl.col("reason").is_not_null())
    refused = refused_rows("", doubtful, "video_id", pl.col("video_id"), pl.col("reason"))
    return judged.filter(pl.col("reason").is_null()).drop("reason"), refused


def _declared(rows: pl.DataFrame, lifetime: Sequence[str], observed_at: datetime) -> tuple[DeclaredColumn, ...]:
    """Return the lifetime columns, known from the age the oldest video had at the export: no total before the export."""
    oldest: datetime = rows.select(pl.col("published_at").min()).item() or observed_at
    known_after = float(math.ceil((observed_at - oldest) / timedelta(days=1)))
    return tuple(DeclaredColumn(name, LIFETIME[name], "number", known_after) for name in lifetime)
