"""Trending lists: one row a video and day on which it was listed, as in the public data sets of YouTube's lists.

They are selected on success: a video is there only while it is listed. A like or comment count of 0 there means that it is hidden.
"""

from __future__ import annotations

import dataclasses
from typing import Final

import polars as pl

from foreview.readers.generic import Found, Shape
from foreview.readers.rows import same_name
from foreview.readers.sheet import Sheet

HEADERS: Final = {
    "trending_date": "observed_at",
    "fetched_at": "observed_at",
    "publishedat": "published_at",
    "publish_time": "published_at",
    "view_count": "views",
    "comment_count": "comments",
    "channelid": "channel_id",
    "channel_title": "channel_id",
    "channeltitle": "channel_id",
    "category_name": "category",
    "category_id": "category",
    "categoryid": "category",
    "audio_language": "language",
    "default_language": "language",
}
"""Column as compared → field. Where a list names no channel's id, its title stands for it."""

_SHORT_DAY: Final = r"^(\d{2})\.(\d{2})\.(\d{2})$"
_MIDNIGHT: Final = r"[T ]00:00(:00)?(\.0+)?Z?$"


def is_trending(sheet: Sheet) -> bool:
    """Return whether a table has the headers of a trending list."""
    names = {same_name(column) for column in sheet.columns}
    return {"video_id", "trending_date"} <= names or {"video_id", "fetched_at", "n_countries"} <= names


def _prepared(sheet: Sheet, found: Found) -> Sheet:
    """Return the sheet with whole days as days, and hidden counts as missing ones."""
    rows, columns = sheet.rows, []
    observed = pl.col(found["observed_at"])
    if rows.schema[found["observed_at"]] == pl.String():
        # 17.14.11 is the 14th of November 2017: year, day, month. Midnight stands for the day, not for the moment.
        columns.append(observed.str.replace(_SHORT_DAY, "20$1-$3-$2").str.replace(_MIDNIGHT, ""))
    for name in ("likes", "comments"):
        if name in found and not rows.schema[found[name]].is_nested():
            count = pl.col(found[name])
            hidden = count.cast(pl.String, strict=False).str.contains(r"^\s*0+(\.0+)?\s*$").fill_null(value=False)
            columns.append(pl.when(~hidden).then(count))
    return dataclasses.replace(sheet, rows=rows.with_columns(columns))


TRENDING: Final = Shape("snapshots", HEADERS, _prepared)
