"""What an import asks: what is there already, and which imports there were."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import polars as pl
from django.core.exceptions import ObjectDoesNotExist
from django.db.models import Model, QuerySet

from downloader.frames import Schema, frame_of
from downloader.models import (
    AdSenseEarnings,
    ImportRun,
    LedgerRow,
    MLPrediction,
    VideoAnalytics,
    VideoDownload,
    VideoSnapshot,
)
from downloader.selectors.videos import ROW_SCHEMAS, VIDEO_SCHEMA
from foreview.errors import UsageError

ROW_MODELS: Final[dict[str, type[Model]]] = {
    "daily": VideoAnalytics,
    "earnings": AdSenseEarnings,
    "snapshots": VideoSnapshot,
}
TIME_OF: Final = {"daily": "date", "earnings": "date", "snapshots": "observed_at"}
_SCHEMA_OF: Final = {
    "daily": ROW_SCHEMAS["ANALYTICS"],
    "earnings": ROW_SCHEMAS["EARNINGS"],
    "snapshots": ROW_SCHEMAS["SNAPSHOTS"],
}


class ImportUnknown(UsageError, ObjectDoesNotExist):  # noqa: N818  (Django's own says DoesNotExist)
    """There is no such import, or it is not to be seen."""


def videos_there(source_ids: Sequence[str]) -> pl.DataFrame:
    """Return the own videos with these ids of their sources: ``key``, ``source_id`` and their facts."""
    schema: Schema = {"key": pl.Float64, "source_id": pl.String, **VIDEO_SCHEMA, "has_transcript": pl.Boolean}
    found = VideoDownload.objects.filter(source_id__in=list(source_ids))
    return _keyed(frame_of(found.values_list("pk", *list(schema)[1:]), schema))


def channels_there(source_ids: Sequence[str]) -> dict[str, str]:
    """Return the channels of the own videos with these ids of their sources, by that id."""
    found = VideoDownload.objects.filter(source_id__in=list(source_ids))
    return {str(source_id): channel for source_id, channel in found.values_list("source_id", "channel_id")}


def rows_there(table: str, videos: Sequence[int], since: Any, until: Any) -> pl.DataFrame:
    """Return the rows of these videos (by key) from ``since`` to ``until``: ``key``, ``video``, the time, and the counts.

    ``table`` is daily, earnings or snapshots.
    """
    schema: Schema = {"key": pl.Float64, "video": pl.Float64, **_SCHEMA_OF[table]}
    within = {f"{TIME_OF[table]}__gte": since, f"{TIME_OF[table]}__lte": until}
    found = ROW_MODELS[table]._default_manager.filter(video__in=list(videos), **within)
    return _keyed(frame_of(found.values_list("pk", *list(schema)[1:]), schema))


def forecast_before(keys: Sequence[int]) -> set[int]:
    """Return which of these videos have a forecast that stands, or one in the ledger."""
    stands = MLPrediction.objects.filter(video_id__in=keys).values_list("video_id", flat=True)
    recorded = LedgerRow.objects.filter(video__in=[str(key) for key in keys]).values_list("video", flat=True)
    return set(stands) | {int(video) for video in recorded.distinct()}


def entered_since(keys: Sequence[int]) -> set[int]:
    """Return which of these videos have rows or a transcript."""
    found = set(VideoDownload.objects.filter(pk__in=keys).exclude(transcript="").values_list("pk", flat=True))
    for model in ROW_MODELS.values():
        found |= set(model._default_manager.filter(video__in=keys).values_list("video_id", flat=True).distinct())
    return found


def import_page(who: str | None, before: int | None, limit: int) -> list[ImportRun]:
    """Return ``limit`` imports that ``who`` asked for (None: anybody), and one more where there are more."""
    rows = _imports_of(who)
    return list((rows if before is None else rows.filter(pk__lt=before))[: limit + 1])


def import_seen(who: str | None, number: int) -> ImportRun:
    """Return one import.

    Raises
    ------
    ImportUnknown
        If there is none, or somebody else asked for it: the two are not told apart.

    """
    found = _imports_of(who).filter(pk=number).first()
    if found is None:
        raise ImportUnknown("an import is one that this account asked for", f"there is none with the number {number}")
    return found


def mapping_remembered(who: str, kind: str, heading: str) -> ImportRun | None:
    """Return the import that last applied a mapping to a table with these columns; None where there is none."""
    applied = ImportRun.objects.filter(who=who, kind=kind, heading=heading, applied_at__isnull=False)
    found = applied.order_by("-applied_at").first()
    return found if found is not None and heading and found.options.get("mapping") else None


def _imports_of(who: str | None) -> QuerySet[ImportRun]:
    return ImportRun.objects.all() if who is None else ImportRun.objects.filter(who=who)


def _keyed(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.with_columns(pl.col(name).cast(pl.Int64) for name in ("key", "video") if name in frame.columns)
