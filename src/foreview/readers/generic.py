"""Plain tables (CSV, TSV, Parquet) of cumulative counters or of daily sums, with a column mapping.

The videos come from the same rows (what was seen first of a video is closest to its publication) or from a table of their own.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final, Literal, TypeAlias

import polars as pl

from foreview.errors import SourceError
from foreview.readers.imported import REFUSED_SCHEMA, Imported, SourceOptions, refused_frame, with_notes
from foreview.readers.rows import TypedRows, check_mapped, matched, typed_rows
from foreview.readers.sheet import LINE, Sheet, read_sheets
from foreview.tables.catalogue import Catalogue, SourceClock
from foreview.tables.schema import DAILY, EARNINGS, SNAPSHOTS, VIDEOS, Column

Observations: TypeAlias = Literal["snapshots", "daily"]

_TIME_FIELD: Final[dict[Observations, str]] = {"snapshots": "observed_at", "daily": "date"}
_REVENUE: Final = next(column for column in EARNINGS if column.name == "revenue_usd")
_COLUMNS: Final[dict[Observations, tuple[Column, ...]]] = {
    "snapshots": SNAPSHOTS,
    "daily": (*DAILY, Column(_REVENUE.name, _REVENUE.dtype, _REVENUE.unit, _REVENUE.says)),
}


def read_snapshots(path: Path, options: SourceOptions | None = None) -> Imported:
    """Return the catalogue of a table of cumulative counters: ``video_id, observed_at, views`` and more.

    Raises
    ------
    SourceError
        If the file cannot be read or lacks a required column.
    UsageError
        If the mapping names a field or a column that does not exist.

    """
    return _read(path, "snapshots", options or SourceOptions())


def read_daily(path: Path, options: SourceOptions | None = None) -> Imported:
    """Return the catalogue of a table of daily sums: ``video_id, date, views`` and more; ``revenue_usd`` becomes earnings.

    Raises
    ------
    SourceError
        If the file cannot be read or lacks a required column.
    UsageError
        If the mapping names a field or a column that does not exist.

    """
    return _read(path, "daily", options or SourceOptions())


def _read(path: Path, kind: Observations, options: SourceOptions) -> Imported:
    clock = options.clock()
    sheets, beside = read_sheets(path), read_sheets(options.videos) if options.videos else ()
    check_mapped(options.mapping, (*_COLUMNS[kind], *VIDEOS), (*sheets, *beside))
    facts = [column for column in VIDEOS if column.name != "video_id"]
    columns = [*_COLUMNS[kind], *([] if options.videos else facts)]
    observed = _table(path, sheets, columns, options)
    if options.videos:
        listed = _table(options.videos, beside, VIDEOS, options)
        videos, repeated = _distinct(options.videos, listed)
        refused = [listed.refused, repeated, observed.refused]
        notes = (*listed.notes, *observed.notes)
    else:
        videos, refused, notes = _first_seen(observed.rows, _TIME_FIELD[kind]), [observed.refused], observed.notes
    rows, astray = _belonging(path, observed.rows, videos, kind, clock)
    notes = (*notes, *_repeats(rows, kind))
    catalogue = _catalogue(_with_defaults(videos, options), rows, kind, clock)
    return Imported(with_notes(catalogue, notes), refused_frame([*refused, astray]))


def _table(path: Path, sheets: Sequence[Sheet], columns: Sequence[Column], options: SourceOptions) -> TypedRows:
    """Return the first table of the file that has the required columns."""
    required = {column.name for column in columns if column.required}
    for sheet in sheets:
        found = matched(sheet, [column.name for column in columns], options.mapping)
        if required <= set(found):
            table = typed_rows(sheet, columns, found, options.clock().timezone)
            unused = [column for column in sheet.columns if column not in found.values()]
            left_out = [f"columns of {path.name} left out: {', '.join(unused)}"] if unused else []
            return TypedRows(table.rows, pl.concat([sheet.refused, table.refused]), (*table.notes, *left_out))
    raise _lacks(path, [column.name for column in columns if column.required], sheets)


def _lacks(path: Path, required: Sequence[str], sheets: Sequence[Sheet]) -> SourceError:
    columns = ", ".join(column for sheet in sheets for column in sheet.columns)
    step = "Name the columns with --map FIELD=COLUMN"
    if "published_at" in required:
        step += "; when videos were published may stand in a table of its own, see --videos"
    return SourceError(f"the source has {', '.join(required)}", f"{path} has {columns}", step)


def _distinct(path: Path, listed: TypedRows) -> tuple[pl.DataFrame, pl.DataFrame]:
    repeated = ~pl.col("video_id").is_first_distinct()
    reason = "the video has a row further up"
    refused = _refused(path, listed.rows.filter(repeated), "video_id", pl.col("video_id"), pl.lit(reason))
    return listed.rows.filter(~repeated).drop(LINE), refused


def _first_seen(rows: pl.DataFrame, time_field: str) -> pl.DataFrame:
    """Return one row a video: of every field the value that was observed first."""
    facts = [column.name for column in VIDEOS if column.name in rows.columns and column.name != "video_id"]
    first = (pl.col(name).drop_nulls().first() for name in facts)
    return rows.sort(time_field, maintain_order=True).group_by("video_id", maintain_order=True).agg(first)


def _belonging(
    path: Path, rows: pl.DataFrame, videos: pl.DataFrame, kind: Observations, clock: SourceClock
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the rows of known videos from their publication on, and the others as refused."""
    published = videos.select("video_id", published="published_at")
    joined = rows.join(published, on="video_id", how="left", maintain_order="left")
    field = _TIME_FIELD[kind]
    start = pl.col("published")
    if kind == "daily":
        start = start.dt.convert_time_zone(clock.timezone).dt.date()
    unknown, early = pl.col("published").is_null(), pl.col(field) < start
    before = pl.format("before the publication of its video ({})", pl.col("published").dt.to_string("iso:strict"))
    refused = [
        _refused(
            path, joined.filter(unknown), "video_id", pl.col("video_id"), pl.lit("no such video in the table of videos")
        ),
        _refused(path, joined.filter(early), field, pl.col(field).dt.to_string("iso:strict"), before),
    ]
    return joined.filter(~unknown & ~early).drop("published"), pl.concat(refused)


def _refused(path: Path, rows: pl.DataFrame, field: str, value: pl.Expr, reason: pl.Expr) -> pl.DataFrame:
    columns = {
        "file": pl.lit(path.name),
        "line": pl.col(LINE),
        "field": pl.lit(field),
        "value": value,
        "reason": reason,
    }
    return rows.select(**columns).cast(REFUSED_SCHEMA)  # type: ignore[arg-type]  # polars' stub knows no mapping of names


def _repeats(rows: pl.DataFrame, kind: Observations) -> list[str]:
    field = _TIME_FIELD[kind]
    repeats = rows.height - rows.select(pl.struct("video_id", field).n_unique()).item()
    return [f"{repeats} rows repeat a video and {field}: the last of each was kept"] if repeats else []


def _with_defaults(videos: pl.DataFrame, options: SourceOptions) -> pl.DataFrame:
    for name, default in (("channel_id", options.channel_id), ("platform", options.platform)):
        if default is not None:
            given = pl.col(name) if name in videos.columns else pl.lit(None, pl.String)
            videos = videos.with_columns(given.fill_null(default).alias(name))
    return videos


def _catalogue(videos: pl.DataFrame, rows: pl.DataFrame, kind: Observations, clock: SourceClock) -> Catalogue:
    tables = {"snapshots": SNAPSHOTS, "daily": DAILY}
    counts = rows.select(column.name for column in tables[kind] if column.name in rows.columns)
    if kind == "snapshots":
        return Catalogue.of(videos, snapshots=counts, clock=clock)
    earnings = None
    if "revenue_usd" in rows.columns:
        earnings = rows.filter(pl.col("revenue_usd").is_not_null()).select("video_id", "date", "revenue_usd")
    return Catalogue.of(videos, daily=counts, earnings=earnings, clock=clock)
