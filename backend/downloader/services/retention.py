"""Deleting what was read: when it was not refreshed for long, or its owner wants it gone."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet

from downloader.models import ConnectedVideo, Connection, VideoDownload
from downloader.selectors import connections as selectors


def delete_unrefreshed(connection: Connection, now: datetime) -> int:
    """Delete what ``retention_days`` do not allow any more, and return how many rows that were."""
    if connection.retention_days is None:
        return 0
    before = now - timedelta(days=connection.retention_days)
    videos = ConnectedVideo.objects.filter(connection=connection)
    with transaction.atomic():
        old = connection.readings.filter(at__lt=before)
        deleted = selectors.snapshots_read(connection).filter(observed_at__lt=before).delete()[0]
        old.delete()
        deleted += _delete_days(videos.filter(whole_at__lt=before))
        return deleted + _delete_brought(videos.filter(seen_at__lt=before))


def delete_read(connection: Connection) -> int:
    """Delete all that was read through the connection, and return how many rows that were."""
    videos = ConnectedVideo.objects.filter(connection=connection)
    with transaction.atomic():
        deleted = selectors.snapshots_read(connection).delete()[0]
        deleted += _delete_days(videos)
        return deleted + _delete_brought(videos)


def _delete_days(videos: QuerySet[ConnectedVideo]) -> int:
    """Delete the days that were read of these videos; the next pass reads all of them again."""
    deleted = sum(rows.delete()[0] for rows in selectors.days_read(videos))
    videos.update(whole_at=None, first_day=None, last_day=None)
    return deleted


def _delete_brought(videos: QuerySet[ConnectedVideo]) -> int:
    """Delete those of the videos that were not here before; their forecasts stay in the ledger."""
    keys = list(videos.filter(brought=True).values_list("video", flat=True))
    return VideoDownload.objects.filter(pk__in=keys).delete()[0]
