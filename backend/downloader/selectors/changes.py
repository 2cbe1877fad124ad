"""What has changed since a moment, and when anything was written last."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import CharField, Count, Max, Q, QuerySet
from django.db.models.functions import Cast

from downloader.models import LedgerRow, MLPrediction, VideoDownload
from downloader.selectors.pages import Channels


def last_forecast_written(channels: Channels) -> datetime | None:
    """Return when a forecast of these channels was last written; None where there is none."""
    rows = MLPrediction.objects.all()
    rows = rows if channels is None else rows.filter(video__channel_id__in=list(channels))
    found: datetime | None = rows.aggregate(at=Max("updated_at"))["at"]
    return found


def counts_since(channels: Channels, since: datetime, now: datetime) -> dict[str, int]:
    """Return how many videos there are, how many were published since, and how many labels of 30-day views were written since."""
    rows = VideoDownload.objects.all()
    rows = rows if channels is None else rows.filter(channel_id__in=list(channels))
    found: dict[str, int] = rows.aggregate(
        videos=Count("pk"), published=Count("pk", filter=Q(published_at__gt=since, published_at__lte=now))
    )
    outcomes = LedgerRow.objects.filter(kind=LedgerRow.Kind.OUTCOME, target="views_30d", written_at__gt=since)
    return found | {"matured": _of_channels(outcomes, channels).count()}


def forecasts_since(channels: Channels, since: datetime) -> list[tuple[str, datetime, str]]:
    """Return video, issue time and record of the forecasts served since, in the order of the ledger."""
    rows = LedgerRow.objects.filter(kind=LedgerRow.Kind.FORECAST, role=LedgerRow.Role.SERVED, as_of__gt=since)
    found = _of_channels(rows, channels).order_by("number").values_list("video", "as_of", "record")
    return [(video, as_of, record) for video, as_of, record in found if as_of is not None]


def _of_channels(rows: QuerySet[LedgerRow], channels: Channels) -> QuerySet[LedgerRow]:
    if channels is None:
        return rows
    keys: Any = VideoDownload.objects.filter(channel_id__in=list(channels)).annotate(key=Cast("pk", CharField()))
    return rows.filter(video__in=keys.values("key"))
