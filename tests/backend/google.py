"""Google as the connectors meet it: answers in the shape of its published descriptions, from a channel that is made up.

It stands where ``httplib2.Http`` does, so that all of Foreview and all of Google's client are tried.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httplib2

REFRESH_TOKEN = "1//the-refresh-token"
ACCESS_TOKEN = "ya29.the-access-token"
CLIENT_SECRET = "the-client-secret"
CHANNEL = "UCtomatoes"
MONETARY = "https://www.googleapis.com/auth/yt-analytics-monetary.readonly"
METRICS = ("views", "likes", "comments", "shares", "estimatedMinutesWatched")


@dataclass
class Google:
    """A channel, its days, and what Google says when it does not want to answer."""

    videos: dict[str, dict[str, Any]] = field(default_factory=dict)
    """By id, the youngest first."""
    days: dict[str, dict[date, dict[str, float]]] = field(default_factory=dict)
    counts_until: date = date(2026, 3, 20)
    revenue_until: date = date(2026, 3, 18)
    adsense: dict[date, float] = field(default_factory=dict)
    page: int = 50
    """Items of a page of a playlist; rows of a page of a report are what is asked for."""
    quota: int | None = None
    """Requests until it says that nothing is left."""
    refusals: list[tuple[int, str, dict[str, str]]] = field(default_factory=list)
    """What it says next instead of an answer: status, reason, headers."""
    untold: set[str] = field(default_factory=set)
    """Videos whose days it does not tell."""
    revoked: bool = False
    granted: str = ""
    asked: list[str] = field(default_factory=list)
    """The paths that were asked for."""
    bodies: list[dict[str, str]] = field(default_factory=list)
    """What was posted for tokens."""

    def request(self, uri: str, method: str = "GET", body: Any = None, headers: Any = None, **_: Any) -> Any:
        address = urlsplit(uri)
        query = {name: values[0] for name, values in parse_qs(address.query).items()}
        if address.hostname == "oauth2.googleapis.com":
            text = body.decode() if isinstance(body, bytes) else body
            posted = {name: values[0] for name, values in parse_qs(text).items()}
            return answered(*self.token(address.path, posted))
        assert headers["authorization"] == f"Bearer {ACCESS_TOKEN}"
        self.asked.append(address.path)
        if self.refusals:
            status, reason, said = self.refusals.pop(0)
            return answered(status, error(status, reason), said)
        if self.quota is not None:
            if self.quota == 0:
                return answered(403, error(403, "quotaExceeded"))
            self.quota -= 1
        if query.get("filters", "").removeprefix("video==") in self.untold:
            return answered(403, error(403, "forbidden"))
        return answered(200, self.answer(address.path, query))

    def token(self, path: str, posted: dict[str, str]) -> tuple[int, Any]:
        self.bodies.append(posted)
        if path == "/revoke":
            self.revoked = True
            return 200, {}
        if self.revoked:
            return 400, {"error": "invalid_grant", "error_description": "Token has been expired or revoked."}
        told = {"access_token": ACCESS_TOKEN, "expires_in": 3599, "token_type": "Bearer", "scope": self.granted}
        return 200, told | ({"refresh_token": REFRESH_TOKEN} if "code" in posted else {})

    def answer(self, path: str, query: dict[str, str]) -> Any:
        return {
            "/youtube/v3/channels": self.channels,
            "/youtube/v3/playlistItems": self.uploads,
            "/youtube/v3/videos": self.listed,
            "/v2/reports": self.report,
            "/v2/accounts": lambda _: {
                "accounts": [{"name": "accounts/pub-1", "displayName": "Tom", "state": "READY"}]
            },
            "/v2/accounts/pub-1/reports:generate": self.account_report,
        }[path](query)

    def channels(self, query: dict[str, str]) -> Any:
        assert query["mine"] == "true"
        uploads = {"relatedPlaylists": {"likes": "", "uploads": "UUtomatoes"}}
        item = {"kind": "youtube#channel", "id": CHANNEL, "snippet": {"title": "Tomatoes"}, "contentDetails": uploads}
        return {"kind": "youtube#channelListResponse", "items": [item]}

    def uploads(self, query: dict[str, str]) -> Any:
        begin = int(query.get("pageToken", 0))
        ids = [video_id for video_id, video in self.videos.items() if not video.get("deleted")]
        items = [
            {"kind": "youtube#playlistItem", "contentDetails": {"videoId": video_id}}
            for video_id in ids[begin : begin + self.page]
        ]
        more = {"nextPageToken": str(begin + self.page)} if begin + self.page < len(ids) else {}
        return {"kind": "youtube#playlistItemListResponse", "items": items, **more}

    def listed(self, query: dict[str, str]) -> Any:
        ids = query["id"].split(",")
        assert len(ids) <= 50
        known = [(video_id, self.videos.get(video_id, {"deleted": True})) for video_id in ids]
        items = [self.item(video_id, video) for video_id, video in known if not video.get("deleted")]
        return {"kind": "youtube#videoListResponse", "items": items}

    def item(self, video_id: str, video: dict[str, Any]) -> Any:
        total = {
            name: str(int(sum(day.get(name, 0) for day in self.days.get(video_id, {}).values()))) for name in METRICS
        }
        statistics = {"viewCount": total["views"], "likeCount": total["likes"], "commentCount": total["comments"]}
        for hidden in video.get("hidden", ()):
            del statistics[hidden]
        return {
            "kind": "youtube#video",
            "id": video_id,
            "snippet": {
                "publishedAt": video["published"],
                "channelId": CHANNEL,
                "title": video.get("title", f"Video {video_id}"),
                "description": "Red ones.",
                "tags": ["tomato"],
                "categoryId": "26",
                "liveBroadcastContent": video.get("live", "none"),
                "defaultAudioLanguage": "en",
            },
            "contentDetails": {"duration": video.get("length", "PT45S"), "caption": "false"},
            "status": {"uploadStatus": "processed", "privacyStatus": video.get("privacy", "public")},
            "statistics": statistics,
        }

    def report(self, query: dict[str, str]) -> Any:
        assert query["ids"] == "channel==MINE"
        metrics = query["metrics"].split(",")
        until = min(self.revenue_until if metrics == ["estimatedRevenue"] else self.counts_until, day(query["endDate"]))
        wanted = query["filters"].removeprefix("video==") if "filters" in query else None
        rows: dict[date, list[float]] = {}
        for video_id, days in self.days.items():
            if wanted in (None, video_id):
                for when, values in days.items():
                    if day(query["startDate"]) <= when <= until and any(name in values for name in metrics):
                        told = rows.setdefault(when, [0.0] * len(metrics))
                        rows[when] = [so_far + values.get(name, 0) for so_far, name in zip(told, metrics, strict=True)]
        ordered = sorted(rows.items(), reverse=query["sort"] == "-day")
        begin = int(query["startIndex"]) - 1
        shown = [[when.isoformat(), *values] for when, values in ordered][begin : begin + int(query["maxResults"])]
        headers = [{"name": "day", "columnType": "DIMENSION", "dataType": "STRING"}]
        headers += [{"name": name, "columnType": "METRIC", "dataType": "INTEGER"} for name in metrics]
        return {"kind": "youtubeAnalytics#resultTable", "columnHeaders": headers} | ({"rows": shown} if shown else {})

    def account_report(self, query: dict[str, str]) -> Any:
        assert (query["currencyCode"], query["reportingTimeZone"]) == ("USD", "GOOGLE_TIME_ZONE")
        first, last = (
            date(*(int(query[f"{name}.{part}"]) for part in ("year", "month", "day")))
            for name in ("startDate", "endDate")
        )
        rows = [
            {"cells": [{"value": when.isoformat()}, {"value": str(usd)}]}
            for when, usd in self.adsense.items()
            if first <= when <= last
        ]
        headers = [
            {"name": "DATE", "type": "DIMENSION"},
            {"name": "ESTIMATED_EARNINGS", "type": "METRIC_CURRENCY", "currencyCode": "USD"},
        ]
        return {"headers": headers, "rows": rows, "totalMatchedRows": str(len(rows))}


def day(text: str) -> date:
    return date.fromisoformat(text)


def answered(status: int, body: Any, headers: dict[str, str] | None = None) -> Any:
    told = {"status": str(status), "content-type": "application/json; charset=UTF-8", **(headers or {})}
    return httplib2.Response(told), json.dumps(body).encode()


def error(status: int, reason: str) -> Any:
    """An error in the shape that all of Google's services share."""
    one = {"message": f"said {reason}", "domain": "youtube.quota", "reason": reason}
    return {"error": {"code": status, "message": f"said {reason}", "errors": [one]}}


def tomatoes(videos: int, first: date = date(2026, 3, 1)) -> Google:
    """A channel with a video a day from ``first`` on, at 8 in the evening there, each with views on every second day."""
    google = Google()
    for number in reversed(range(videos)):
        name, published = f"v{number:03}", first + timedelta(days=number % 15)
        google.videos[name] = {"published": f"{published + timedelta(days=1)}T04:00:00Z"}
        google.days[name] = {
            published + timedelta(days=later): {
                "views": 100 - later + number,
                "likes": 3,
                "comments": 1,
                "shares": 0,
                "estimatedMinutesWatched": 7,
                "estimatedRevenue": 0.25,
            }
            for later in range(0, 30, 2)
        }
    return google
