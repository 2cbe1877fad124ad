"""Questions about connections, and what was read through them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.core.exceptions import ObjectDoesNotExist
from django.db.models import Exists, OuterRef, QuerySet, Sum
from django.db.models.functions import TruncMonth

from downloader.models import (
    AdSenseEarnings,
    ConnectedVideo,
    Connection,
    QuotaUse,
    VideoAnalytics,
    VideoDownload,
    VideoSnapshot,
)
from foreview.errors import UsageError


class ConnectionUnknown(UsageError, ObjectDoesNotExist):  # noqa: N818  (Django's own says DoesNotExist)
    """There is no such connection, or it is somebody else's."""


def connections(who: Any | None = None) -> QuerySet[Connection]:
    """Return the connections that a user made, or all for None, with who connected them."""
    rows = Connection.objects.select_related("who")
    return rows if who is None else rows.filter(who=who)


def connection_numbered(number: int, who: Any | None = None) -> Connection:
    """Return a connection of a user, or of anybody for None.

    Raises
    ------
    ConnectionUnknown
        If there is none of that number.

    """
    found = connections(who).filter(pk=number).first()
    if found is None:
        raise ConnectionUnknown(
            "a connection is one of those there are", f"there is no {number}", "See `manage.py list_connections`"
        )
    return found


def formats_of(source_ids: Iterable[str]) -> dict[str, bool | None]:
    """Return whether the videos are short, of those that are here with a title, by the id of the source."""
    known = VideoDownload.objects.filter(source_id__in=list(source_ids)).exclude(title="")
    return {str(source_id): is_short for source_id, is_short in known.values_list("source_id", "is_short")}


def passes_by_video(connection: Connection) -> dict[str, datetime]:
    """Return for each video that a connection knows, by the id of the source, when the pass began that last asked for it."""
    rows = ConnectedVideo.objects.filter(connection=connection, video__source_id__isnull=False)
    return {str(source_id): at for source_id, at in rows.values_list("video__source_id", "pass_at")}


def connected_videos_of(connection: Connection, source_ids: Iterable[str]) -> dict[str, ConnectedVideo]:
    """Return what a connection has read of some videos, by the id of the source."""
    rows = ConnectedVideo.objects.filter(connection=connection, video__source_id__in=list(source_ids))
    return {str(row.video.source_id): row for row in rows.select_related("video").defer("video__transcript")}


def days_read(videos: QuerySet[ConnectedVideo]) -> tuple[QuerySet[VideoAnalytics], QuerySet[AdSenseEarnings]]:
    """Return the days that were read of these videos."""
    its = videos.filter(video=OuterRef("video"), first_day__lte=OuterRef("date"), last_day__gte=OuterRef("date"))
    return VideoAnalytics.objects.filter(Exists(its)), AdSenseEarnings.objects.filter(Exists(its))


def snapshots_read(connection: Connection) -> QuerySet[VideoSnapshot]:
    """Return the snapshots that were read through a connection."""
    videos = ConnectedVideo.objects.filter(connection=connection).values("video")
    return VideoSnapshot.objects.filter(video__in=videos, observed_at__in=connection.readings.values("at"))


def earned_by_month(channels: Iterable[str], since: date) -> dict[str, Decimal]:
    """Return month → USD that the videos of these channels earned from ``since`` on."""
    rows = AdSenseEarnings.objects.filter(video__channel_id__in=list(channels), date__gte=since)
    months = rows.order_by().annotate(month=TruncMonth("date")).values("month").annotate(usd=Sum("revenue_usd"))
    return {f"{row['month']:%Y-%m}": row["usd"] for row in months}


def quota_used(day: date) -> dict[str, int]:
    """Return method → units of this day."""
    return dict(QuotaUse.objects.filter(day=day, units__gt=0).order_by("method").values_list("method", "units"))
