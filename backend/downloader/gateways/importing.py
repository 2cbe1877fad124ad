"""From a catalogue to the database: all of it or nothing, and again without doubles. The later import wins."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import polars as pl
from django.db import transaction
from django.db.models import Model
from django.utils import timezone

from downloader import selectors
from downloader.configuration import video_is_mapped, video_label
from downloader.gateways.catalogue import source_clock
from downloader.models import AdSenseEarnings, VideoAnalytics, VideoDownload, VideoSnapshot
from downloader.upserts import upsert
from foreview.errors import UsageError
from foreview.options import Progress, silent
from foreview.tables.catalogue import Catalogue

SLICE: Final = 50_000
"""Rows written at a time: what bounds the memory."""
_MODELS: Final[dict[str, type[Model]]] = {
    "daily": VideoAnalytics,
    "earnings": AdSenseEarnings,
    "snapshots": VideoSnapshot,
}
_TIME_OF: Final = {"daily": "date", "earnings": "date", "snapshots": "observed_at"}
_COUNTS: Final = ("views", "likes", "comments", "shares", "impressions")
_NEVER_NULL: Final = ("title", "channel_id", "category", "language", "platform", "metric_regime")


@dataclass(frozen=True, slots=True)
class Imported:
    """How many rows were written, by table; those that were there already are among them."""

    videos: int
    daily: int
    earnings: int
    snapshots: int


def import_catalogue(catalogue: Catalogue, progress: Progress = silent) -> Imported:
    """Write the catalogue in one transaction. Columns that it does not have are left as they are.

    Raises
    ------
    UsageError
        Where the videos are another app's, the catalogue declares columns, or its clock is not that of ``FOREVIEW``.

    """
    _check(catalogue)
    with transaction.atomic():
        _write_videos(catalogue.videos)
        progress("videos", catalogue.videos.height, catalogue.videos.height)
        keys = selectors.keys_by_source_id()
        for table in _MODELS:
            _write_rows(table, getattr(catalogue, table).join(keys, on="video_id", maintain_order="left"), progress)
    heights = {table: getattr(catalogue, table).height for table in _MODELS}
    return Imported(catalogue.videos.height, **heights)


def _check(catalogue: Catalogue) -> None:
    if video_is_mapped():
        raise UsageError(
            "a catalogue is imported into Foreview's own videos",
            f"FOREVIEW maps them to {video_label()}",
            "Write into your own models, or train from the folder with `foreview train`",
        )
    if catalogue.declared:
        raise UsageError(
            "the database holds the columns of the catalogue format only",
            f"the catalogue declares {', '.join(column.name for column in catalogue.declared)}",
            "Leave them out, or train from the folder with `foreview train`",
        )
    _check_clock(catalogue)


def _check_clock(catalogue: Catalogue) -> None:
    if catalogue.daily.is_empty() and catalogue.earnings.is_empty():
        return
    here, there = source_clock(), catalogue.clock
    same_days = (here.timezone, here.missing_day_is_zero) == (there.timezone, there.missing_day_is_zero)
    if not same_days or here.delay_hours < there.delay_hours:
        raise UsageError(
            "daily rows are of days in the time zone of FOREVIEW, with its rule for missing days and at most its delay",
            f"the catalogue has {there}, FOREVIEW {here}",
            "Set TIMEZONE, MISSING_DAY_IS_ZERO and DELAY_HOURS in FOREVIEW to those of the source",
        )


def _write_videos(videos: pl.DataFrame) -> None:
    present = [name for name in videos.columns if videos[name].null_count() < videos.height]
    frame = (
        videos.with_columns(pl.col(pl.String).str.replace_all("\x00", "\ufffd", literal=True))
        .with_columns(pl.col(*_NEVER_NULL).fill_null(""), is_short=pl.col("format") == "short")
        .drop("format")
        .rename({"duration_s": "duration", "video_id": "source_id"})
    )
    here = {"duration_s": "duration", "format": "is_short"}
    update = [here.get(name, name) for name in present if name != "video_id"]
    for part in frame.iter_slices(SLICE):
        columns: dict[str, Any] = {name: part[name].to_list() for name in part.columns}
        for name, value in (("transcript", ""), ("status", "success"), ("created_at", timezone.now())):
            columns[name] = [value] * part.height
        upsert(VideoDownload, columns, unique=["source_id"], update=update)


def _write_rows(table: str, rows: pl.DataFrame, progress: Progress) -> None:
    present = [name for name in rows.columns if rows.height and rows[name].null_count() < rows.height]
    update = [name for name in present if name not in ("video_id", "video", _TIME_OF[table])]
    whole = [name for name in _COUNTS if name in rows.columns]
    frame = rows.drop("video_id").with_columns(pl.col(*whole).round().cast(pl.Int64) if whole else [])
    for done, part in _slices(frame):
        columns = {name: part[name].to_list() for name in part.columns}
        upsert(_MODELS[table], columns, unique=["video", _TIME_OF[table]], update=update)
        progress(f"{table} rows", done, frame.height)


def _slices(frame: pl.DataFrame) -> Iterator[tuple[int, pl.DataFrame]]:
    done = 0
    for part in frame.iter_slices(SLICE):
        done += part.height
        if part.height:
            yield done, part
