"""From the database to a catalogue."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

import polars as pl

from downloader import selectors
from downloader.configuration import clock_settings
from downloader.gateways.exclusions import LeftOut, usable_rows, usable_videos
from foreview.tables.catalogue import Catalogue, SourceClock

logger = logging.getLogger(__name__)

TABLE_OF: Final = {"ANALYTICS": "daily", "EARNINGS": "earnings", "SNAPSHOTS": "snapshots"}
_NOT_EMPTY: Final = ("title", "channel_id", "category", "language", "platform", "metric_regime")
"""Texts that a video always has: an empty one is not known. (An empty description is one.)"""


def source_clock() -> SourceClock:
    """Return the clock of the analytics, from the setting ``FOREVIEW``."""
    return SourceClock(**clock_settings())


def training_catalogue(as_of: datetime) -> Catalogue:
    """Return the usable, published videos and what was known of them at ``as_of``: five queries, however many videos."""
    return _catalogue(_with_catalogue_names(selectors.videos()), as_of, None)


def forecast_catalogue(as_of: datetime, asked: Sequence[Any] | None = None) -> Catalogue:
    """Return the videos ``asked`` for (keys; None: all usable) with their channels' history, known at ``as_of``.

    A video that is not public at ``as_of`` is there as if it were published at ``as_of``. Five queries, however many videos.
    """
    videos = _with_catalogue_names(selectors.videos(asked))
    now = pl.lit(as_of).cast(pl.Datetime("ms", "UTC"))
    not_public = pl.col("published_at").is_null() | (pl.col("published_at") > now)
    if asked is not None:
        not_public &= pl.col("video_id").is_in([str(key) for key in asked])
    published = pl.when(not_public).then(now).otherwise("published_at")
    return _catalogue(videos.with_columns(published_at=published), as_of, asked)


def _catalogue(videos: pl.DataFrame, as_of: datetime, asked: Sequence[Any] | None) -> Catalogue:
    clock = source_clock()
    videos, left_out = usable_videos(videos, as_of)
    tables: dict[str, pl.DataFrame] = {}
    for name, table in TABLE_OF.items():
        if (found := selectors.rows(name, asked)) is not None:
            tables[table], refused = usable_rows(found, table, videos, clock)
            left_out += refused
    _log(left_out)
    catalogue = _with_regimes(
        Catalogue.of(
            videos,
            daily=tables.get("daily"),
            earnings=tables.get("earnings"),
            snapshots=tables.get("snapshots"),
            clock=clock,
        )
    )
    return catalogue.as_of(as_of)


def _with_regimes(catalogue: Catalogue) -> Catalogue:
    """Return the catalogue with the regimes that were entered: their names on videos published since, their dates on those published before.

    What is told of a video published before is the first date after its publication: from then on its counts are of neither definition. A video
    whose regime is said follows that alone.
    """
    named, redefined = pl.col("metric_regime"), pl.col("metric_redefined_at")
    for regime in selectors.metric_regimes():  # the earliest first
        since = pl.lit(regime.at).cast(pl.Datetime("ms", "UTC"))
        concerned = (
            (pl.col("platform").str.to_lowercase() == regime.platform.lower())
            & (pl.col("format") == regime.format)
            & pl.col("metric_regime").is_null()
        )
        later = pl.col("published_at") >= since
        named = pl.when(concerned & later).then(pl.lit(regime.name)).otherwise(named)
        redefined = pl.coalesce(redefined, pl.when(concerned & ~later).then(since))
    return replace(catalogue, videos=catalogue.videos.with_columns(metric_regime=named, metric_redefined_at=redefined))


def _log(left_out: Sequence[LeftOut]) -> None:
    for item in left_out:
        logger.warning("%s: %d left out: %s", item.table, item.count, item.reason)


def _with_catalogue_names(videos: pl.DataFrame) -> pl.DataFrame:
    """Return the videos under the catalogue's names, with empty texts as nulls."""
    videos = videos.rename({"duration": "duration_s"} if "duration" in videos.columns else {})
    empty = [name for name in _NOT_EMPTY if name in videos.columns]
    videos = videos.with_columns(pl.when(pl.col(name) != "").then(pl.col(name)).alias(name) for name in empty)
    if "is_short" not in videos.columns:
        return videos
    named = pl.when("is_short").then(pl.lit("short")).when(~pl.col("is_short")).then(pl.lit("long"))
    return videos.with_columns(format=named).drop("is_short")
