"""Catalogues without sense: whatever the format allows, drawn at random. What must hold always must hold here."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import polars as pl

from foreview.tables.catalogue import Catalogue, SourceClock
from foreview.vocabulary import DAY_MS

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

START: Final = datetime(2025, 1, 1, tzinfo=UTC)
"""Three months before Shorts views were redefined, so that some videos have counts of both kinds."""
ODD_AGES: Final = (0, 1, DAY_MS - 1, DAY_MS, 7 * DAY_MS - 1, 7 * DAY_MS, 7 * DAY_MS + 1, 30 * DAY_MS, 30 * DAY_MS + 1)
"""Ages [ms] at which something ends or begins."""
MOST_LN: Final = 42.0
"""e^42 views are two hundred million for everybody alive."""
GAPS_END: Final = SourceClock("UTC", delay_hours=36.0)
"""A missing day ends the sum of a video's days."""
GAPS_ARE_ZERO: Final = SourceClock("UTC", delay_hours=36.0, missing_day_is_zero=True)


def nonsense(videos: int, seed: int, clock: SourceClock = GAPS_END) -> Catalogue:
    """Return a catalogue of ``videos`` videos whose counters rise, stand, fall, leap and vanish.

    A video has snapshots, daily rows, both or nothing: zeros, one view, or more than there are people; days missing, likes hidden
    or taken back, revenue corrected below zero. Facts are missing at random, channels too.
    """
    rng = np.random.default_rng(seed)
    ids = np.array([f"n{number:06d}" for number in range(videos)])
    published = _ms(START) + np.sort(rng.integers(0, 180 * DAY_MS, videos))
    published -= np.where(rng.random(videos) < 0.2, published % DAY_MS, 0)  # at midnight: then days close at whole ages
    source = rng.choice(["snapshots", "daily", "both", "nothing"], videos, p=[0.4, 0.35, 0.1, 0.15])
    read, counted = np.isin(source, ["snapshots", "both"]), np.isin(source, ["daily", "both"])
    return Catalogue.of(
        _facts(rng, ids, published),
        snapshots=_snapshots(rng, ids[read], published[read]),
        daily=_days(rng, ids[counted], published[counted]),
        earnings=_earnings(rng, ids, published),
        clock=clock,
    )


def odd_issues(catalogue: Catalogue, n: int, seed: int) -> pl.DataFrame:
    """Return n issues (``video_id, as_of``): at odd ages, at and just before readings of the counter, at any time, years later."""
    rng = np.random.default_rng(seed)
    videos = catalogue.videos.select("video_id", "published_at")[rng.integers(0, catalogue.videos.height, n)]
    ages = np.select(
        [rng.random(n) < 0.4, rng.random(n) < 0.6],
        [rng.choice(ODD_AGES, n), rng.integers(0, 45 * DAY_MS, n)],
        rng.integers(0, 2000 * DAY_MS, n),
    )
    issues = videos.select("video_id", as_of=pl.col("published_at") + pl.Series(ages).cast(pl.Duration("ms")))
    if catalogue.snapshots.is_empty():
        return issues
    read = catalogue.snapshots.select("video_id", "observed_at")[rng.integers(0, catalogue.snapshots.height, n)]
    before = pl.Series(rng.integers(0, 2, n)).cast(pl.Duration("ms"))
    published = catalogue.videos.select("video_id", "published_at")
    at_readings = read.with_columns(as_of=pl.col("observed_at") - before).join(
        published, on="video_id", maintain_order="left"
    )
    at_readings = at_readings.select("video_id", as_of=pl.max_horizontal("as_of", "published_at"))
    return pl.concat([issues, at_readings])[rng.permutation(2 * n)[:n]]


def _facts(rng: np.random.Generator, ids: npt.NDArray[np.str_], published: Ints) -> pl.DataFrame:
    n = ids.size
    words = ["", "Why? 10 THINGS", "猫はなぜ？", "  spaced   out ", "WIN!!" * 40]
    columns: Mapping[str, Any] = {
        "channel_id": rng.choice(["channel-000", "channel-001", "a", "b"], n),
        "title": rng.choice(words, n),
        "description": rng.choice(words, n),
        "category": rng.choice(["Music", "unheard of"], n),
        "duration_s": rng.choice([0.0, 15.0, 180.0, 181.0, 1e7], n),
        "platform": rng.choice(["youtube", "tiktok", "nowhere"], n),
        "channel_followers": np.floor(np.exp(rng.uniform(0, MOST_LN, n))),
    }
    given = pl.DataFrame({"video_id": ids, **columns}).with_columns(
        pl.when(pl.Series(rng.random(n) < 0.7)).then(name).alias(name) for name in columns
    )
    return given.with_columns(published_at=_times(published))


def _snapshots(rng: np.random.Generator, ids: npt.NDArray[np.str_], published: Ints) -> pl.DataFrame:
    readings = rng.choice([1, 2, 5, 12, 40], ids.size)
    video, place = _repeated(readings)
    ages = np.where(rng.random(video.size) < 0.3, rng.choice(ODD_AGES, video.size), 0)
    ages = np.where(ages > 0, ages, rng.integers(0, 45 * DAY_MS, video.size))
    ages = ages[np.lexsort((ages, video))]
    views = _counters(rng, ids.size, video, place / readings[video])
    likes = pl.Series(np.floor(views * rng.uniform(0, 2, video.size)))
    return pl.DataFrame(
        {"video_id": ids[video], "observed_at": _times(published[video] + ages), "views": views}
    ).with_columns(
        likes=pl.when(pl.Series(rng.random(video.size) < 0.8)).then(likes),
        comments=pl.when(pl.Series(rng.random(video.size) < 0.8)).then(1.0),
    )


def _days(rng: np.random.Generator, ids: npt.NDArray[np.str_], published: Ints) -> pl.DataFrame:
    days = rng.choice([1, 3, 9, 35], ids.size)
    video, place = _repeated(days)
    kept = rng.random(video.size) > rng.choice([0.0, 0.0, 0.05, 0.4], ids.size)[video]
    views = _counters(rng, ids.size, video, place / days[video])
    rows = pl.DataFrame({"video_id": ids[video], "date": _dates(published[video], place), "views": views})
    return rows.with_columns(
        likes=pl.Series(np.floor(views * rng.uniform(-1, 1, video.size))),
        comments=pl.Series(rng.integers(-3, 3, video.size)).cast(pl.Float64),
        shares=pl.when(pl.Series(rng.random(video.size) < 0.5)).then(0.0),
    ).filter(pl.Series(kept))


def _earnings(rng: np.random.Generator, ids: npt.NDArray[np.str_], published: Ints) -> pl.DataFrame:
    days = rng.choice([0, 0, 2, 35], ids.size)
    video, place = _repeated(days)
    paid = rng.choice([0.0, 0.01, 1.25, 1e9, -0.75, -1e6], video.size) * (rng.random(video.size) < 0.6)
    return pl.DataFrame({"video_id": ids[video], "date": _dates(published[video], place), "revenue_usd": paid})


def _counters(rng: np.random.Generator, videos: int, video: Ints, share: Floats) -> Floats:
    """Return a count a row: of each video none at all, growth, a fall, or leaps, up to more than anything could have."""
    most = np.exp(rng.uniform(0, rng.choice([3.0, 12.0, MOST_LN], videos)))[video]
    kind = rng.integers(0, 5, videos)[video]
    shapes = [np.zeros_like(share), share, 1 - share, rng.random(share.size), np.ones_like(share)]
    found: Floats = np.floor(np.choose(kind, shapes) * most)
    return found


def _repeated(times: Ints) -> tuple[Ints, Ints]:
    """Return for each row whose it is, and its place among the rows of that video."""
    owner = np.repeat(np.arange(times.size), times)
    return owner, np.arange(owner.size) - np.repeat(np.cumsum(times) - times, times)


def _ms(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)


def _times(ms: Ints) -> pl.Series:
    return pl.Series(ms).cast(pl.Datetime("ms", "UTC"))


def _dates(published: Ints, day: Ints) -> pl.Series:
    return pl.Series((published // DAY_MS + day).astype(np.int32)).cast(pl.Date)
