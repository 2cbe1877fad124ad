"""The videos that a release has not seen, and what became of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

import numpy as np
import polars as pl

from foreview.curves.curve import age_ms
from foreview.curves.labels import labels
from foreview.errors import NotEnoughHistory, UsageError
from foreview.features.matrix import feature_table
from foreview.learners.matrix import Vector
from foreview.learners.structure import slices_of
from foreview.tables.catalogue import Catalogue, utc_ms
from foreview.vocabulary import Target

MIN_CHANNELS: Final = 5


@dataclass(frozen=True, slots=True)
class Window:
    """n issues of one target with known outcomes: features, outcomes on the scale of locations, slices and channels."""

    target: Target
    table: pl.DataFrame
    actual: Vector
    slices: np.ndarray
    owners: np.ndarray
    """What the bootstrap draws (n names): the channel of each row, the video where it has none or there are few channels."""
    drawn: Literal["channels", "videos"]
    """What :attr:`owners` are: below :data:`MIN_CHANNELS` whole channels say nothing of how much they differ."""


def future_window(
    catalogue: Catalogue,
    target: Target,
    *,
    learnt_until: datetime,
    since: datetime,
    ages: Sequence[float] = (0.0, 1.0, 3.0, 7.0),
    max_rows: int = 5_000,
    seed: int = 0,
) -> Window:
    """Return the videos published from ``since`` on, each as of its publication plus each of ``ages`` [d].

    Kept are issues whose outcome is known by now and was not at the issue time; for revenue those with any. Beyond ``max_rows`` a
    seeded draw of videos is kept, each with all its ages.

    Raises
    ------
    UsageError
        If ``since`` is not later than ``learnt_until``, the cutoff of the release.
    NotEnoughHistory
        If no such video has a known outcome.

    """
    if utc_ms(since) <= utc_ms(learnt_until):
        raise UsageError(
            "importance is measured on videos published after the release's cutoff",
            f"the cutoff is {learnt_until.isoformat()}, asked from {since.isoformat()} on",
            "Ask from a later day",
        )
    published = catalogue.videos.select("video_id", "channel_id", "published_at")
    later = published.filter(pl.col("published_at") >= utc_ms(since))
    known = labels(catalogue).select("video_id", y=target, matured_at=f"{target}_matured_at")
    known = known.filter(pl.col("y") > 0) if target == "revenue_30d" else known.drop_nulls("y")
    videos = _drawn(later.join(known, on="video_id", maintain_order="left"), max(max_rows // len(ages), 1), seed)
    issues = pl.concat(_at(age, videos) for age in ages).filter(pl.col("as_of") < pl.col("matured_at"))
    if issues.is_empty():
        raise NotEnoughHistory(
            f"importance needs later videos whose {target} is known",
            f"of {later.height} published from {since.isoformat()} on, none qualifies",
            "Ask from an earlier day, or wait until outcomes are known",
        )
    table = feature_table(catalogue, issues.select("video_id", "as_of"))
    actual = issues["y"].to_numpy().astype(np.float64)
    few = issues["channel_id"].n_unique() < MIN_CHANNELS
    video = pl.concat_str(pl.lit("video "), "video_id")
    return Window(
        target,
        table,
        np.log(actual) if target == "revenue_30d" else np.log1p(actual),
        slices_of(table, target),
        issues.select(video if few else pl.coalesce("channel_id", video)).to_series().to_numpy(),
        "videos" if few else "channels",
    )


def _drawn(videos: pl.DataFrame, limit: int, seed: int) -> pl.DataFrame:
    if videos.height <= limit:
        return videos
    return videos[np.sort(np.random.default_rng(seed).choice(videos.height, size=limit, replace=False))]


def _at(age: float, videos: pl.DataFrame) -> pl.DataFrame:
    return videos.with_columns(as_of=pl.col("published_at") + pl.duration(milliseconds=age_ms(age)))
