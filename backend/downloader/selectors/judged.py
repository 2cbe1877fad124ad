"""How unusual videos were found to be."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Count, Max, Q

from downloader.models import VideoDownload, VideoStanding
from downloader.selectors.listing import OUTSIDE
from downloader.selectors.pages import Channels


def ages_judged() -> dict[str, int]:
    """Return for each video that was judged, by its key as text, the age [whole days] at which that was."""
    return {str(video): age for video, age in VideoStanding.objects.values_list("video", "age_days")}


def last_judged() -> datetime | None:
    """Return when videos were last judged; None where none was."""
    found: datetime | None = VideoStanding.objects.aggregate(at=Max("as_of"))["at"]
    return found


def outside_since(channels: Channels, start: datetime, end: datetime) -> list[VideoStanding]:
    """Return the standings of the videos published from ``start`` on and before ``end`` that are outliers, with the videos, the least like luck first."""
    rows = VideoStanding.objects.filter(place__in=OUTSIDE).select_related("video")
    rows = rows.filter(video__published_at__gte=start, video__published_at__lt=end).order_by("luck", "video")
    return list(rows if channels is None else rows.filter(video__channel_id__in=list(channels)))


def count_judged_since(channels: Channels, start: datetime, end: datetime) -> tuple[int, int]:
    """Return how many videos were published then, and of how many of them enough was known to tell luck from more."""
    rows = VideoDownload.objects.filter(published_at__gte=start, published_at__lt=end)
    rows = rows if channels is None else rows.filter(channel_id__in=list(channels))
    counts = rows.aggregate(all=Count("pk"), judged=Count("pk", filter=Q(ml_standing__luck__isnull=False)))
    return counts["all"], counts["judged"]
