"""YouTube Data API v3: which videos a channel has, what is said of them, and their counters at this moment."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import polars as pl

from downloader.connectors.failures import ConnectAgain, Refused
from downloader.connectors.session import Session
from foreview.tables.schema import SNAPSHOTS, VIDEOS

AT_ONCE: Final = 50
"""Most ids, and most items of a page, of one request; each costs one unit."""
CATEGORIES: Final = {
    "1": "Film & Animation",
    "2": "Autos & Vehicles",
    "10": "Music",
    "15": "Pets & Animals",
    "17": "Sports",
    "19": "Travel & Events",
    "20": "Gaming",
    "22": "People & Blogs",
    "23": "Comedy",
    "24": "Entertainment",
    "25": "News & Politics",
    "26": "Howto & Style",
    "27": "Education",
    "28": "Science & Technology",
    "29": "Nonprofits & Activism",
}
"""The categories that a video can be given, as other sources write them; YouTube has not changed them in ten years."""
_FACTS: Final = (
    "video_id", "published_at", "channel_id", "title", "description", "tags", "category", "language", "duration_s", "platform",
)  # fmt: skip
_COUNTERS: Final = {"views": "viewCount", "likes": "likeCount", "comments": "commentCount"}
_VIDEO_SCHEMA: Final = {column.name: column.dtype for column in VIDEOS if column.name in _FACTS}
_SNAPSHOT_SCHEMA: Final = {
    column.name: column.dtype for column in SNAPSHOTS if column.name in ("video_id", "observed_at", *_COUNTERS)
}
_LENGTH: Final = re.compile(r"P(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?")


@dataclass(frozen=True, slots=True)
class Channel:
    """A channel, and the playlist of what it uploaded."""

    id: str
    title: str
    uploads: str


@dataclass(frozen=True, slots=True)
class VideosSeen:
    """What YouTube said of some videos."""

    videos: pl.DataFrame
    """Facts of those that are public, or open to whoever has the link."""
    snapshots: pl.DataFrame
    """Their counters; hidden likes and closed comments are null."""
    states: dict[str, str]
    """Of every video that was asked for: success, private, upcoming, or what YouTube calls it; deleted where it says nothing."""


def own_channel(session: Session) -> Channel:
    """Return the channel whose owner agreed."""
    service = session.service("youtube", "v3")
    answer = session.ask(service.channels().list(part="snippet,contentDetails", mine=True))
    if not (items := answer.get("items")):
        raise ConnectAgain("the Google account that agreed has no channel")
    item = items[0]
    return Channel(item["id"], item["snippet"]["title"], item["contentDetails"]["relatedPlaylists"]["uploads"])


def upload_ids(session: Session, channel: Channel) -> list[str]:
    """Return the ids of the channel's videos, the youngest first, private ones among them."""
    items, found, request = session.service("youtube", "v3").playlistItems(), [], None
    request = items.list(part="contentDetails", playlistId=channel.uploads, maxResults=AT_ONCE)
    while request is not None:
        try:
            answer = session.ask(request)
        except Refused as refused:
            if "playlistNotFound" in refused.reasons:
                break  # the list comes into being with the first video
            raise
        found += [item["contentDetails"]["videoId"] for item in answer.get("items", ())]
        request = items.list_next(request, answer)
    return list(dict.fromkeys(found))  # a list that grows meanwhile shows one video on two pages


def videos_seen(session: Session, ids: Sequence[str], now: datetime) -> VideosSeen:
    """Return what YouTube says of these videos, at most fifty, at ``now``."""
    service = session.service("youtube", "v3")
    request = service.videos().list(part="snippet,contentDetails,statistics,status", id=",".join(ids))
    items = {item["id"]: item for item in session.ask(request).get("items", ())}
    states = {video_id: _state(items.get(video_id), now) for video_id in ids}
    public = [items[video_id] for video_id, state in states.items() if state == "success"]
    counted = [item for item in public if "viewCount" in item.get("statistics", {})]
    return VideosSeen(
        pl.DataFrame([_facts(item) for item in public], schema=_VIDEO_SCHEMA),
        pl.DataFrame([_counters(item, now) for item in counted], schema=_SNAPSHOT_SCHEMA),
        states,
    )


def _state(item: dict[str, Any] | None, now: datetime) -> str:
    if item is None:
        return "deleted"
    status = item["status"]
    if status.get("uploadStatus") in ("deleted", "failed", "rejected"):
        return str(status["uploadStatus"])
    if status.get("privacyStatus") == "private":
        return "private"
    announced = item["snippet"].get("liveBroadcastContent") == "upcoming"
    return "upcoming" if announced or _published(item) > now else "success"


def _facts(item: dict[str, Any]) -> dict[str, Any]:
    snippet = item["snippet"]
    return {
        "video_id": item["id"],
        "published_at": _published(item),
        "channel_id": snippet["channelId"],
        "title": snippet["title"],
        "description": snippet.get("description", ""),
        "tags": snippet.get("tags", []),
        "category": CATEGORIES.get(snippet.get("categoryId", "")),
        "language": snippet.get("defaultAudioLanguage"),
        "duration_s": seconds(item.get("contentDetails", {}).get("duration", "")),
        "platform": "youtube",
    }


def _published(item: dict[str, Any]) -> datetime:
    return datetime.fromisoformat(item["snippet"]["publishedAt"])


def _counters(item: dict[str, Any], now: datetime) -> dict[str, Any]:
    statistics = item["statistics"]
    counts = {name: float(statistics[field]) if field in statistics else None for name, field in _COUNTERS.items()}
    return {"video_id": item["id"], "observed_at": now, **counts}


def seconds(length: str) -> float | None:
    """Return a length of ISO 8601 in seconds; None where there is none, as of a stream that goes on.

    Examples
    --------
    >>> seconds("PT1H2M3S"), seconds("P1DT1S"), seconds("P0D"), seconds("")
    (3723.0, 86401.0, None, None)

    """
    if not (found := _LENGTH.fullmatch(length)):
        return None
    units = (604_800, 86_400, 3_600, 60, 1)
    return float(sum(int(part or 0) * unit for part, unit in zip(found.groups(), units, strict=True))) or None
