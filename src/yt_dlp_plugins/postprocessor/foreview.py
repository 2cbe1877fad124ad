"""A post-processor of yt-dlp: what was downloaded is told to a Foreview site, written to a folder, or both.

    yt-dlp --use-postprocessor "Foreview:when=after_move;url=https://foreview.example;out=infos" …

It needs yt-dlp and nothing else, so that the file may also be copied into a folder of plugins. There is no ``__init__.py``, neither here
nor above: yt-dlp gathers plugins of many packages under these names.
"""

from __future__ import annotations

import json
import os
import urllib.error
import urllib.request
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from yt_dlp.postprocessor.common import PostProcessor
from yt_dlp.utils import PostProcessingError

TIMEOUT_S: Final = 30
READ_BY_FOREVIEW: Final = (
    "_type", "id", "title", "description", "channel_id", "uploader_id", "duration", "timestamp", "release_timestamp", "upload_date",
    "tags", "categories", "language", "extractor_key", "media_type", "original_url", "webpage_url", "live_status", "epoch",
    "view_count", "like_count", "comment_count", "repost_count",
)  # fmt: skip
"""Fields that are written: what ``foreview import --kind ytdlp`` reads. Formats, addresses of files and cookies stay out."""
COUNTERS: Final = {"views": "view_count", "likes": "like_count", "comments": "comment_count", "shares": "repost_count"}
"""Counter of the site → field of yt-dlp."""


class ForeviewPP(PostProcessor):  # type: ignore[misc]  # yt-dlp has no types
    """Tells a Foreview site of each video.

    Parameters
    ----------
    url, api_key:
        The site and a key of its API with the scope ``write``; otherwise ``FOREVIEW_URL`` and ``FOREVIEW_KEY`` of the environment,
        where other users of the machine do not see the key.
    channel:
        The channel id at the site; otherwise that of the video.
    out:
        A folder that gets an info file for each video, or a ``.jsonl`` that gets a line.

    """

    def __init__(self, downloader: Any = None, **given: str) -> None:
        super().__init__(downloader)
        unknown = sorted(set(given) - {"url", "api_key", "channel", "out"})
        if unknown:
            raise PostProcessingError(f"Foreview takes url, api_key, channel and out. Found {', '.join(unknown)}.")
        self._url = (given.get("url") or os.environ.get("FOREVIEW_URL", "")).rstrip("/")
        self._key = given.get("api_key") or os.environ.get("FOREVIEW_KEY", "")
        self._channel, self._out = given.get("channel"), given.get("out")
        if not self._url and not self._out:
            raise PostProcessingError("Foreview needs somewhere to tell it: give url (or FOREVIEW_URL), out, or both.")
        if self._url and not self._key:
            raise PostProcessingError(
                "Foreview needs a key for the site: `manage.py create_api_key` makes one; set FOREVIEW_KEY."
            )
        if self._url and urlsplit(self._url).scheme not in ("http", "https"):
            raise PostProcessingError(f"Foreview's url begins with https:// or http://. Found {self._url}.")

    def run(self, info: dict[str, Any]) -> tuple[list[str], dict[str, Any]]:
        """Tell of one video. What goes wrong is a warning: the download is worth more than the note of it."""
        if info.get("_type", "video") == "video":
            if self._out:
                self._write(Path(self._out), facts_of(info))
            if self._url:
                self._tell(info)
        return [], info

    def _write(self, out: Path, facts: Mapping[str, Any]) -> None:
        try:
            if out.suffix == ".jsonl":
                out.parent.mkdir(parents=True, exist_ok=True)
                # One write of one line, to the end of the file: two yt-dlp may do so at once.
                with out.open("ab") as file:
                    file.write(json.dumps(facts).encode() + b"\n")
                return
            out.mkdir(parents=True, exist_ok=True)
            name = f"{safe(str(facts.get('extractor_key')))}.{safe(str(facts['id']))}.{facts['epoch']}"
            draft = out / f"{name}.partial"
            draft.write_text(json.dumps(facts), encoding="utf-8")
            draft.replace(out / f"{name}.info.json")
        except OSError as error:
            self.report_warning(f"not written to {out}: {error}")

    def _tell(self, info: Mapping[str, Any]) -> None:
        if (video := video_of(info, self._channel)) is None:
            self.report_warning(f"{info.get('id')}: not told to Foreview, for it has no channel; give channel=…")
            return
        request = urllib.request.Request(  # noqa: S310  (its scheme was looked at)
            f"{self._url}/api/v1/videos",
            json.dumps({"videos": [video]}).encode(),
            {"Authorization": f"Bearer {self._key}", "Content-Type": "application/json"},
            method="PUT",
        )
        try:
            with urllib.request.urlopen(request, timeout=TIMEOUT_S) as answer:  # noqa: S310  (its scheme was looked at)
                told = json.load(answer)
        except urllib.error.HTTPError as error:
            with error:
                self.report_warning(
                    f"{video['source_id']}: Foreview refuses it with {error.code}: {said(error.read())}"
                )
        except (OSError, ValueError) as error:
            self.report_warning(f"{video['source_id']}: Foreview does not answer: {error}")
        else:
            what = next((name for name in ("created", "changed") if told.get(name)), "known already")
            counted = f", {video['snapshot']['views']} views noted" if told.get("snapshots") else ""
            self.to_screen(f"{video['source_id']}: {what}{counted}")


def facts_of(info: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields that Foreview reads, with the time at which they were read."""
    facts = {name: info[name] for name in READ_BY_FOREVIEW if info.get(name) is not None}
    return {"epoch": int(datetime.now(UTC).timestamp())} | facts


def video_of(info: Mapping[str, Any], channel: str | None = None) -> dict[str, Any] | None:
    """Return the video as the API takes it; None where no channel is known."""
    channel = channel or info.get("channel_id") or info.get("uploader_id")
    if not channel:
        return None
    kind = info.get("media_type")
    is_short = kind == "short" or "/shorts/" in str(info.get("original_url", ""))
    video = {
        "source_id": info["id"],
        "title": info.get("title") or info["id"],
        "channel_id": channel,
        "description": info.get("description"),
        "duration_s": info.get("duration"),
        "format": "short" if is_short else "long" if kind in ("video", "livestream") else None,
        "published_at": published(info),
        "tags": info.get("tags") or None,
        "category": next(iter(info.get("categories") or ()), None),
        "language": info.get("language"),
        "platform": str(info.get("extractor_key") or "youtube").lower(),
        "snapshot": snapshot_of(info),
    }
    return {name: value for name, value in video.items() if value is not None}


def snapshot_of(info: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return the counters with the second at which they were read; None where views are not known.

    What is told again of the same reading is the same snapshot; a later reading is another one.
    """
    if info.get("view_count") is None:
        return None
    read = datetime.fromtimestamp(info.get("epoch") or int(datetime.now(UTC).timestamp()), tz=UTC)
    counts = {name: info[field] for name, field in COUNTERS.items() if info.get(field) is not None}
    return {"observed_at": read.isoformat(), **counts}


def published(info: Mapping[str, Any]) -> str | None:
    """Return when it went public: noon in UTC where its day alone is known."""
    for field in ("release_timestamp", "timestamp"):
        if info.get(field) is not None:
            return datetime.fromtimestamp(info[field], tz=UTC).isoformat()
    if not info.get("upload_date"):
        return None
    day = datetime.strptime(info["upload_date"], "%Y%m%d").replace(tzinfo=UTC)
    return (day + timedelta(hours=12)).isoformat()


def safe(name: str) -> str:
    """Return ``name`` with what no file may be called replaced."""
    return "".join(letter if letter.isalnum() or letter in "-_" else "_" for letter in name)


def said(body: bytes) -> str:
    """Return the sentences of an answer that refuses."""
    try:
        return str(json.loads(body)["detail"])
    except (ValueError, TypeError, KeyError):
        return body[:200].decode(errors="replace")
