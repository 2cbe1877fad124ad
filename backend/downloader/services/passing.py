"""A pass over the videos of a channel: which days are wanted of each, and how they are written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Final, TypeAlias
from zoneinfo import ZoneInfo

import polars as pl
from django.db import transaction

from downloader.connectors.youtube_analytics import TIMEZONE, KnownUntil
from downloader.connectors.youtube_data import VideosSeen
from downloader.gateways.catalogue import source_clock
from downloader.gateways.importing import import_catalogue
from downloader.models import ConnectedVideo, Connection, ConnectionReading, VideoDownload
from downloader.selectors import connections as selectors
from downloader.services.confirming import Confirm
from foreview.tables.catalogue import Catalogue

REREAD_DAYS: Final = 45
"""Days that are read again: views are corrected for days, revenue until its month is settled."""
SPARE_DAYS: Final = 9
"""All days are read again so long before their retention ends: a large channel may take more than one day's quota."""
_ALWAYS: Final = ("video_id", "published_at", "channel_id", "duration_s", "platform")
"""Facts that do not change; title, description and tags stay as they were first read."""
Days: TypeAlias = tuple[date, date]


@dataclass(frozen=True, slots=True)
class Pass:
    """One reading of all videos, in as many syncs as it takes."""

    begun_at: datetime
    counts: date | None
    """Last day that YouTube had worked out the counts of when it was begun."""
    revenue: date | None
    whole: bool
    """Whether all days are read, not the last ones alone."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """First and last day to be read of a video."""

    counts: Days
    revenue: Days | None
    whole: bool


@dataclass(frozen=True, slots=True)
class VideoRead:
    """What was read of the days of a video."""

    video_id: str
    counts: pl.DataFrame | None = None
    earnings: pl.DataFrame | None = None
    days: Wanted | None = None


@dataclass(frozen=True, slots=True)
class Batch:
    """What was read of some videos."""

    at: datetime
    seen: VideosSeen
    read: Sequence[VideoRead]
    """Of those for which reading came to its end."""


def pass_begun(connection: Connection) -> Pass | None:
    """Return the pass that was begun and is not done."""
    if (kept := connection.reading) is None:
        return None
    counts, revenue = (date.fromisoformat(kept[name]) if kept[name] else None for name in ("counts", "revenue"))
    return Pass(datetime.fromisoformat(kept["begun_at"]), counts, revenue, kept["whole"])


def begin_pass(connection: Connection, known: KnownUntil, now: datetime) -> Pass:
    """Begin a pass to the last days that are known, and return it."""
    every = timedelta(days=max(1, (connection.retention_days or 30) - SPARE_DAYS))
    whole = connection.whole_at is None or now - connection.whole_at >= every
    kept = {
        name: None if day is None else day.isoformat()
        for name, day in (("counts", known.counts), ("revenue", known.revenue))
    }
    connection.reading = {"begun_at": now.isoformat(), "whole": whole, **kept}
    connection.save(update_fields=["reading"])
    return Pass(now, known.counts, known.revenue, whole)


def days_wanted(this: Pass, published_at: datetime, known: ConnectedVideo | None) -> Wanted | None:
    """Return the days to be read of a video; None where none of its days is known yet."""
    first = published_at.astimezone(ZoneInfo(TIMEZONE)).date()
    if this.counts is None or this.counts < first:
        return None
    whole = this.whole or known is None or known.last_day is None
    if not whole:
        assert known is not None and known.last_day is not None  # noqa: S101, PT018  (see whole)
        first = max(first, min(known.last_day, this.counts) - timedelta(days=REREAD_DAYS - 1))
    earned_until = None if this.revenue is None else min(this.revenue, this.counts)
    revenue = None if earned_until is None or earned_until < first else (first, earned_until)
    return Wanted((first, this.counts), revenue, whole)


def write_batch(connection: Connection, this: Pass, batch: Batch, confirm: Confirm) -> None:
    """Write what was read of these videos, and that they are done, in one transaction."""
    ids = [one.video_id for one in batch.read]
    with transaction.atomic():
        here = selectors.formats_of(ids)
        known = pl.col("video_id").is_in(list(here))
        _import(_as_known(batch.seen.videos.filter(known), here), batch)
        _import(batch.seen.videos.filter(~known), batch)
        _write_states({video_id: batch.seen.states[video_id] for video_id in ids})
        ConnectionReading.objects.get_or_create(connection=connection, at=batch.at)
        _write_videos(connection, this, batch, here)
        confirm()


def _as_known(videos: pl.DataFrame, formats: Mapping[str, bool | None]) -> pl.DataFrame:
    """Return what does not change of videos that are here, and the format that they have: YouTube tells none."""
    names = {True: "short", False: "long", None: None}
    told = [names[formats[video_id]] for video_id in videos["video_id"]]
    return videos.select(_ALWAYS).with_columns(pl.Series("format", told, dtype=pl.String))


def _import(videos: pl.DataFrame, batch: Batch) -> None:
    """Write these videos with what was read of them, by the way that every import goes."""
    ids = videos["video_id"].to_list()
    mine = [one for one in batch.read if one.video_id in set(ids)]
    videos = videos.filter(pl.col("video_id").is_in([one.video_id for one in mine]))
    if videos.is_empty():
        return
    counts = [one.counts for one in mine if one.counts is not None]
    earnings = [one.earnings for one in mine if one.earnings is not None]
    snapshots = batch.seen.snapshots
    catalogue = Catalogue.of(
        videos,
        snapshots=snapshots.filter(pl.col("video_id").is_in(videos["video_id"].implode())),
        daily=pl.concat(counts) if counts else None,
        earnings=pl.concat(earnings) if earnings else None,
        clock=replace(source_clock(), timezone=TIMEZONE),
    )
    import_catalogue(catalogue)


def _write_states(states: dict[str, str]) -> None:
    """Write which videos can be used; one that was set aside here for another reason stays so."""
    for state in set(states.values()):
        ids = [video_id for video_id, its in states.items() if its == state]
        videos = VideoDownload.objects.filter(source_id__in=ids)
        of_youtube = videos.filter(status__in=["success", "private", "deleted", "upcoming", "failed", "rejected"])
        of_youtube.exclude(status=state).update(status=state)


def _write_videos(connection: Connection, this: Pass, batch: Batch, here: Mapping[str, bool | None]) -> None:
    """Write that this pass is done with these videos; one that is private and was never seen before is none of ours."""
    ids = [one.video_id for one in batch.read]
    keys = dict(VideoDownload.objects.filter(source_id__in=ids).values_list("source_id", "pk"))
    known = selectors.connected_videos_of(connection, ids)
    rows = []
    for one in batch.read:
        if one.video_id in keys:
            row = known.get(one.video_id) or ConnectedVideo(
                connection=connection, video_id=keys[one.video_id], brought=one.video_id not in here, seen_at=batch.at
            )
            row.pass_at = this.begun_at
            row.seen_at = row.seen_at if batch.seen.states[one.video_id] == "deleted" else batch.at
            rows.append(_with_days(row, this, one.days))
    ConnectedVideo.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["connection", "video"],
        update_fields=["pass_at", "seen_at", "whole_at", "first_day", "last_day"],
    )


def _with_days(row: ConnectedVideo, this: Pass, days: Wanted | None) -> ConnectedVideo:
    if days is not None:
        first, last = days.counts
        row.first_day = first if row.first_day is None else min(first, row.first_day)
        row.last_day = last if row.last_day is None else max(last, row.last_day)
        row.whole_at = this.begun_at if days.whole else row.whole_at
    return row
