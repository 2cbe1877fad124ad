"""Plain tables (CSV, TSV, Parquet) of cumulative counters or of daily sums, with a column mapping.

The videos come from the same rows (what was seen first of a video is closest to its publication) or from a table of their own.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import polars as pl

from foreview.errors import SourceError
from foreview.readers.imported import Imported, SourceOptions
from foreview.readers.observed import OBSERVED, Batches, Listed, Observations, Observing, places_of, refused_rows, whole
from foreview.readers.rows import TypedRows, check_mapped, fields_of, typed_rows
from foreview.readers.sheet import LINE, Sheet, read_sheets, sheet_batches
from foreview.tables.schema import VIDEOS, Column

Found = dict[str, str]
"""Field of the catalogue → column of the sheet."""


@dataclass(frozen=True, slots=True)
class Shape:
    """What a table of observations holds, and what else its columns may be called."""

    kind: Observations
    headers: Mapping[str, str] = field(default_factory=dict)
    """Column as compared → field."""
    prepared: Callable[[Sheet, Found], Sheet] = lambda sheet, _: sheet
    """Spells the cells as other tables do."""


SNAPSHOTS: Final = Shape("snapshots")
DAYS: Final = Shape("daily")


def read_snapshots(path: Path, options: SourceOptions | None = None) -> Imported:
    """Return the catalogue of a table of cumulative counters: ``video_id, observed_at, views`` and more."""
    return read_table(path, options or SourceOptions(), shape=SNAPSHOTS)


def read_daily(path: Path, options: SourceOptions | None = None) -> Imported:
    """Return the catalogue of a table of daily sums: ``video_id, date, views`` and more; ``revenue_usd`` becomes earnings."""
    return read_table(path, options or SourceOptions(), shape=DAYS)


def read_table(path: Path, options: SourceOptions, *, shape: Shape) -> Imported:
    """Return the catalogue of a table of cumulative counters or of daily sums; ``revenue_usd`` becomes earnings.

    Raises
    ------
    SourceError
        If the file cannot be read or lacks a required column.
    UsageError
        If the mapping names a field or a column that does not exist.

    """
    observing, batches = observe_table(path, options, shape=shape)
    return whole(observing, batches())


def observe_table(path: Path, options: SourceOptions, *, shape: Shape) -> tuple[Observing, Batches]:
    """Return what reads the same batch by batch; raises as :func:`read_table` does, here or there."""
    return _observing(path, shape, options), lambda: _batches(path, shape, options)


def required_of(columns: Sequence[Column]) -> set[str]:
    """Return the fields that a table must have."""
    return {column.name for column in columns if column.required}


def columns_of(kind: Observations, *, facts: bool) -> tuple[Column, ...]:
    """Return the fields of a table of observations, with those of the videos where they stand in the same rows."""
    return (*OBSERVED[kind], *(column for column in VIDEOS if facts and column.name != "video_id"))


def _observing(path: Path, shape: Shape, options: SourceOptions) -> Observing:
    beside = read_sheets(options.videos) if options.videos else ()
    if options.mapping:
        known = (*OBSERVED[shape.kind], *VIDEOS)
        check_mapped(options.mapping, known, (*next(sheet_batches(path, rows=1)), *beside))
    return Observing(path.name, shape.kind, options, _listed(beside, shape, options))


def _listed(beside: Sequence[Sheet], shape: Shape, options: SourceOptions) -> Listed | None:
    """Return the videos of a table of their own."""
    if options.videos is None:
        return None
    at = _place(options.videos, beside, VIDEOS, shape, options)
    listed = _typed(beside, at, VIDEOS, dataclasses.replace(shape, prepared=SNAPSHOTS.prepared), options)
    repeated = ~pl.col("video_id").is_first_distinct()
    reason = pl.lit("the video has a row further up")
    refused = refused_rows(options.videos.name, listed.rows.filter(repeated), "video_id", pl.col("video_id"), reason)
    rows = listed.rows.filter(~repeated)
    places = places_of(options.videos.name, rows)
    return Listed(rows.drop(LINE), pl.concat([listed.refused, refused]), listed.notes, places)


def _batches(path: Path, shape: Shape, options: SourceOptions) -> Iterator[TypedRows]:
    columns = columns_of(shape.kind, facts=options.videos is None)
    at = None
    for sheets in sheet_batches(path):
        at = _place(path, sheets, columns, shape, options) if at is None else at
        yield _typed(sheets, at, columns, shape, options)


def _place(path: Path, sheets: Sequence[Sheet], columns: Sequence[Column], shape: Shape, options: SourceOptions) -> int:
    """Return the place of the first table of the file that has the required columns."""
    for at, sheet in enumerate(sheets):
        if required_of(columns) <= set(fields_of(sheet, columns, shape.headers, options.mapping)):
            return at
    raise _lacks(path, columns, sheets)


def _typed(
    sheets: Sequence[Sheet], at: int, columns: Sequence[Column], shape: Shape, options: SourceOptions
) -> TypedRows:
    found = fields_of(sheets[at], columns, shape.headers, options.mapping)
    sheet = shape.prepared(sheets[at], found)
    table = typed_rows(sheet, columns, found, options.clock().timezone)
    unused = [column for column in sheet.columns if column not in found.values()]
    unused += [column for place, other in enumerate(sheets) if place != at for column in other.columns]
    left_out = [f"columns of {sheet.file} left out: {', '.join(unused)}"] if unused else []
    refused = pl.concat([sheet.refused, table.refused])
    return dataclasses.replace(table, refused=refused, told=(*table.told, *left_out))


def _lacks(path: Path, columns: Sequence[Column], sheets: Sequence[Sheet]) -> SourceError:
    required = [column.name for column in columns if column.required]
    there = ", ".join(column for sheet in sheets for column in sheet.columns)
    step = "Name the columns with --map FIELD=COLUMN"
    if "published_at" in required:
        step += "; when videos were published may stand in a table of its own, see --videos"
    return SourceError(f"the source has {', '.join(required)}", f"{path} has {there}", step)
