"""The tables of a Studio export: which fields their columns are, which tables name videos or days, and which rows are sums."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import polars as pl

from foreview.readers.imported import SourceOptions
from foreview.readers.rows import matched
from foreview.readers.sheet import LINE, Sheet
from foreview.readers.studio_headers import REVENUE, TOTALS, field_of
from foreview.readers.totals import COLUMNS, FACTS, REQUIRED
from foreview.readers.values import decimal_sign
from foreview.tables.schema import DAILY, EARNINGS, VIDEOS, Column

DAYS: Final = (
    *(column for column in DAILY if column.name != "watch_time_s"),
    Column("watch_time_h", pl.Float64(), "h", "watched on that day", minimum=0),
    *(dataclasses.replace(column, required=False) for column in EARNINGS if column.name == "revenue_usd"),
    *(dataclasses.replace(column, required=False) for column in VIDEOS if column.name in FACTS[1:]),
)
"""Fields of a table of days; the facts of its videos may stand in another table."""

_LIFETIME: Final = {
    REVENUE: "lifetime_revenue_usd",
    "watch_time_h": "lifetime_watch_time_h",
    "impressions": "lifetime_impressions",
}
_OF_A_DAY: Final = {REVENUE: "revenue_usd"}
_WORDS: Final = ("video_id", "title", "published_at", "date")
_VIDEO_ID: Final = r"^[A-Za-z0-9_-]{11}$"


@dataclass(frozen=True, slots=True)
class StudioTable:
    """A table of the export and what its columns are."""

    sheet: Sheet
    found: Mapping[str, str]
    """Field → column."""
    notes: tuple[str, ...]

    @property
    def of_videos(self) -> bool:
        """Whether it has a row a video."""
        return "date" not in self.found and set(self.found) >= REQUIRED

    @property
    def of_days(self) -> bool:
        """Whether it has a row a video and day."""
        return set(self.found) >= {"video_id", "date", "views"}


def is_studio(sheet: Sheet) -> bool:
    """Return whether a table has the headers of an export: of videos, of their days, or of the days of the whole channel."""
    found = [field_of(column) for column in sheet.columns]
    fields = {field for field, _ in filter(None, found)}
    of_the_channel = "date" in fields and len(fields) > 1 and None not in found
    return {"video_id", "published_at"} <= fields or {"video_id", "title", "views"} <= fields or of_the_channel


def studio_table(sheet: Sheet, options: SourceOptions) -> StudioTable:
    """Return the sheet with its fields; revenue in another currency than USD is none of them, and a note says so."""
    known: dict[str, str] = {}
    notes = []
    for column in sheet.columns:
        field, currency = field_of(column) or ("", "")
        if field == REVENUE and currency != "USD":
            found = f"in {currency}" if currency else "in a currency that its header does not name"
            notes.append(f"{column} of {sheet.file} is {found}, not in USD: left out, nothing was converted")
        elif field:
            known.setdefault(field, column)
    names, columns = (_OF_A_DAY, DAYS) if "date" in known else (_LIFETIME, COLUMNS)
    renamed = {names.get(field, field): column for field, column in known.items()}
    fields = matched(sheet, [column.name for column in columns], renamed | dict(options.mapping))
    spelt, says = _with_decimal_sign(sheet, fields)
    return StudioTable(spelt, fields, (*notes, *says))


def _with_decimal_sign(sheet: Sheet, found: Mapping[str, str]) -> tuple[Sheet, list[str]]:
    """Return the sheet with the decimal sign that its own numbers show: languages have theirs, whatever separates the cells."""
    words = {found.get(field) for field in _WORDS}
    numbers = [sheet.rows[column] for column in sheet.columns if column not in words]
    texts = pl.concat([column for column in numbers if column.dtype == pl.String()] or [pl.Series([], dtype=pl.String)])
    sign = decimal_sign(texts) or sheet.decimal
    notes = [f"numbers of {sheet.file} have a decimal comma"] if sign == "," != sheet.decimal else []
    return dataclasses.replace(sheet, decimal=sign), notes


def without_sums(table: StudioTable) -> tuple[Sheet, list[str]]:
    """Return the sheet without its row of totals and its remark at the end, whatever their language.

    Both are published at no time. A sum says so with a word, or it is the first or the last row and has neither a title nor the id
    of a video. A remark has nothing beside it: it says that the export was cut short.
    """
    rows, found = table.sheet.rows, table.found
    video, missing = pl.col(found["video_id"]), pl.lit(value=True)
    is_last = pl.col(LINE) == pl.col(LINE).max()
    at_an_end = (is_last | (pl.col(LINE) == pl.col(LINE).min())) & ~video.str.contains(_VIDEO_ID)
    is_sum = video.str.to_lowercase().is_in(TOTALS)
    if "title" in found:
        is_sum |= at_an_end & pl.col(found["title"]).is_null()
    if "published_at" in found:
        missing = pl.col(found["published_at"]).is_null()
    alone = pl.all_horizontal(pl.exclude(LINE, found["video_id"]).is_null()) & is_last
    remark = (alone & at_an_end).fill_null(value=False)
    is_sum = (is_sum & missing & ~remark).fill_null(value=False)
    notes = [f"line {line} is the export's row of totals, not a video" for line in rows.filter(is_sum)[LINE]]
    for line, text in rows.filter(remark).select(LINE, found["video_id"]).rows():
        notes.append(f"line {line} says {text!r}: if the export was cut short, videos are missing")
    return dataclasses.replace(table.sheet, rows=rows.filter(~is_sum & ~remark)), notes
