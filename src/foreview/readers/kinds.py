"""The kinds of source by name: what each reads and what may be said about it. Nothing heavy is loaded here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Literal, TypeAlias, get_args

SourceKind: TypeAlias = Literal["studio", "ytdlp", "tiktok", "instagram", "trending", "snapshots", "daily"]


@dataclass(frozen=True, slots=True)
class Kind:
    """What a kind of source is."""

    reads: str
    files: tuple[str, ...]
    """Endings of its files; ``/`` for a folder."""
    known_by: str
    """How it is recognised where nobody says its name."""
    gives: str
    takes_mapping: bool = True
    takes_videos: bool = False
    """Whether the videos may stand in a table of their own."""


_TABLES: Final = (".csv", ".tsv", ".parquet")

KINDS: Final[Mapping[SourceKind, Kind]] = MappingProxyType(
    {
        "studio": Kind(
            "YouTube Studio's export: Table data, Chart data, or the zip file",
            (".csv", ".zip", "/"),
            "Content, Video title and Video publish time, in one of nine languages",
            "videos, one snapshot each, daily rows",
        ),
        "ytdlp": Kind(
            "what yt-dlp wrote: *.info.json, a folder of them, or one object a line",
            (".info.json", ".jsonl", ".ndjson", "/"),
            "id and extractor or upload_date of a JSON object",
            "videos, a snapshot an object",
            takes_mapping=False,
        ),
        "tiktok": Kind(
            "TikTok Studio's export, or Download your data",
            (".csv", ".json", ".zip"),
            "Video link and Post time; the list of posted videos",
            "videos, one snapshot each (Download your data: none)",
        ),
        "instagram": Kind(
            "the content export of Meta Business Suite",
            (".csv",),
            "Post ID, Permalink and Publish time",
            "videos, one snapshot each",
        ),
        "trending": Kind(
            "a list of trending videos",
            _TABLES,
            "video_id with trending_date, or with fetched_at and n_countries",
            "videos, a snapshot a row",
            takes_videos=True,
        ),
        "snapshots": Kind(
            "a table of cumulative counters",
            _TABLES,
            "video_id, observed_at, views",
            "videos, a snapshot a row",
            takes_videos=True,
        ),
        "daily": Kind(
            "a table of daily sums", _TABLES, "video_id, date, views", "videos, daily rows, earnings", takes_videos=True
        ),
    }
)
NAMES: Final[tuple[SourceKind, ...]] = get_args(SourceKind)
