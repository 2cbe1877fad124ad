"""The steps of the scale benchmark that run inside Django: ``write N`` and ``table``."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable
from typing import Any

import django
import numpy as np
import polars as pl
from django.conf import settings

from benchmarks.scale import AS_OF
from foreview.options import TrainingOptions
from foreview.tables.catalogue import Catalogue, SourceClock
from foreview.training.rows import training_rows

DAYS = 35
VIDEOS_A_CHANNEL = 100
CLOCK = SourceClock("America/Los_Angeles", 48.0)
SAMPLE = 10_000
"""Videos built one after the other: all of those side by side. Fewer are scaled up, and the page says so."""


def invented(videos: int, seed: int = 0) -> Catalogue:
    """Return ``videos`` published over a year before the cutoff, each with 35 whole days of views and the usual title."""
    rng = np.random.default_rng(seed)
    age_days = np.sort(rng.uniform(DAYS + 5, 365, videos))[::-1]
    facts = pl.DataFrame(
        {
            "video_id": [f"v{i:06d}" for i in range(videos)],
            "published_at": pl.Series([AS_OF] * videos) - pl.Series(age_days * 86_400_000).cast(pl.Duration("ms")),
            "channel_id": [f"c{i % max(videos // VIDEOS_A_CHANNEL, 1)}" for i in range(videos)],
            "title": [f"How to do thing number {i} in {i % 60} seconds" for i in range(videos)],
            "duration_s": np.where(rng.random(videos) < 0.5, 40.0, 600.0),
            "format": np.where(rng.random(videos) < 0.5, "short", "long"),
        }
    ).with_columns(pl.col("published_at").cast(pl.Datetime("ms", "UTC")))
    share = np.diff(1 - np.exp(-np.arange(DAYS + 1) / 6))
    views = rng.poisson(np.exp(rng.normal(6, 1.2, (videos, 1))) * share).astype(np.float64)
    first_day = facts["published_at"].dt.convert_time_zone(CLOCK.timezone).dt.date()
    daily = pl.DataFrame(
        {
            "video_id": np.repeat(facts["video_id"].to_numpy(), DAYS),
            "date": first_day.gather(np.repeat(np.arange(videos), DAYS)),
            "day": np.tile(np.arange(DAYS), videos),
            "views": views.ravel(),
            "likes": np.floor(views.ravel() * 0.04),
            "comments": np.floor(views.ravel() * 0.005),
            "shares": np.floor(views.ravel() * 0.002),
        }
    ).select("video_id", pl.col("date") + pl.duration(days="day"), "views", "likes", "comments", "shares")
    earnings = daily.select("video_id", "date", revenue_usd=(pl.col("views") * 0.004).round(4))
    return Catalogue.of(facts, daily=daily, earnings=earnings, clock=CLOCK)


class Counted:
    """Counts the queries that pass."""

    def __init__(self) -> None:
        self.n = 0

    def __call__(self, execute: Callable[..., Any], *query: Any) -> Any:
        """Count and go on."""
        self.n += 1
        return execute(*query)


def write(videos: int) -> None:
    """Write an invented catalogue to the database."""
    from downloader.gateways.importing import import_catalogue

    import_catalogue(invented(videos))


def table() -> None:
    """Build the training table at once and, of a sample, video by video; print both times as JSON."""
    from django.db import connection

    from downloader.gateways.catalogue import training_catalogue
    from downloader.models import VideoDownload

    options = TrainingOptions()
    whole_queries, sample_queries = Counted(), Counted()
    with connection.execute_wrapper(whole_queries):
        started = time.perf_counter()
        catalogue = training_catalogue(AS_OF)
        read_whole = time.perf_counter() - started
        rows = training_rows(catalogue, options)
        whole = time.perf_counter() - started
    keys = list(VideoDownload.objects.order_by("pk").values_list("pk", flat=True))
    chosen = keys[:: max(len(keys) // SAMPLE, 1)][:SAMPLE]
    with connection.execute_wrapper(sample_queries):
        started = time.perf_counter()
        alone = [training_rows(_one_video(key, catalogue), options) for key in chosen]
        sample = time.perf_counter() - started
    _check_equal(rows, pl.concat(alone))
    started = time.perf_counter()
    read = sum(len(video.analytics.order_by("date")) for video in VideoDownload.objects.all())
    one_by_one = time.perf_counter() - started
    found = {
        "videos": len(keys),
        "rows": rows.height,
        "whole_s": whole,
        "queries_whole": whole_queries.n,
        "sample_videos": len(chosen),
        "sample_s": sample,
        "queries_sample": sample_queries.n,
        "read_whole_s": read_whole,
        "read_one_by_one_s": one_by_one,
        "daily_rows": read,
    }
    print(json.dumps(found))


def _one_video(key: int, catalogue: Catalogue) -> Catalogue:
    """Return the catalogue of one video: its facts as given, its daily rows and earnings with a query each."""
    from downloader.models import AdSenseEarnings, VideoAnalytics

    counts = ("date", "views", "likes", "comments", "shares")
    daily = list(VideoAnalytics.objects.filter(video_id=key).order_by("date").values(*counts))
    earned = list(AdSenseEarnings.objects.filter(video_id=key).order_by("date").values("date", "revenue_usd"))
    whose = pl.lit(str(key)).alias("video_id")
    return Catalogue.of(
        catalogue.videos.filter(pl.col("video_id") == str(key)),
        daily=pl.DataFrame(daily).with_columns(whose),
        earnings=pl.DataFrame(earned).with_columns(whose, pl.col("revenue_usd").cast(pl.Float64)),
        clock=catalogue.clock,
    ).as_of(AS_OF)


def _check_equal(whole: pl.DataFrame, alone: pl.DataFrame) -> None:
    """Stop unless both ways give the same rows, but for the channel's history that one video alone does not have."""
    own = [name for name in whole.columns if not name.startswith("channel_")]
    same = alone.select(own).join(whole.select(own), on=own, how="semi", nulls_equal=True)
    if same.height != alone.height:
        raise SystemExit(f"{alone.height - same.height} of {alone.height} rows differ between the two ways")


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    settings.DEBUG = False  # which would keep every query in memory
    if sys.argv[1] == "write":
        write(int(sys.argv[2]))
    else:
        table()
