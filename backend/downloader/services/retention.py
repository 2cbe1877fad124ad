"""Deleting what was read: when it was not refreshed for long, or its owner wants it gone."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.db.models import Max, QuerySet

from downloader.models import ConnectedVideo, Connection, ConnectionState, VideoDownload
from downloader.selectors import connections as selectors
from downloader.selectors import entered_since

WITHOUT_CONSENT: Final = timedelta(days=6)
"""After the last reading, until what was read of a connection that opens no more is deleted: the night after it is the seventh day."""


def delete_unrefreshed(connection: Connection, now: datetime) -> int:
    """Delete what ``retention_days`` do not allow any more, and return how many rows that were."""
    if connection.retention_days is None:
        return 0
    if connection.state == ConnectionState.AGAIN and _last_reading(connection, now) <= now - WITHOUT_CONSENT:
        return delete_read(connection)
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
        connection.readings.all().delete()
        deleted += _delete_days(videos)
        return deleted + _delete_brought(videos)


def _last_reading(connection: Connection, now: datetime) -> datetime:
    return connection.readings.aggregate(last=Max("at"))["last"] or now


def _delete_days(videos: QuerySet[ConnectedVideo]) -> int:
    """Delete the days that were read of these videos; the next pass reads all of them again."""
    deleted = sum(rows.delete()[0] for rows in selectors.days_read(videos))
    videos.update(whole_at=None, first_day=None, last_day=None)
    return deleted


def _delete_brought(videos: QuerySet[ConnectedVideo]) -> int:
    """Delete those of the videos that were not here before; their forecasts stay in the ledger.

    Call it after their days and snapshots: a video with rows that are left, which others entered or another connection read, stays.
    """
    keys = list(videos.filter(brought=True).values_list("video", flat=True))
    return VideoDownload.objects.filter(pk__in=set(keys) - entered_since(keys)).delete()[0]
