"""What the core cannot use is left out of its tables, each row under one counted reason; nothing crashes and nothing is silent."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import polars as pl

from foreview.tables.catalogue import SourceClock
from foreview.tables.schema import KEYS, TABLES

OLDEST: Final = timedelta(days=34 * 365)
"""Nobody has videos older than this; a publication in 1970 is a missing one in disguise."""


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Rows or values of a table that were not used."""

    table: str
    reason: str
    count: int


def usable_videos(videos: pl.DataFrame, as_of: datetime) -> tuple[pl.DataFrame, list[LeftOut]]:
    """Return the videos with a publication time that can be one."""
    reasons = {
        "no publication time": pl.col("published_at").is_null(),
        "published more than 34 years ago": pl.col("published_at") < as_of - OLDEST,
    }
    kept, left_out = _only(videos, "videos", reasons)
    clean, values = _without_bad_values(kept, "videos")
    return clean, left_out + values


def usable_rows(
    rows: pl.DataFrame, table: str, videos: pl.DataFrame, clock: SourceClock
) -> tuple[pl.DataFrame, list[LeftOut]]:
    """Return the rows that belong to a video, do not lie before its publication and hold what is required."""
    published = videos.select("video_id", published="published_at")
    joined = rows.join(published, on="video_id", how="left", maintain_order="left")
    kept, left_out = _only(joined, table, {**_misplaced(table, clock), **_missing(table)})
    kept, doubles = _only(kept.drop("published"), table, _repeated(table))
    clean, values = _without_bad_values(kept, table)
    return clean, left_out + doubles + values


def _misplaced(table: str, clock: SourceClock) -> dict[str, pl.Expr]:
    if table == "snapshots":
        early = pl.col("observed_at") < pl.col("published")
    else:
        early = pl.col("date") < pl.col("published").dt.convert_time_zone(clock.timezone).dt.date()
    return {"its video is left out": pl.col("published").is_null(), "before the publication of its video": early}


def _missing(table: str) -> dict[str, pl.Expr]:
    reasons = {}
    for column in TABLES[table]:
        if not column.required:
            continue
        values = pl.col(column.name)
        reasons[f"{column.name} missing"] = values.is_null()
        if column.dtype == pl.Float64():
            reasons[f"{column.name} not finite"] = ~values.is_finite()
        if column.minimum is not None:
            reasons[f"{column.name} below {column.minimum:g}"] = values < column.minimum
    return reasons


def _repeated(table: str) -> dict[str, pl.Expr]:
    return {"several rows of one video and time; the last is kept": ~pl.struct(KEYS[table]).is_last_distinct()}


def _only(frame: pl.DataFrame, table: str, reasons: dict[str, pl.Expr]) -> tuple[pl.DataFrame, list[LeftOut]]:
    """Return the rows for which no reason holds; each row left out is counted once, under its first reason."""
    bad = {reason: holds.fill_null(value=False) for reason, holds in reasons.items()}
    if not frame.select(pl.any_horizontal(*bad.values()).any()).item():
        return frame, []
    first: Any = pl.coalesce(
        *(pl.when(holds).then(pl.lit(reason)) for reason, holds in bad.items()), pl.lit(None, dtype=pl.String)
    )
    named = frame.with_columns(left_out=first)
    counts = named["left_out"].drop_nulls().value_counts(sort=True)
    left_out = [LeftOut(table, reason, count) for reason, count in counts.iter_rows()]
    return named.filter(pl.col("left_out").is_null()).drop("left_out"), left_out


def _without_bad_values(frame: pl.DataFrame, table: str) -> tuple[pl.DataFrame, list[LeftOut]]:
    """Return ``frame`` with optional values that cannot be (negative, not finite) as nulls."""
    left_out = []
    for name, bad in _bad_values(frame, table):
        count = frame.select(bad.sum()).item()
        if count:
            frame = frame.with_columns(pl.when(~bad.fill_null(value=False)).then(pl.col(name)).alias(name))
            left_out.append(LeftOut(table, f"{name} cannot be that, taken as not known", count))
    return frame, left_out


def _bad_values(frame: pl.DataFrame, table: str) -> Iterator[tuple[str, pl.Expr]]:
    for column in TABLES[table]:
        if column.name in frame.columns and not column.required and column.dtype == pl.Float64():
            bad = ~pl.col(column.name).is_finite()
            yield column.name, bad if column.minimum is None else bad | (pl.col(column.name) < column.minimum)
