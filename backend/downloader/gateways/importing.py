"""From a catalogue to the database: all of it or nothing, and again without doubles. The later import wins."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

import polars as pl
from django.db import transaction
from django.utils import timezone

from downloader import selectors
from downloader.configuration import video_is_mapped, video_label
from downloader.gateways.catalogue import source_clock
from downloader.gateways.differences import Counts, Difference, differences
from downloader.models import VideoDownload
from downloader.upserts import upsert
from foreview.errors import UsageError
from foreview.options import Progress, silent
from foreview.tables.catalogue import Catalogue
from foreview.tables.schema import TEXTS

TABLES: Final = ("videos", "daily", "earnings", "snapshots")
COUNTED: Final = ("views", "likes", "comments", "shares", "impressions")
"""Whole numbers in the database, which the catalogue keeps as floats."""
NEVER_NULL: Final = ("title", "channel_id", "category", "language", "platform", "metric_regime")
"""Texts of a video that are empty in the database where they are not known."""
KEYS: Final[dict[str, list[str]]] = {
    "videos": ["source_id"],
    **{table: ["video", time] for table, time in selectors.TIME_OF.items()},
}
Keep = Callable[[str, Difference], None]
"""What is told of each slice that was written: its table, and what it changed."""


def import_catalogue(catalogue: Catalogue, progress: Progress = silent, keep: Keep | None = None) -> dict[str, Counts]:
    """Write the catalogue in one transaction, and return what it changed, by table. What it does not know stays as it is.

    Raises
    ------
    UsageError
        Where the videos are another app's, the catalogue declares columns, or its clock is not that of ``FOREVIEW``.

    """
    check_fits(catalogue)
    counts = dict.fromkeys(TABLES, Counts())
    with transaction.atomic():
        for table in TABLES:
            given, done = rows_of(catalogue, table), 0
            for difference in differences(given, KEYS[table], finder(table)):
                write(table, difference.becoming())
                counts[table] += difference.counts
                done += sum((difference.counts.added, difference.counts.changed, difference.counts.unchanged))
                progress("videos" if table == "videos" else f"{table} rows", done, given.height)
                if keep is not None and difference.rows.height:
                    keep(table, difference)
    return counts


def changes_of(catalogue: Catalogue) -> Iterator[tuple[str, Difference]]:
    """Yield what importing would change, slice by slice, and write nothing. Rows of videos that are not here yet are new.

    Raises
    ------
    UsageError
        As :func:`import_catalogue`.

    """
    check_fits(catalogue)
    for table in TABLES:
        for difference in differences(rows_of(catalogue, table), KEYS[table], finder(table)):
            yield table, difference


def check_fits(catalogue: Catalogue) -> None:
    """Raise UsageError where the catalogue cannot be written here, whatever its rows."""
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
    if catalogue.videos["metric_redefined_at"].count():
        raise UsageError(
            "the database keeps redefinitions as metric regimes, by platform and format",
            "the catalogue says of single videos when their metric was redefined",
            "Leave the column metric_redefined_at out, and enter the date under metric regimes",
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


def rows_of(catalogue: Catalogue, table: str) -> pl.DataFrame:
    """Return a table of the catalogue under the names of the database. Its videos are looked up: null where one is not here yet."""
    if table == "videos":
        return _videos(catalogue.videos)
    rows: pl.DataFrame = getattr(catalogue, table)
    keyed = rows.join(selectors.keys_by_source_id(), on="video_id", how="left", maintain_order="left")
    return counted(keyed.drop("video_id")).sort(KEYS[table], maintain_order=True)


def counted(rows: pl.DataFrame) -> pl.DataFrame:
    """Return rows with numbers as the database holds them: whole counts, millionths of a dollar."""
    return rows.with_columns(
        *(pl.col(name).round() for name in COUNTED if name in rows.columns),
        *(pl.col(name).round(6) for name in ("revenue_usd",) if name in rows.columns),
    )


def _videos(videos: pl.DataFrame) -> pl.DataFrame:
    """Return the facts of videos; an empty text that would mean "not known" is null."""
    plain = pl.element().str.replace_all("\x00", "\ufffd", literal=True)
    lists = [name for name, dtype in videos.schema.items() if dtype == TEXTS]
    return (
        videos.drop("metric_redefined_at")  # the database keeps such dates as metric regimes
        .with_columns(pl.col(pl.String).str.replace_all("\x00", "\ufffd", literal=True))
        .with_columns(pl.col(name).list.eval(plain) for name in lists)
        .with_columns(_known(name) for name in NEVER_NULL)
        .with_columns(is_short=pl.col("format") == "short")
        .drop("format")
        .rename({"duration_s": "duration", "video_id": "source_id"})
    )


def finder(table: str) -> Callable[[pl.DataFrame], pl.DataFrame]:
    """Return what finds the rows of a table that are here already for a slice of rows: one query each."""

    def videos(part: pl.DataFrame) -> pl.DataFrame:
        return selectors.videos_there(part["source_id"].to_list()).with_columns(_known(name) for name in NEVER_NULL)

    def rows(part: pl.DataFrame) -> pl.DataFrame:
        when = part[selectors.TIME_OF[table]]
        keys = part["video"].drop_nulls().unique().to_list()
        return selectors.rows_there(table, keys, when.min(), when.max())

    return videos if table == "videos" else rows


def write(table: str, rows: pl.DataFrame) -> None:
    """Write rows under the names of the database: new ones, and others as they become."""
    if rows.is_empty():
        return
    if table == "videos":
        rows = rows.with_columns(pl.col(name).fill_null("") for name in NEVER_NULL)
    rows = rows.with_columns(pl.col(name).cast(pl.Int64) for name in COUNTED if name in rows.columns)
    columns: dict[str, Any] = {name: rows[name].to_list() for name in rows.columns}
    update = [name for name in columns if name not in KEYS[table]]
    if table == "videos":
        for name, value in (("transcript", ""), ("status", "success"), ("created_at", timezone.now())):
            columns[name] = [value] * rows.height
        upsert(VideoDownload, columns, unique=KEYS[table], update=update)
    else:
        upsert(selectors.ROW_MODELS[table], columns, unique=KEYS[table], update=update)


def kept_in(folder: Path) -> Keep:
    """Return what keeps the slices of an import as files in ``folder``: all that undoing it needs."""
    numbers = iter(range(10**6))

    def keep(table: str, difference: Difference) -> None:
        difference.rows.write_parquet(folder / f"{next(numbers):06}-{table}.parquet")

    return keep


def _known(name: str) -> pl.Expr:
    return pl.when(pl.col(name) != "").then(pl.col(name)).alias(name)
