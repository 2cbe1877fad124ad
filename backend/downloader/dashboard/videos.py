"""The list of videos, and the same as a CSV file."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone

from downloader.dashboard.access import page, wants_part
from downloader.dashboard.words import FORMAT_NAMES
from downloader.models import VideoDownload
from downloader.services.access import Account
from foreview.errors import UsageError

LIMIT: Final = 25
SPARK_DAYS: Final = 30
ORDER_NAMES: Final = {
    "newest": "newest first",
    "beats-typical": "most likely to beat typical",
    "outlier": "highest outlier score",
    "views": "most views after 30 days",
    "revenue": "most revenue after 30 days",
}
STATES: Final = {
    "": "any",
    "open": "younger than 30 days",
    "mature": "30 days or older",
    "planned": "not published yet",
}
NORMAL: Final = {"": "any", "outside": "outside normal range"}
COLUMNS: Final = (
    ("id", "pk"),
    ("title", "title"),
    ("channel", "channel_id"),
    ("published_at", "published_at"),
    ("duration_s", "duration"),
    ("forecast_views_30d", "ml_predicted_views_30d"),
    ("forecast_revenue_30d_usd", "ml_predicted_revenue_30d"),
    ("confidence", "ml_confidence"),
    ("outlier_score", "ml_standing.ratio"),
    ("outlier_score_low", "ml_standing.low"),
    ("outlier_score_high", "ml_standing.high"),
    ("outlier_score_age_d", "ml_standing.age_days"),
    ("chance_of_luck", "ml_standing.luck"),
    ("standing", "ml_standing.place"),
    ("standing_as_of", "ml_standing.as_of"),
)


@dataclass(frozen=True, slots=True)
class Asked:
    """What a person chose above the list."""

    q: str
    channel: str
    format: str
    state: str
    range: str
    order: str

    @property
    def query(self) -> str:
        """The choice as it stands in an address."""
        chosen = {name: getattr(self, name) for name in self.__dataclass_fields__}
        return urlencode({name: value for name, value in chosen.items() if value})


@page()
def show(request: HttpRequest, account: Account) -> HttpResponse:
    """Return the list, or the part of it that htmx asks for."""
    from downloader import selectors

    asked = _asked(request)
    listing = _listing(asked)
    found = selectors.video_listing(account.channels, listing, request.GET.get("after", ""), LIMIT)
    since = (timezone.now() - timedelta(days=SPARK_DAYS)).date()
    sparks = selectors.daily_views([video.pk for video in found.videos], since)
    shown: dict[str, Any] = {
        "asked": asked,
        "rows": [
            (video, _beside(video, "ml_prediction"), _beside(video, "ml_standing"), sparks.get(video.pk, []))
            for video in found.videos
        ],
        "next": found.next,
        "total": selectors.count_listed(account.channels, listing),
        "channels": selectors.channels_listed(account.channels),
        "orders": ORDER_NAMES,
        "states": STATES,
        "ranges": NORMAL,
        "formats": FORMAT_NAMES,
    }
    part = wants_part(request)
    return render(request, "foreview/videos_part.html" if part else "foreview/videos.html", shown)


@page()
def export(request: HttpRequest, account: Account) -> HttpResponse:
    """Return every video of the list as CSV, while it is read."""
    from downloader import selectors

    rows = selectors.all_listed(account.channels, _listing(_asked(request)))
    answer = StreamingHttpResponse(_lines(rows), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="foreview-videos.csv"'
    return answer  # type: ignore[return-value]  # both are HttpResponseBase


def harmless(text: str) -> str:
    """Return a text that spreadsheets do not take for a formula (OWASP, CSV injection).

    Examples
    --------
    >>> harmless("=1+1"), harmless("ten tomatoes")
    ("'=1+1", 'ten tomatoes')

    """
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r", "\n") else text


class _Echo:
    """A file that hands back what is written, which is how Django streams CSV."""

    def write(self, line: str) -> str:
        """Return the line."""
        return line


def _lines(rows: Iterator[VideoDownload]) -> Iterator[str]:
    writer = csv.writer(_Echo())
    yield writer.writerow([name for name, _ in COLUMNS])
    for video in rows:
        yield writer.writerow([_cell(_beside(video, field)) for _, field in COLUMNS])


def _cell(value: Any) -> Any:
    if value is None:
        return ""
    return harmless(value) if isinstance(value, str) else value


def _asked(request: HttpRequest) -> Asked:
    chosen = {name: request.GET.get(name, "").strip() for name in Asked.__dataclass_fields__}
    for name, known in (("format", FORMAT_NAMES), ("state", STATES), ("range", NORMAL)):
        if chosen[name] not in known:
            raise UsageError(f"a {name} is one of {', '.join(filter(None, known))}", f"found {chosen[name]!r:.40}")
    return Asked(**chosen | {"order": chosen["order"] or "newest"})


def _listing(asked: Asked) -> Any:
    from downloader.selectors import Listing, VideoFilter

    now = timezone.now()
    month_ago = now - timedelta(days=30)
    wanted = VideoFilter(
        channel=asked.channel or None,
        format=asked.format or None,
        search=asked.q or None,
        published_from=month_ago if asked.state == "open" else None,
        published_before={"mature": month_ago, "open": now}.get(asked.state),
    )
    unpublished_at = now if asked.state == "planned" else None
    return Listing(wanted, asked.order, unpublished_at=unpublished_at, outside=asked.range == "outside")


def _beside(video: VideoDownload, path: str) -> Any:
    """Return what a path such as ``ml_standing.ratio`` leads to; None where the video has no such row."""
    found: Any = video
    for name in path.split("."):
        found = getattr(found, name, None)
    return found
