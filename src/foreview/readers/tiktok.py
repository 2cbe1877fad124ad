"""TikTok: the totals that TikTok Studio exports, and the file that "Download your data" hands out.

"Download your data" says what was posted when and how often it was liked, but not how often it was viewed: it gives videos and no
snapshot.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import polars as pl

from foreview.errors import SourceError
from foreview.readers import values
from foreview.readers.archive import members
from foreview.readers.imported import Imported, SourceOptions, refused_frame, with_notes
from foreview.readers.observed import places_of
from foreview.readers.rows import check_mapped, same_name, typed_rows
from foreview.readers.sheet import LINE, Sheet, read_export
from foreview.readers.totals import COLUMNS, imported, table_of_totals, totals_of, typed_totals, zone_taken
from foreview.tables.catalogue import Catalogue
from foreview.tables.schema import VIDEOS

HEADERS: Final = {
    "video_link": "video_id",
    "video_title": "title",
    "post_time": "published_at",
    "total_views": "views",
    "views": "views",
    "total_likes": "likes",
    "likes": "likes",
    "total_comments": "comments",
    "comments": "comments",
    "total_shares": "shares",
    "shares": "shares",
}
"""Header of TikTok Studio's export, as compared → field."""

LARGEST_DOWNLOAD: Final = 2**28
"""Bytes of a "Download your data" file: it is read whole."""
_LISTS: Final = (("Video", "Videos"), ("Post", "Posts"))
"""Where the videos that were posted lie, at the top or below "Activity"; other lists hold what was watched or liked."""
_ID: Final = r"/(?:video|photo|v)/(\d+)"


def read_tiktok(path: Path, options: SourceOptions | None = None) -> Imported:
    """Return the catalogue of a CSV of TikTok Studio, or of a "Download your data" JSON or zip.

    Raises
    ------
    SourceError
        If the source cannot be read, or is neither.

    """
    options = options or SourceOptions()
    if path.suffix.lower() not in (".json", ".zip"):
        return _totals(path, options)
    with members(path, (".json",)) as files:
        found = [(file, posted) for file in files if (posted := posted_videos(read_document(file))) is not None]
    if not found:
        raise _no_videos(path)
    return _downloaded(found[0][0].name, found[0][1], options)


def is_tiktok(sheet: Sheet) -> bool:
    """Return whether a table has the headers of TikTok Studio's export."""
    return {"video_link", "post_time"} <= {same_name(column) for column in sheet.columns}


def posted_videos(document: Any) -> list[Any] | None:
    """Return the list of posted videos of a "Download your data" document, null where it has none."""
    if not isinstance(document, dict):
        return None
    for top in (document, *(document.get(name) for name in ("Activity", "Your Activity"))):
        for outer, inner in _LISTS:
            found: Any = top
            for name in (outer, inner, "VideoList"):
                found = found.get(name) if isinstance(found, dict) else None
            if isinstance(found, list):
                return found
    return None


def read_document(file: Path) -> Any:
    """Return what a JSON file of TikTok holds.

    Raises
    ------
    SourceError
        If it is no whole JSON, or larger than such a file is.

    """
    try:
        if file.stat().st_size > LARGEST_DOWNLOAD:
            raise SourceError(f"a file of TikTok has at most {LARGEST_DOWNLOAD:,} bytes", f"{file.name} has more")
        return json.loads(file.read_bytes())
    except (ValueError, RecursionError) as error:
        raise SourceError(
            "a file is JSON", f"{file.name}: {error}", "It was cut off, or is none: export it again"
        ) from None
    except OSError as error:
        raise SourceError("a source is a readable file", f"reading {file} failed: {error.strerror}") from None


def _totals(path: Path, options: SourceOptions) -> Imported:
    sheets = read_export(path)
    check_mapped(options.mapping, COLUMNS, sheets)
    table = table_of_totals(sheets, HEADERS, options.mapping)
    if table is None:
        raise _no_videos(path, sheets)
    sheet, found = table
    linked = sheet.rows.with_columns(_identity(pl.col(found["video_id"])))
    clock = options.clock()
    typed = typed_totals(dataclasses.replace(sheet, rows=linked), found, clock.timezone, zone_taken(options))
    return imported(totals_of([typed], path, options, "tiktok"), clock)


def _identity(link: pl.Expr) -> pl.Expr:
    """Return the number in a link; what is no link stays as it is."""
    is_link = link.str.contains("://", literal=True)
    return pl.when(is_link).then(link.str.extract(_ID)).otherwise(link).name.keep()


def _no_videos(path: Path, sheets: Sequence[Sheet] = ()) -> SourceError:
    there = ", ".join(column for sheet in sheets for column in sheet.columns)
    return SourceError(
        "TikTok Studio's export has the columns Video link, Post time and Total views; `Download your data` a list of videos",
        f"{path} has {there or 'none'}",
        "Export it again as CSV or JSON, or name the columns with --map",
    )


def _downloaded(name: str, posted: Sequence[Any], options: SourceOptions) -> Imported:
    """Return the videos of the list; a time without a zone is UTC there, whatever the owner's zone is."""
    cells = [[_cell(entry, field) for field in ("Link", "Date", "Title")] for entry in posted]
    fields = ("video_id", "published_at", "title")
    frame = pl.DataFrame(cells, schema=dict.fromkeys(fields, pl.String), orient="row")
    rows = frame.insert_column(0, pl.int_range(1, frame.height + 1, eager=True).alias(LINE))
    linked = rows.with_columns(pl.col("video_id").str.extract(_ID))
    sheet = Sheet(name, linked, refused_frame([]))
    typed = typed_rows(sheet, [c for c in VIDEOS if c.name in fields], {field: field for field in fields}, "UTC")
    repeated = ~pl.col("video_id").is_first_distinct()
    platform, channel = pl.lit(options.platform or "tiktok"), pl.lit(options.channel_id, pl.String)
    kept = typed.rows.filter(~repeated)
    videos = kept.drop(LINE).with_columns(platform=platform, channel_id=channel)
    notes = [
        *typed.notes,
        "the file does not say views, so it gives no snapshot: likes were left out; lines count its entries",
    ]
    if count := typed.rows.filter(repeated).height:
        notes.append(f"{count} entries repeat a video: the first of each was kept")
    return Imported(
        with_notes(Catalogue.of(videos, clock=options.clock()), notes), typed.refused, places_of(name, kept)
    )


def _cell(entry: Any, field: str) -> str | None:
    """Return a text of an entry, whichever way its name is spelt; null where it has none."""
    if not isinstance(entry, Mapping):
        return None
    value = entry.get(field, entry.get(field.lower()))
    return values.clean(value) if isinstance(value, str) else None
