"""The columns of a catalogue: name, type, unit, whether required. The reference page is generated from here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

import polars as pl

CATALOGUE_FORMAT_VERSION: Final = 1
TIME: Final = pl.Datetime("ms", "UTC")
TEXTS: Final = pl.List(pl.String)

ColumnKind: TypeAlias = Literal["number", "category", "boolean"]
FeatureKind: TypeAlias = Literal["number", "category", "boolean", "text"]


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its polars type, its unit and what it says."""

    name: str
    dtype: pl.DataType
    unit: str
    says: str
    required: bool = False
    minimum: float | None = None


@dataclass(frozen=True, slots=True)
class DeclaredColumn:
    """A column beyond the format that a catalogue declares in ``catalogue.json``; it becomes a feature.

    ``known_after_days`` [d after publication] says when its value is known: 0 for facts of the publication, 7 for a count at
    age 7. Before that the value is withheld, in training and in forecasting alike.
    """

    name: str
    unit: str
    kind: ColumnKind
    known_after_days: float = 0.0


def _column(
    name: str, dtype: object, unit: str, says: str, *, required: bool = False, minimum: float | None = None
) -> Column:
    return Column(name, dtype, unit, says, required, minimum)  # type: ignore[arg-type]  # polars classes stand for their instances


_S, _I, _F, _B = pl.String(), pl.Int64(), pl.Float64(), pl.Boolean()

VIDEOS: Final = (
    _column("video_id", _S, "", "identifies the video within the catalogue", required=True),
    _column("published_at", TIME, "UTC", "the moment it went public", required=True),
    _column("channel_id", _S, "", "the channel; videos without one share no history"),
    _column("title", _S, "", "title as published"),
    _column("description", _S, "", "description as published"),
    _column("tags", TEXTS, "", "tags, as a list of texts"),
    _column("category", _S, "", "the platform's category"),
    _column("language", _S, "", "BCP 47 tag of the spoken language"),
    _column("duration_s", _F, "s", "length", minimum=0),
    _column("format", _S, "", "short or long; derived when absent, and said so"),
    _column("platform", _S, "", "youtube, tiktok, instagram, …"),
    _column("has_transcript", _B, "", "whether a transcript exists at publication"),
    _column("ai_tags", TEXTS, "", "tags suggested by a model"),
    _column("target_keywords", TEXTS, "", "keywords the owner aims at"),
    _column("channel_followers", _F, "followers", "of the channel, as known at publication", minimum=0),
    _column(
        "channel_prior_videos",
        _F,
        "videos",
        "of the channel before this one, as known at publication",
        minimum=0,
    ),
    _column(
        "channel_prior_views",
        _F,
        "views",
        "of the channel before this one, as known at publication",
        minimum=0,
    ),
    _column("metric_regime", _S, "", "which definition of the metric its counts follow"),
    _column(
        "metric_redefined_at",
        TIME,
        "UTC",
        "when the platform began to count it anew after its publication; labels of horizons beyond that are missing",
    ),
    _column("is_monetised", _B, "", "whether it can earn, as known at publication; false: its revenue is 0"),
)
SNAPSHOTS: Final = (
    _column("video_id", _S, "", "a video of this catalogue", required=True),
    _column("observed_at", TIME, "UTC", "when the counters were read", required=True),
    _column("views", _F, "views", "cumulative", required=True, minimum=0),
    _column("likes", _F, "likes", "cumulative; null when hidden", minimum=0),
    _column("comments", _F, "comments", "cumulative; null when disabled", minimum=0),
    _column("shares", _F, "shares", "cumulative", minimum=0),
)
DAILY: Final = (
    _column("video_id", _S, "", "a video of this catalogue", required=True),
    _column("date", pl.Date(), "", "calendar day in the source's time zone", required=True),
    _column("views", _F, "views", "of that day", required=True, minimum=0),
    _column("likes", _F, "likes", "of that day (likes taken back make it negative)"),
    _column("comments", _F, "comments", "of that day (comments removed make it negative)"),
    _column("shares", _F, "shares", "of that day", minimum=0),
    _column("watch_time_s", _F, "s", "watched on that day", minimum=0),
    _column("impressions", _F, "impressions", "of that day", minimum=0),
)
EARNINGS: Final = (
    _column("video_id", _S, "", "a video of this catalogue", required=True),
    _column("date", pl.Date(), "", "calendar day in the source's time zone", required=True),
    _column("revenue_usd", _F, "USD", "earned on that day; late corrections may be negative", required=True),
)
TABLES: Final[dict[str, tuple[Column, ...]]] = {
    "videos": VIDEOS,
    "snapshots": SNAPSHOTS,
    "daily": DAILY,
    "earnings": EARNINGS,
}
KEYS: Final[dict[str, tuple[str, ...]]] = {
    "videos": ("video_id",),
    "snapshots": ("video_id", "observed_at"),
    "daily": ("video_id", "date"),
    "earnings": ("video_id", "date"),
}


def dtype_of(declared: DeclaredColumn) -> pl.DataType:
    """Return the polars type of a declared column."""
    return {"number": _F, "category": _S, "boolean": _B}[declared.kind]
