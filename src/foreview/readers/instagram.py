"""Instagram: the content export of Meta Business Suite, one row a post with its totals so far."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import polars as pl

from foreview.errors import SourceError
from foreview.readers.imported import Imported, SourceOptions, refusals
from foreview.readers.rows import check_mapped, same_name
from foreview.readers.sheet import LINE, Sheet, read_export
from foreview.readers.totals import COLUMNS, imported, table_of_totals, totals_of, typed_totals, zone_taken

HEADERS: Final = {
    "post_id": "video_id",
    "account_id": "channel_id",
    "title": "title",
    "description": "description",
    "duration_sec": "duration_s",
    "publish_time": "published_at",
    "views": "views",
    "plays": "views",
    "likes": "likes",
    "comments": "comments",
    "shares": "shares",
    "impressions": "lifetime_impressions",
    "reach": "lifetime_reach",
    "saves": "lifetime_saves",
}
"""Header of the export, as compared → field. Impressions are no views: what was shown was not always watched."""

_KIND: Final = "post_type"
_PERIOD: Final = "date"
_VIDEO: Final = r"(?i)reel|video"
_NO_VIDEO: Final = r"(?i)image|photo|carousel|story|stories"
_MONTH_FIRST: Final = r"^(\d{1,2})/(\d{1,2})/(\d{4})\b"


def read_instagram(path: Path, options: SourceOptions | None = None) -> Imported:
    """Return the catalogue of the videos of a content export.

    Raises
    ------
    SourceError
        If the file cannot be read, lacks a column, or spells days so that day and month cannot be told apart.

    """
    options = options or SourceOptions()
    sheets = read_export(path)
    check_mapped(options.mapping, COLUMNS, sheets)
    table = table_of_totals(sheets, HEADERS, options.mapping)
    if table is None:
        raise _lacks_columns(path, sheets)
    sheet, found = table
    videos, notes = _videos(sheet)
    spelt, spelling = _with_plain_times(path, videos, found["published_at"])
    clock = options.clock()
    typed = typed_totals(spelt, found, clock.timezone, (*notes, *spelling, *zone_taken(options)))
    return imported(totals_of([typed], path, options, "instagram"), clock)


def is_instagram(sheet: Sheet) -> bool:
    """Return whether a table has the headers of a content export."""
    return {"post_id", "permalink", "publish_time"} <= {same_name(column) for column in sheet.columns}


def _lacks_columns(path: Path, sheets: Sequence[Sheet]) -> SourceError:
    return SourceError(
        "a content export of Instagram has the columns Post ID, Publish time and Views (or Plays)",
        f"{path} has {', '.join(column for sheet in sheets for column in sheet.columns)}",
        "Export it again with views; impressions are none, but --map views=Impressions says that they shall be",
    )


def _videos(sheet: Sheet) -> tuple[Sheet, list[str]]:
    """Return the rows of videos with totals of their lifetime; the sums of single days are refused."""
    by_name = {same_name(column): column for column in reversed(sheet.columns)}
    rows, refused, notes = sheet.rows, sheet.refused, []
    if kind := by_name.get(_KIND):
        video, other = (pl.col(kind).str.contains(pattern) for pattern in (_VIDEO, _NO_VIDEO))
        posts = rows.filter(other & ~video)
        if posts.height:
            names = ", ".join(posts[kind].unique().sort())
            notes.append(f"{posts.height} posts are no videos ({names}): left out")
        unknown = rows.filter(~video & ~other).select(LINE, kind).rows()
        reason = "nothing says whether such a post is a video"
        refused = pl.concat([refused, refusals(sheet.file, [(line, kind, name, reason) for line, name in unknown])])
        rows = rows.filter(video.fill_null(value=True))
    if period := by_name.get(_PERIOD):
        of_days = pl.col(period).str.to_lowercase() != "lifetime"
        listed = rows.filter(of_days).select(LINE, period).rows()
        reason = "a sum of one day is no total: export the period Lifetime"
        refused = pl.concat([refused, refusals(sheet.file, [(line, period, value, reason) for line, value in listed])])
        rows = rows.filter(~of_days.fill_null(value=False))
    return dataclasses.replace(sheet, rows=rows, refused=refused), notes


def _with_plain_times(path: Path, sheet: Sheet, column: str) -> tuple[Sheet, list[str]]:
    """Return times such as 03/27/2026 06:08 as 2026-03-27 06:08: Meta puts the month first, and a file that does not is refused."""
    parts = [pl.col(column).str.extract(_MONTH_FIRST, group) for group in (1, 2, 3)]
    month, day, _ = (part.cast(pl.Int64) for part in parts)
    if sheet.rows.select((month > 12).any()).item():
        first = sheet.rows.filter(month > 12).select(LINE, column).row(0)
        raise SourceError(
            "Publish time is month/day/year", f"{path}, line {first[0]}: {first[1]}", "Export it in English (US)"
        )
    slashed = month.is_not_null() & day.is_not_null()
    plain = pl.concat_str(parts[2], parts[0].str.zfill(2), parts[1].str.zfill(2), separator="-")
    rest = pl.col(column).str.replace(_MONTH_FIRST, "")
    rows = sheet.rows.with_columns(
        pl.when(slashed).then(pl.concat_str(plain, rest)).otherwise(pl.col(column)).alias(column)
    )
    count = sheet.rows.select(slashed.sum()).item()
    notes = [f"published_at of {count} rows was read as month/day/year, as Meta writes it"] if count else []
    return dataclasses.replace(sheet, rows=rows), notes
