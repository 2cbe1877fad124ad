"""Videos: listed, read, entered."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any, Literal

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router, Schema
from pydantic import Field

from downloader.api.access import account_of, needs
from downloader.api.description import fails
from downloader.api.shapes import Cursor, Limit, Moment, Name, Number, Page, Text, page_of
from downloader.models import VideoDownload
from downloader.services.videos import create_video, enter_videos

router = Router(tags=["videos"])
Format = Literal["short", "long"]


Seconds = Annotated[float | None, Field(ge=0, le=10_000_000, allow_inf_nan=False, description="length [s]")]
Counter = Annotated[int, Field(ge=0, lt=2**53)]
Tags = Annotated[list[Name] | None, Field(max_length=1_000)]


class FactsGiven(Schema):
    """What is known of a video, one that is there or one that is planned."""

    model_config = {"extra": "forbid"}

    title: Name
    channel_id: Name = Field(description="a channel that the account is a member of")
    description: Text | None = None
    duration_s: Seconds = None
    format: Format | None = Field(None, description="null: derived from platform and duration")
    tags: Tags = None
    is_monetised: bool | None = None


class VideoGiven(FactsGiven):
    """A video as it is entered. What is left out is not known, or stays as it is."""

    published_at: Moment | None = Field(None, description="when it went public; null: not yet")
    category: Text = ""
    language: Text = Field("", description="BCP 47 tag of the spoken language")
    platform: Text = Field("", description="youtube, tiktok, instagram, …")
    source_id: Name | None = Field(None, description="its id where it comes from")


class SnapshotGiven(Schema):
    """The counters of a video, totals so far, as they stood at an instant. What is left out is not known, or stays as it is."""

    model_config = {"extra": "forbid"}

    observed_at: Moment = Field(description="when they were read; the same instant again is the same snapshot")
    views: Counter
    likes: Counter | None = None
    comments: Counter | None = None
    shares: Counter | None = None


class VideoFromSource(VideoGiven):
    """A video that is found again by the id of its source."""

    source_id: Name = Field(description="its id where it comes from; of all videos here one has it")
    snapshot: SnapshotGiven | None = Field(None, description="its counters, where they were read with it")


class Videos(Schema):
    """Many videos at once."""

    model_config = {"extra": "forbid"}

    videos: list[VideoFromSource] = Field(min_length=1, max_length=1_000)


class VideoTold(Schema):
    """A video, with the headline of its forecast where there is one."""

    id: int
    title: str
    channel_id: str
    source_id: str | None
    format: Format | None
    duration_s: float | None
    status: str
    published_at: datetime | None
    category: str
    language: str
    platform: str
    is_monetised: bool | None
    predicted_views_30d: float | None
    predicted_revenue_30d: float | None = Field(description="USD")
    confidence: float | None = Field(description="0 to 1")


class Entered(Schema):
    """What became of the videos of a request."""

    created: int
    changed: int
    unchanged: int
    snapshots: int = Field(description="that are new or changed")


class Wanted(Schema):
    """Which videos are listed."""

    channel: Name | None = None
    format: Format | None = None
    status: Name | None = None
    search: Name | None = Field(None, description="a part of the title")
    source_id: Name | None = Field(None, description="its id where it comes from: the way to the number it has here")
    published_from: Moment | None = None
    published_before: Moment | None = None


@router.get("", auth=needs("read"), response=Page[VideoTold])
def list_videos(
    request: HttpRequest, wanted: Annotated[Wanted, Query()], cursor: Cursor = None, limit: Limit = 100
) -> Page[VideoTold]:
    """Return the videos of the account's channels, the one entered last first."""
    from downloader import selectors

    asked = selectors.VideoFilter(**wanted.dict())
    rows = selectors.video_page(account_of(request).channels, asked, cursor, limit)
    return page_of(rows, limit, _told, lambda video: video.pk)


@router.post("", auth=needs("write"), response={201: VideoTold}, openapi_extra=fails(409))
def create(request: HttpRequest, given: VideoGiven, response: HttpResponse) -> VideoTold:
    """Enter one video."""
    video = create_video(account_of(request), _values(given))
    response["Location"] = f"{request.path}/{video.pk}"
    return _told(video)


@router.put("", auth=needs("write"), response=Entered, openapi_extra=fails(409))
def enter(request: HttpRequest, given: Videos) -> dict[str, int]:
    """Enter up to 1,000 videos, all or none. Those whose `source_id` is here already are corrected; asked again, nothing changes."""
    items = [_values(one) for one in given.videos]
    read = {item["source_id"]: snapshot for item in items if (snapshot := item.pop("snapshot", None)) is not None}
    return asdict(enter_videos(account_of(request), items, read))


@router.get("/{video}", auth=needs("read"), response=VideoTold)
def read(request: HttpRequest, video: Number) -> VideoTold:
    """Return one video."""
    from downloader import selectors

    return _told(selectors.video_seen(account_of(request).channels, video))


def _values(given: VideoGiven) -> dict[str, Any]:
    """Return what was given, under the names of the table."""
    values = given.dict(exclude_unset=True)
    if "duration_s" in values:
        values["duration"] = values.pop("duration_s")
    if "format" in values:
        form = values.pop("format")
        values["is_short"] = None if form is None else form == "short"
    return values


def _told(video: VideoDownload) -> VideoTold:
    return VideoTold(
        id=video.pk,
        title=video.title,
        channel_id=video.channel_id,
        source_id=video.source_id,
        format=None if video.is_short is None else "short" if video.is_short else "long",
        duration_s=video.duration,
        status=video.status,
        published_at=video.published_at,
        category=video.category,
        language=video.language,
        platform=video.platform,
        is_monetised=video.is_monetised,
        predicted_views_30d=video.ml_predicted_views_30d,
        predicted_revenue_30d=video.ml_predicted_revenue_30d,
        confidence=video.ml_confidence,
    )
