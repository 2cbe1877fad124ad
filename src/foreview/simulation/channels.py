"""Invented channels: what distinguishes them, drawn once a world."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final, TypeAlias

import numpy as np
import polars as pl
from numpy.typing import NDArray

from foreview.vocabulary import DAY_MS

Floats: TypeAlias = NDArray[np.float64]
Ints: TypeAlias = NDArray[np.int64]

NICHES: Final = ("Education", "Gaming", "Music", "Howto", "Sports")
LANGUAGES: Final = ("en", "en", "es", "de")


@dataclass(frozen=True, slots=True)
class Channels:
    """One value a channel (arrays of shape ``(channels,)`` unless said otherwise)."""

    level: Floats
    """ln of the 30-day views of its ordinary long video, at the world's start."""
    drift: Floats
    """Shape ``(channels, months)``: added to the level in each month of 30 d, a random walk from 0."""
    spread: Floats
    """Factor on the noise of ln views."""
    short_share: Floats
    """Share of short videos [0..1]."""
    short_effect: Floats
    """Added to ln views where a video is short."""
    cadence: Floats
    """Share of the world's videos, relative to other channels."""
    hour: Floats
    """Hour [UTC, 0..24) around which it publishes."""
    niche: Ints
    language: Ints
    followers: Floats
    rates: Floats
    """Shape ``(channels, 3)``: likes, comments and shares a view."""
    click_rate: Floats
    """Views an impression."""
    monetised: NDArray[np.bool_]
    rpm: Floats
    """USD a thousand views of a long video."""


def draw_channels(rng: np.random.Generator, channels: int, days: int, variety: float) -> Channels:
    """Return ``channels`` channels for a world of ``days`` days; ``variety`` multiplies how far their levels walk."""
    steps = variety * rng.normal(0.0, 0.12, (channels, days // 30 + 1))
    steps[:, 0] = 0.0
    level = rng.normal(6.8, 1.3, channels)
    return Channels(
        level=level,
        drift=np.cumsum(steps, axis=1),
        spread=np.exp(rng.normal(0.0, 0.2, channels)),
        short_share=rng.uniform(0.25, 0.75, channels),
        short_effect=rng.normal(0.5, 0.4, channels),
        cadence=np.exp(rng.normal(0.0, 0.5, channels)),
        hour=rng.uniform(0.0, 24.0, channels),
        niche=rng.integers(0, len(NICHES), channels),
        language=rng.integers(0, len(LANGUAGES), channels),
        followers=np.round(np.exp(level + rng.normal(1.0, 0.6, channels))).astype(np.float64),
        rates=np.array([0.035, 0.004, 0.006]) * np.exp(rng.normal(0.0, 0.4, (channels, 3))),
        click_rate=rng.uniform(0.03, 0.09, channels),
        monetised=rng.random(channels) < 0.75,
        rpm=np.exp(rng.normal(np.log(3.5), 0.45, channels)),
    )


def draw_publications(
    rng: np.random.Generator, channels: Channels, videos: int, days: int, end: datetime
) -> pl.DataFrame:
    """Return one row a video, in order of publication: ``channel`` (its index), ``published_at``, ``is_short``, ``month``.

    Each channel publishes at least one video; all within the ``days`` days before ``end``.
    """
    count = len(channels.level)
    each = 1 + rng.multinomial(videos - count, channels.cadence / channels.cadence.sum())
    channel = np.repeat(np.arange(count), each)
    day = rng.integers(0, days, videos)
    hour = (channels.hour[channel] + rng.normal(0.0, 2.0, videos)) % 24.0
    since_start = day * DAY_MS + np.minimum((hour * 3_600_000).astype(np.int64), DAY_MS - 1)
    start = round(end.timestamp() * 1000) - days * DAY_MS
    return pl.DataFrame(
        {
            "channel": channel,
            "published_at": pl.Series(start + since_start).cast(pl.Datetime("ms", "UTC")),
            "is_short": rng.random(videos) < channels.short_share[channel],
            "month": day // 30,
        }
    ).sort("published_at", "channel", maintain_order=True)
