"""The list of videos: filtered, ordered by one value, a page at a time."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any, Final

from django.db.models import F, Q, QuerySet

from downloader.models import VideoAnalytics, VideoDownload, VideoStanding
from downloader.selectors.pages import Channels, VideoFilter
from foreview.errors import UsageError

ORDERS: Final[Mapping[str, tuple[str, str]]] = {
    "newest": ("published_at", "pk"),
    "beats-typical": ("ml_prediction__p_beats_typical", "ml_prediction__video_id"),
    "outlier": ("ml_standing__ratio", "ml_standing__video_id"),
    "views": ("ml_predicted_views_30d", "pk"),
    "revenue": ("ml_predicted_revenue_30d", "pk"),
}
"""Name of an order → the value by which videos come, the largest first, and the key beside it, by which the database finds both in one index.

Who has no such value is not in the list.
"""
OUTSIDE: Final = (VideoStanding.Place.ABOVE, VideoStanding.Place.BELOW)


@dataclass(frozen=True, slots=True)
class Listing:
    """What is listed, and how."""

    wanted: VideoFilter = field(default_factory=VideoFilter)
    order: str = "newest"
    unpublished_at: datetime | None = None
    """Those that are not public at this instant, and no others, the newest by when they were entered; None: whichever."""
    outside: bool = False
    """Those outside their normal range, and no others."""

    def __post_init__(self) -> None:
        if self.order not in ORDERS:
            raise UsageError(f"an order is one of {', '.join(ORDERS)}", f"found {self.order!r}")

    @property
    def by(self) -> tuple[str, str]:
        """The columns by which it is ordered: a value, and the key where values are equal."""
        entered = self.order == "newest" and self.unpublished_at is not None
        return ("pk", "pk") if entered else ORDERS[self.order]


@dataclass(frozen=True, slots=True)
class ListPage:
    """A page of the list, and the cursor of the next one; empty where there is none."""

    videos: list[VideoDownload]
    next: str


def video_listing(channels: Channels, listing: Listing, cursor: str, limit: int) -> ListPage:
    """Return ``limit`` videos after ``cursor`` with their forecasts, in one query.

    Raises
    ------
    UsageError
        If the cursor is none that a page gave.

    """
    rows = _listed(channels, listing)
    if cursor:
        rows = rows.filter(_after(listing.by, *_read(cursor, listing.by[0])))
    found = list(rows[: limit + 1])
    more = len(found) > limit
    return ListPage(found[:limit], _cursor(found[limit - 1]) if more else "")


def all_listed(channels: Channels, listing: Listing) -> Iterator[VideoDownload]:
    """Yield every video of the list with its standing, a few at a time; without its whole forecast, of which most of the time went into reading the JSON."""
    found = _listed(channels, listing).select_related(None).select_related("ml_standing")
    found = found.defer("transcript", "description", "tags", "ai_tags", "target_keywords")
    return found.iterator(chunk_size=2_000)


def count_listed(channels: Channels, listing: Listing) -> int:
    """Return how many videos the list holds."""
    return _listed(channels, listing).order_by().count()


def channels_listed(channels: Channels) -> list[str]:
    """Return the ids of the channels that have videos and may be seen, by name."""
    rows = VideoDownload.objects.exclude(channel_id="").order_by("channel_id")
    rows = rows if channels is None else rows.filter(channel_id__in=list(channels))
    return list(rows.values_list("channel_id", flat=True).distinct())


def daily_views(keys: list[int], since: date) -> dict[int, list[int]]:
    """Return for each of these videos the views of its days from ``since`` on, in order of the days."""
    rows = VideoAnalytics.objects.filter(video__in=keys, date__gte=since).order_by("video", "date")
    found: dict[int, list[int]] = {}
    for video, views in rows.values_list("video", "views"):
        found.setdefault(video, []).append(views)
    return found


def titles_of(channels: Channels, keys: Iterable[int]) -> dict[int, str]:
    """Return the titles of those of the videos that are there and may be seen."""
    rows = VideoDownload.objects.filter(pk__in=list(keys))
    rows = rows if channels is None else rows.filter(channel_id__in=list(channels))
    return dict(rows.values_list("pk", "title"))


def _listed(channels: Channels, listing: Listing) -> QuerySet[VideoDownload]:
    rows = VideoDownload.objects.select_related("ml_prediction", "ml_standing").defer(
        "transcript", "description", "ml_prediction__features_used"
    )
    rows = rows if channels is None else rows.filter(channel_id__in=list(channels))
    value, key = listing.by
    found = rows.filter(listing.wanted.wanted, **{f"{value}__isnull": False})
    if listing.unpublished_at is not None:
        found = found.filter(Q(published_at__isnull=True) | Q(published_at__gt=listing.unpublished_at))
    if listing.outside:
        found = found.filter(ml_standing__place__in=OUTSIDE)
    return found.annotate(foreview_place=F(value)).order_by("-foreview_place", f"-{key}")


def _after(by: tuple[str, str], place: Any, key: int) -> Q:
    value, tie = by
    return Q(**{f"{value}__lte": place}) & (Q(**{f"{value}__lt": place}) | Q(**{f"{tie}__lt": key}))


def _cursor(video: VideoDownload) -> str:
    place = video.foreview_place  # type: ignore[attr-defined]  # annotated in _listed
    return f"{place.isoformat() if isinstance(place, datetime) else repr(place)}~{video.pk}"


def _read(cursor: str, value: str) -> tuple[Any, int]:
    place, _, key = cursor.rpartition("~")
    try:
        return _moment(place) if value == "published_at" else _finite(place), int(key)
    except (ValueError, OverflowError) as error:
        raise UsageError(
            "a cursor is one that the page before gave", f"found {cursor!r}", "Begin at the first page"
        ) from error


def _moment(text: str) -> datetime:
    found = datetime.fromisoformat(text)
    if found.tzinfo is None:
        raise ValueError("a time has a time zone")
    return found.astimezone(UTC)  # an OverflowError at the ends of the calendar


def _finite(text: str) -> float:
    found = float(text)
    if not math.isfinite(found):
        raise ValueError("a number is finite")
    return found
