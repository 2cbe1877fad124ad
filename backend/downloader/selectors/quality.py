"""Questions about how whole the data are, for each channel, and about what an import brought. As many queries however many channels."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import Any, Final

from django.db.models import Count, F, Max, Min, Q, QuerySet, Window
from django.db.models.functions import Lag

from downloader.models import AdSenseEarnings, VideoAnalytics, VideoDownload, VideoSnapshot
from downloader.selectors.pages import Channels
from foreview.vocabulary import HORIZON_DAYS, SHORT_MAX_SECONDS

SLICE: Final = 20_000


def videos_by_channel(channels: Channels) -> list[dict[str, Any]]:
    """Return for each channel how many videos it has, and of how many what is not known; by channel."""
    unknown = {
        "without_time": Q(published_at=None),
        "without_duration": Q(duration=None),
        "without_format": Q(is_short=None, duration=None),
        "unusable": ~Q(status="success"),
    }
    rows = _of(VideoDownload.objects.all(), "channel_id", channels).order_by("channel_id").values("channel_id")
    named = {name: Count("pk", filter=condition) for name, condition in unknown.items()}
    return list(rows.annotate(videos=Count("pk"), newest=Max("published_at"), **named))


def days_by_video(channels: Channels) -> Iterator[tuple[str, date, date, int]]:
    """Yield for each video with days its channel, its first and last day, and how many days are there."""
    rows = _of(VideoAnalytics.objects.order_by(), "video__channel_id", channels).values("video")
    told = rows.annotate(first=Min("date"), last=Max("date"), days=Count("pk"))
    yield from told.values_list("video__channel_id", "first", "last", "days").iterator(chunk_size=SLICE)


def earnings_by_channel(channels: Channels) -> dict[str, tuple[int, date]]:
    """Return for each channel with earnings how many days there are, and the last."""
    rows = _of(AdSenseEarnings.objects.order_by(), "video__channel_id", channels).values("video__channel_id")
    told = rows.annotate(days=Count("pk"), last=Max("date")).values_list("video__channel_id", "days", "last")
    return {channel: (days, last) for channel, days, last in told}


def snapshots_by_channel(channels: Channels) -> dict[str, tuple[int, datetime]]:
    """Return for each channel with snapshots how many there are, and when the last was taken."""
    rows = _of(VideoSnapshot.objects.order_by(), "video__channel_id", channels).values("video__channel_id")
    told = rows.annotate(rows=Count("pk"), last=Max("observed_at")).values_list("video__channel_id", "rows", "last")
    return {channel: (number, last) for channel, number, last in told}


def falling_by_channel(channels: Channels) -> Counter[str]:
    """Return for each channel how many snapshots have fewer views than the one before of the same video."""
    before = Window(Lag("views"), partition_by=[F("video")], order_by=F("observed_at").asc())
    rows = _of(VideoSnapshot.objects.order_by(), "video__channel_id", channels).annotate(before=before)
    return Counter(rows.filter(views__lt=F("before")).values_list("video__channel_id", flat=True))


def usable_by_source(channels: Channels, source_ids: Sequence[str]) -> list[int]:
    """Return the keys of the usable videos with these ids of their sources that may be seen, the youngest first."""
    found: list[tuple[Any, int]] = []
    for start in range(0, len(source_ids), SLICE):
        rows = VideoDownload.objects.filter(source_id__in=source_ids[start : start + SLICE], status="success")
        found += _of(rows, "channel_id", channels).values_list("published_at", "pk")
    young = sorted(found, key=lambda row: (row[0] is not None, row[0] and row[0].timestamp(), row[1]), reverse=True)
    return [key for _, key in young]


def videos_with_forecasts(keys: Sequence[int]) -> list[VideoDownload]:
    """Return these videos with the forecasts that stand, in this order."""
    rows = VideoDownload.objects.select_related("ml_prediction").defer("transcript", "description")
    by_key = rows.in_bulk(list(keys))
    return [by_key[key] for key in keys if key in by_key]


def _of(rows: QuerySet[Any], path: str, channels: Channels) -> QuerySet[Any]:
    return rows if channels is None else rows.filter(**{f"{path}__in": list(channels)})


def count_concerned(platform: str, form: str, at: datetime) -> tuple[int, int]:
    """Return how many videos of a platform and format were published from ``at`` on, and how many less than 30 days before."""
    short = Q(is_short=True) | Q(is_short=None, duration__lte=SHORT_MAX_SECONDS)
    of_format = short if form == "short" else Q(is_short=False) | Q(is_short=None, duration__gt=SHORT_MAX_SECONDS)
    rows = VideoDownload.objects.filter(of_format, platform__iexact=platform)
    since, month_before = Q(published_at__gte=at), at - timedelta(days=max(HORIZON_DAYS.values()))
    across = Q(published_at__lt=at, published_at__gt=month_before)
    counts = rows.aggregate(since=Count("pk", filter=since), across=Count("pk", filter=across))
    return counts["since"], counts["across"]
