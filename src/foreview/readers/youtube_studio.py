"""YouTube Studio's exports: single files, a folder of them, or the zip file as downloaded, in any language they are known in.

"Table data" has one row a video with totals over the exported period; "Chart data" one row a video and day. "Totals" has the days of
the whole channel and names no video: nothing is made of it.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Final

import polars as pl

from foreview.errors import SourceError
from foreview.readers.archive import members
from foreview.readers.imported import Imported, SourceOptions, refused_frame, with_notes
from foreview.readers.observed import FILE, belonging, earnings_of, places_of
from foreview.readers.rows import TypedRows, check_mapped, typed_rows
from foreview.readers.sheet import read_export
from foreview.readers.studio_tables import DAYS, StudioTable, studio_table, without_sums
from foreview.readers.totals import COLUMNS, FACTS, Totals, imported, totals_of, typed_totals
from foreview.tables.catalogue import Catalogue, SourceClock
from foreview.tables.schema import DAILY

STUDIO_TIMEZONE: Final = "America/Los_Angeles"
"""YouTube's days are Pacific days."""
TEXT_FILES: Final = (".csv", ".tsv")


def read_youtube_studio(path: Path, options: SourceOptions | None = None) -> Imported:
    """Return the catalogue of a Studio export.

    ``options.observed_at`` says when the file was exported; without it the time of the file's last change is taken, and said so.

    Raises
    ------
    SourceError
        If the source cannot be read, or no table of it names videos.

    """
    options = options or SourceOptions()
    clock = options.clock(STUDIO_TIMEZONE)
    with members(path, TEXT_FILES) as files:
        sheets = [sheet for file in files for sheet in read_export(file)]
    check_mapped(options.mapping, (*COLUMNS, *DAYS), sheets)
    tables = [studio_table(sheet, options) for sheet in sheets]
    of_videos = [_totals(table, clock) for table in tables if table.of_videos]
    of_days = [_days(table, clock) for table in tables if table.of_days]
    if not of_videos and not of_days:
        raise _names_no_video(path, tables)
    totals = totals_of(of_videos, path, options, "youtube")
    rest = [_left_out(table) for table in tables if not table.of_videos and not table.of_days]
    notes = (*(note for table in of_days for note in table.notes), *rest)
    return _imported(dataclasses.replace(totals, notes=(*totals.notes, *notes)), of_days, clock, options)


def _names_no_video(path: Path, tables: Sequence[StudioTable]) -> SourceError:
    columns = ", ".join(column for table in tables for column in table.sheet.columns)
    if any("date" in table.found for table in tables):
        return SourceError(
            "an export names videos",
            f"{path} has the days of the whole channel ({columns})",
            "Import the whole zip file of the content report: its `Table data` and `Chart data` name them",
        )
    return SourceError(
        "a Studio export has the columns Content (or Video), Video publish time and Views",
        f"{path} has {columns or 'no table'}",
        "Export the content report, or name the columns with --map published_at=COLUMN",
    )


def _left_out(table: StudioTable) -> str:
    return (
        f"a table of {table.sheet.file} names no video or no views and was left out: {', '.join(table.sheet.columns)}"
    )


def _totals(table: StudioTable, clock: SourceClock) -> TypedRows:
    sheet, notes = without_sums(table)
    return typed_totals(sheet, table.found, clock.timezone, (*notes, *table.notes))


def _days(table: StudioTable, clock: SourceClock) -> TypedRows:
    """Return the rows of a table of days; none where they are weeks or months, and said so."""
    sheet, notes = without_sums(table)
    typed = typed_rows(sheet, DAYS, table.found, clock.timezone)
    rows = typed.rows.with_columns(pl.lit(sheet.file).alias(FILE))
    step = rows.select(pl.col("date").unique().sort().diff().min()).item() or timedelta(days=1)
    if step > timedelta(days=1):
        notes.append(f"the rows of {sheet.file} are {step.days} days apart, so they are no daily sums: left out")
        rows = rows.clear()
    if unused := [column for column in sheet.columns if column not in table.found.values()]:
        notes.append(f"columns of {sheet.file} left out: {', '.join(unused)}")
    refused = pl.concat([sheet.refused, typed.refused])
    return dataclasses.replace(typed, rows=rows, refused=refused, told=(*typed.told, *notes, *table.notes))


def _imported(totals: Totals, of_days: Sequence[TypedRows], clock: SourceClock, options: SourceOptions) -> Imported:
    if not of_days:
        return imported(totals, clock)
    days = pl.concat([table.rows for table in of_days], how="diagonal").with_columns(
        pl.lit(options.channel_id, pl.String).alias("channel_id"),
        pl.lit(options.platform or "youtube").alias("platform"),
    )
    videos = pl.concat([totals.videos, _only_in(days, totals.videos)], how="diagonal")
    rows, quiet = _without_days_before(days, videos, clock)
    rows, astray = belonging(rows, videos, "daily", clock, "")
    if "watch_time_h" in rows.columns:
        rows = rows.with_columns(watch_time_s=pl.col("watch_time_h") * 3600)
    catalogue = Catalogue.of(
        videos,
        snapshots=totals.snapshots,
        daily=rows.select(column.name for column in DAILY if column.name in rows.columns),
        earnings=earnings_of(rows),
        clock=clock,
        declared=totals.declared,
    )
    refused = refused_frame([totals.refused, *(table.refused for table in of_days), astray])
    places = pl.concat([totals.places, places_of("", rows)])
    return Imported(with_notes(catalogue, (*totals.notes, *quiet)), refused, places)


def _only_in(days: pl.DataFrame, videos: pl.DataFrame) -> pl.DataFrame:
    """Return the videos that tables of days alone tell of, where these say when they were published."""
    names = [name for name in (*FACTS[1:], "platform") if name in days.columns]
    facts = days.group_by("video_id", maintain_order=True).agg(pl.col(names).drop_nulls().first())
    others = facts.join(videos, on="video_id", how="anti", maintain_order="left")
    return others.filter(pl.col("published_at").is_not_null()) if "published_at" in names else others.clear()


def _without_days_before(
    days: pl.DataFrame, videos: pl.DataFrame, clock: SourceClock
) -> tuple[pl.DataFrame, tuple[str, ...]]:
    """Return the days without those on which a video was not there yet: the chart has a zero for each of them."""
    published = videos.select(
        "video_id", published=pl.col("published_at").dt.convert_time_zone(clock.timezone).dt.date()
    )
    joined = days.join(published, on="video_id", how="left", maintain_order="left")
    before = (pl.col("date") < pl.col("published")) & (pl.col("views") == 0)
    kept = joined.filter(~before.fill_null(value=False)).drop("published")
    dropped = joined.height - kept.height
    notes = (f"{dropped} rows are zeros of days before a video was published: left out",) if dropped else ()
    return kept, notes
