"""A small world, and a method to replay that knows its law."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import polars as pl
from scipy.stats import norm

from foreview.backtest.replay import Method
from foreview.options import Progress, TrainingOptions
from foreview.tables.catalogue import Catalogue
from foreview.vocabulary import QUANTILES

FIRST = datetime(2026, 1, 1, 12, tzinfo=UTC)
MADE = datetime(2026, 6, 1, tzinfo=UTC)
MEDIAN_LN, SD = 7.0, 1.0


def world(videos: int = 240, seed: int = 0, *, channels: int = 12) -> Catalogue:
    """Four videos a day; views at 30 d are lognormal(7, 1), and a day-k snapshot shows k/30 of them, rounded down."""
    rng = np.random.default_rng(seed)
    final = np.floor(np.exp(MEDIAN_LN + SD * rng.standard_normal(videos)))
    ids = [f"v{i:04d}" for i in range(videos)]
    published = [FIRST + timedelta(hours=6 * i) for i in range(videos)]
    facts = pl.DataFrame(
        {
            "video_id": ids,
            "published_at": published,
            "channel_id": [f"c{i % channels}" if i % 10 else None for i in range(videos)],
            "format": ["short" if i % 3 else "long" for i in range(videos)],
        }
    )
    rows = [
        (ids[i], published[i] + timedelta(days=day), float(np.floor(final[i] * day / 30)))
        for i in range(videos)
        for day in (*range(1, 9), *range(28, 31))
    ]
    snapshots = pl.DataFrame(rows, schema=["video_id", "observed_at", "views"], orient="row")
    return Catalogue.of(facts, snapshots=snapshots)


@dataclass(frozen=True)
class Remembered:
    """What the training was given."""

    catalogue: Catalogue
    as_of: datetime
    options: TrainingOptions
    created_at: datetime


def remember(
    catalogue: Catalogue, as_of: datetime, options: TrainingOptions, *, created_at: datetime, progress: Progress
) -> Remembered:
    progress("remember", 1, 1)
    return Remembered(catalogue, as_of, options, created_at)


def law(catalogue: Catalogue, release: Remembered, issues: pl.DataFrame) -> pl.DataFrame:
    """The law of views at 30 d, before anything is seen; at 7 d a fraction of it."""
    frames = []
    for target, share in (("views_7d", 7 / 30), ("views_30d", 1.0)):
        quantiles = {name: share * np.exp(MEDIAN_LN + SD * norm.ppf(q)) for name, q in QUANTILES.items()}
        median = quantiles["p50"]
        numbers = {
            "point": median,
            **quantiles,
            "p_low": 1 / 3,
            "p_medium": 1 / 3,
            "p_high": 1 / 3,
            "typical": median,
            "p_beats_typical": 0.5,
            "confidence": float(norm.cdf(np.log(2)) - norm.cdf(-np.log(2))),
            "point_mrse": share * np.exp(MEDIAN_LN - 1.5 * SD**2),
            "low_third": share * np.exp(MEDIAN_LN + SD * norm.ppf(1 / 3)),
            "high_third": share * np.exp(MEDIAN_LN + SD * norm.ppf(2 / 3)),
        }
        observed = pl.lit("ensemble")
        if target == "views_7d":
            observed = pl.when(pl.col("issue_age_days") >= 7).then(pl.lit("observed")).otherwise(pl.lit("ensemble"))
        published = catalogue.videos.select("video_id", "published_at")
        frames.append(
            issues.join(published, on="video_id", maintain_order="left")
            .with_columns(issue_age_days=(pl.col("as_of") - pl.col("published_at")) / pl.duration(days=1))
            .select(
                "video_id",
                "as_of",
                "issue_age_days",
                pl.lit(target).alias("target"),
                *(pl.lit(value).alias(name) for name, value in numbers.items()),
                pl.lit("v1").alias("model_version"),
                observed.alias("model_type"),
            )
        )
    return pl.concat(frames)


def described(release: Remembered) -> dict[str, Any]:
    return {"model_version": "v1", "videos": release.catalogue.videos.height}


LAW = Method(remember, law, described)
