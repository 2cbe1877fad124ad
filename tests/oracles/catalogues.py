"""Hypothesis makes small catalogues with everything in them that sources do."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import polars as pl
from hypothesis import strategies as st

from foreview.tables.catalogue import Catalogue, SourceClock
from foreview.tables.schema import DeclaredColumn
from foreview.vocabulary import DAY_MS

ZONES = (
    "UTC",
    "America/Los_Angeles",
    "Asia/Kathmandu",
    "Australia/Lord_Howe",  # half an hour of daylight saving time
    "Atlantic/Azores",  # midnight comes twice in autumn
    "Asia/Beirut",  # and is left out in spring
)
STARTS = (
    datetime(2025, 3, 20, 5, 17, 3, tzinfo=UTC),  # spring, and 11 days before Shorts views were redefined
    datetime(2025, 10, 20, 22, 59, 59, 999000, tzinfo=UTC),
    datetime(2026, 6, 1, tzinfo=UTC),
)
AGES_MS = tuple(round(day * DAY_MS) for day in (0, 0.04, 1, 2.5, 5, 6, 7, 7.5, 8, 12, 27, 28.5, 30, 30.5, 31, 33))
COUNTS = st.sampled_from([0, 0, 1, 2, 7, 40, 41, 1000, 123_456])
DECLARED = (
    DeclaredColumn("uploader_age", "d", "number"),
    DeclaredColumn("likes_d7", "likes", "number", 7.0),
    DeclaredColumn("picked", "", "boolean", 1 / 3),
    DeclaredColumn("mood", "", "category", 2.001),
)
TITLES = ("Why? 10 THINGS", "a", "", "Ärger #eins #2!", "  spaced   out ", "猫はなぜ？", "WIN 3 prizes!!")


@st.composite
def _snapshots(draw: st.DrawFn, video_id: str, published: datetime) -> list[dict[str, Any]]:
    ages = draw(st.lists(st.sampled_from(AGES_MS), max_size=9))  # unordered, and twice the same now and then
    counts = draw(st.lists(st.tuples(COUNTS, st.none() | COUNTS), min_size=len(ages), max_size=len(ages)))
    return [
        {
            "video_id": video_id,
            "observed_at": published + timedelta(milliseconds=age),
            "views": float(views),
            "likes": None if likes is None else float(likes),
            "comments": draw(st.sampled_from([None, 0.0, 3.0])),
        }
        for age, (views, likes) in zip(ages, counts, strict=True)
    ]


@st.composite
def _daily(draw: st.DrawFn, video_id: str, day: Any) -> list[dict[str, Any]]:
    first, days = draw(st.sampled_from([0, 0, 0, 1, 2])), draw(st.sampled_from([0, 3, 9, 34, 34]))
    gaps = draw(st.sets(st.integers(0, 34), max_size=1) | st.just(set(range(5, 30))))
    views = draw(st.lists(COUNTS, min_size=1, max_size=5))
    hidden = draw(st.sampled_from([None, None, 0, 8]))  # from which day on likes are hidden
    rows = [
        {
            "video_id": video_id,
            "date": day + timedelta(days=k),
            "views": float(views[k % len(views)]),
            "likes": None if hidden is not None and k >= hidden else float(k % 3 - 1),
            "comments": 1.0,
            "shares": float(k % 2),
        }
        for k in range(first, first + days)
        if k not in gaps
    ]
    twice = draw(st.booleans())
    return rows + [{**row, "views": row["views"] + 5.0} for row in rows[-1:] if twice]


@st.composite
def _earnings(draw: st.DrawFn, video_id: str, day: Any) -> list[dict[str, Any]]:
    days = draw(st.sampled_from([0, 2, 34]))
    paid = draw(st.sampled_from([(0.0,), (0.5, 1.25, 0.0), (2.0, -0.75), (-0.5,)]))
    gaps = draw(st.sets(st.integers(0, 34), max_size=1))
    return [
        {"video_id": video_id, "date": day + timedelta(days=k), "revenue_usd": paid[k % len(paid)]}
        for k in range(days)
        if k not in gaps
    ]


@st.composite
def _video(draw: st.DrawFn, index: int, start: datetime) -> dict[str, Any]:
    after = draw(st.sampled_from([0, 1, 3_600_000, DAY_MS, 9 * DAY_MS, 33 * DAY_MS, 40 * DAY_MS + 1, 80 * DAY_MS]))
    return {
        "video_id": f"v{index}",
        "published_at": start + timedelta(milliseconds=after),
        "channel_id": draw(st.sampled_from(["a", "a", "a", "b", None])),
        "title": draw(st.sampled_from([None, *TITLES])),
        "description": draw(st.sampled_from([None, "", "see https://a.example and http://b.example"])),
        "tags": draw(st.sampled_from([None, [], ["x", "y"]])),
        "ai_tags": draw(st.sampled_from([None, [], ["z"]])),
        "target_keywords": draw(st.sampled_from([None, ["k"]])),
        "category": draw(st.sampled_from([None, "Music"])),
        "duration_s": draw(st.sampled_from([0.0, 180.0, 181.0, None])),
        "platform": draw(st.sampled_from(["YouTube", "YouTube", None, "tiktok"])),
        "has_transcript": draw(st.sampled_from([None, True, False])),
        "channel_followers": draw(st.sampled_from([None, 0.0, 1500.0])),
        "is_monetised": draw(st.sampled_from([None, True, False])),
        "uploader_age": draw(st.sampled_from([None, 12.5])),
        "likes_d7": draw(st.sampled_from([None, 4.0])),
        "picked": draw(st.sampled_from([None, True])),
        "mood": draw(st.sampled_from([None, "calm"])),
    }


@st.composite
def catalogues(draw: st.DrawFn, *, max_videos: int = 6) -> Catalogue:
    """Up to ``max_videos`` videos with snapshots, daily rows, both or nothing; gaps, falling counters, duplicates, hidden likes."""
    clock = SourceClock(
        draw(st.sampled_from(ZONES)),
        draw(st.sampled_from([0.0, 7.5, 48.0])),
        draw(st.sampled_from([False, False, True])),
    )
    start = draw(st.sampled_from(STARTS))
    videos = [draw(_video(i, start)) for i in range(draw(st.integers(1, max_videos)))]
    frame = pl.DataFrame(videos, schema_overrides=_TYPES, infer_schema_length=None)
    local = frame.select(pl.col("published_at").dt.convert_time_zone(clock.timezone).dt.date()).to_series()
    rows: dict[str, list[dict[str, Any]]] = {"snapshots": [], "daily": [], "earnings": []}
    for video, day in zip(videos, local, strict=True):
        source = draw(st.sampled_from(["snapshots", "daily", "daily", "both", "nothing"]))
        if source in {"snapshots", "both"}:
            rows["snapshots"] += draw(_snapshots(video["video_id"], video["published_at"]))
        if source in {"daily", "both"}:
            rows["daily"] += draw(_daily(video["video_id"], day))
        rows["earnings"] += draw(_earnings(video["video_id"], day))
    tables = {
        name: pl.DataFrame(found, schema_overrides=_TYPES, infer_schema_length=None) if found else None
        for name, found in rows.items()
    }
    return Catalogue.of(frame, clock=clock, declared=DECLARED, **tables)


@st.composite
def issues_of(draw: st.DrawFn, catalogue: Catalogue, *, max_issues: int = 8) -> pl.DataFrame:
    """Issues for videos of the catalogue at ages around which something becomes known."""
    picked = draw(
        st.lists(
            st.tuples(st.integers(0, catalogue.videos.height - 1), st.sampled_from(ISSUE_AGES)),
            min_size=1,
            max_size=max_issues,
        )
    )
    ids, published = catalogue.videos["video_id"], catalogue.videos["published_at"]
    return pl.DataFrame(
        {
            "video_id": [ids[i] for i, _ in picked],
            "as_of": [published[i] + timedelta(milliseconds=age) for i, age in picked],
        },
        schema={"video_id": pl.String, "as_of": pl.Datetime("ms", "UTC")},
    )


ISSUE_AGES = (
    *AGES_MS,
    DAY_MS // 3,
    DAY_MS // 3 - 1,
    7 * DAY_MS - 1,
    3 * DAY_MS,
    14 * DAY_MS,
    60 * DAY_MS,
    200 * DAY_MS,
    40_000 * DAY_MS,
)
_TYPES: dict[str, Any] = {
    "published_at": pl.Datetime("ms", "UTC"),
    "observed_at": pl.Datetime("ms", "UTC"),
    "channel_id": pl.String,
    "title": pl.String,
    "description": pl.String,
    "tags": pl.List(pl.String),
    "ai_tags": pl.List(pl.String),
    "target_keywords": pl.List(pl.String),
    "category": pl.String,
    "mood": pl.String,
    "platform": pl.String,
    "has_transcript": pl.Boolean,
    "is_monetised": pl.Boolean,
    "picked": pl.Boolean,
    **dict.fromkeys(
        ("duration_s", "channel_followers", "uploader_age", "likes_d7", "views", "likes", "comments", "shares"),
        pl.Float64,
    ),
}
