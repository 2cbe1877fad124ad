"""An invented world whose truth is known: what every video was expected to do, and what it came to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy import stats

from foreview.errors import UsageError
from foreview.simulation.channels import LANGUAGES, NICHES, Channels, Floats, Ints, draw_channels, draw_publications
from foreview.simulation.content import draw_content
from foreview.simulation.days import DAYS, Timeline, by_day, draw_views, share_of_final, timeline
from foreview.tables.catalogue import Catalogue, SourceClock, utc_ms
from foreview.vocabulary import DAY_MS

CLOCK: Final = SourceClock("America/Los_Angeles", delay_hours=24.0)
DEFAULT_END: Final = datetime(2026, 6, 1, tzinfo=UTC)
LONG_SD: Final = 0.55
SHORT_SD: Final = 0.85
"""Standard deviation of ln views around what is known at publication, times the channel's ``spread``."""
SHORT_TAIL: Final = 5.0
"""Degrees of freedom of the noise of short videos; that of long ones is normal."""
SHORT_RPM: Final = 0.04
"""Revenue of a thousand short views as a share of that of a thousand long ones."""
TRUTH_DRAWS: Final = 199


@dataclass(frozen=True, slots=True)
class World:
    """A catalogue and the truth behind it.

    ``truth`` has one row a video of the catalogue, in its order: ``video_id``; ``channel_level`` (ln 30-day views of an ordinary
    long video of the channel when it was published); what was expected at publication: ``mean_ln`` and ``sd_ln`` of
    ln(1 + views_30d), and ``p10, p50, p90`` of views_30d; what it came to at exactly 7 and 30 days of age, though that may lie
    after the world's end: ``views_7d, views_30d`` [views], ``engagement_rate`` [percent, null without views], ``revenue_30d``
    [USD]; and ``is_monetised``.
    """

    catalogue: Catalogue
    truth: pl.DataFrame


@dataclass(frozen=True, slots=True)
class _Hidden:
    """Parameters of each video that nobody sees."""

    center: Floats
    sd: Floats
    noise: Floats
    speed: Floats
    burst: Floats
    rates: Floats
    rpm: Floats


def simulate(
    *, channels: int, videos: int, seed: int, days: int = 240, end: datetime = DEFAULT_END, variety: float = 1.0
) -> World:
    """Return a world of ``channels`` channels that published ``videos`` videos *in all* in the ``days`` days before ``end``.

    Each video has up to 35 daily rows, fewer where the world ends before: its catalogue holds what is known at ``end``. ``variety``
    multiplies all by which the views of a channel's videos differ: their content, chance, and the walk of the channel's level. Equal
    arguments give equal worlds, bit for bit.

    Raises
    ------
    UsageError
        Unless ``videos >= channels >= 1``, ``days >= 1`` and ``variety > 0``.

    Examples
    --------
    >>> world = simulate(channels=2, videos=10, seed=1)
    >>> world.catalogue.videos.height, world.truth.height
    (10, 10)

    """
    if not videos >= channels >= 1 or days < 1 or variety <= 0:
        raise UsageError(
            "a world has a channel, a day, no more channels than videos in all, and some variety",
            f"found {channels} channels, {videos} videos, {days} days, variety {variety}",
        )
    place, say, live, foresee = (np.random.default_rng(s) for s in np.random.SeedSequence(seed).spawn(4))
    cast = draw_channels(place, channels, days, variety)
    published = draw_publications(place, cast, videos, days, utc_ms(end))
    published = published.with_columns(
        video_id=pl.format("v{}", pl.int_range(pl.len()).cast(pl.String).str.zfill(6)),
        niche=pl.Series(cast.niche[published["channel"].to_numpy()]),
        published_local=pl.col("published_at").dt.convert_time_zone(CLOCK.timezone),
    )
    plan = published.hstack(draw_content(say, published))
    hidden = _draw_hidden(live, cast, plan, variety)
    pieces = timeline(plan["published_at"], CLOCK)
    happened = _live(live, hidden, pieces)
    known = {"video_id": plan["video_id"], "channel_level": _level(cast, plan), "is_monetised": hidden.rpm > 0}
    truth = pl.DataFrame(
        {**known, **_expected(foresee, hidden, plan["is_short"].to_numpy()), **_came_to(pieces, happened)},
        schema_overrides={"views_7d": pl.Float64, "views_30d": pl.Float64},
    )
    truth = truth.with_columns(engagement_rate=pl.when(pl.col("views_30d") > 0).then("engagement_rate"))
    return World(_catalogue(live, cast, plan, pieces, happened).as_of(end), truth)


def _draw_hidden(rng: np.random.Generator, cast: Channels, plan: pl.DataFrame, variety: float) -> _Hidden:
    n, channel, short = plan.height, plan["channel"].to_numpy(), plan["is_short"].to_numpy()
    said = variety * plan["content_effect"].to_numpy()
    center = _level(cast, plan) + np.where(short, cast.short_effect[channel], 0.0) + said
    heavy = rng.standard_t(SHORT_TAIL, n) / np.sqrt(SHORT_TAIL / (SHORT_TAIL - 2))
    normal = rng.normal(size=n)
    monetised = cast.monetised[channel] & (rng.random(n) < 0.93)
    season = 1 + 0.25 * np.cos(2 * np.pi * (plan["published_at"].dt.ordinal_day().to_numpy() - 350) / 365.25)
    return _Hidden(
        center=center,
        sd=variety * np.where(short, SHORT_SD, LONG_SD) * cast.spread[channel],
        noise=np.clip(np.where(short, heavy, normal), -6.0, 6.0),
        speed=np.where(short, 0.7, 0.35) * np.exp(rng.normal(0.0, 0.4, n)),
        burst=np.clip(np.where(short, 0.7, 0.5) + rng.normal(0.0, 0.1, n), 0.1, 0.95),
        rates=np.clip(cast.rates[channel] * np.exp(rng.normal(0.0, 0.25, (n, 3))), 0.0, 0.3),
        rpm=cast.rpm[channel] * np.where(short, SHORT_RPM, 1.0) * season * monetised * np.exp(rng.normal(0.0, 0.2, n)),
    )


def _level(cast: Channels, plan: pl.DataFrame) -> Floats:
    channel = plan["channel"].to_numpy()
    level: Floats = cast.level[channel] + cast.drift[channel, plan["month"].to_numpy()]
    return level


@dataclass(frozen=True, slots=True)
class _Happened:
    """Per piece of each timeline: counts ``(videos, pieces)``, and revenue [USD]."""

    views: Ints
    likes: Ints
    comments: Ints
    shares: Ints
    revenue: Floats


def _live(rng: np.random.Generator, hidden: _Hidden, pieces: Timeline) -> _Happened:
    grown = share_of_final(pieces.edges / DAY_MS, hidden.speed, hidden.burst)
    views = draw_views(rng, pieces, np.exp(hidden.center + hidden.sd * hidden.noise), grown)
    likes, comments, shares = (rng.binomial(views, hidden.rates[:, [i]]) for i in range(3))
    paid = rng.gamma(20.0, 1 / 20.0, views.shape)
    return _Happened(views, likes, comments, shares, views * hidden.rpm[:, None] / 1000 * paid)


def _catalogue(
    rng: np.random.Generator, cast: Channels, plan: pl.DataFrame, pieces: Timeline, happened: _Happened
) -> Catalogue:
    channel = plan["channel"].to_numpy()
    views = by_day(pieces, happened.views)
    watched = views * plan["duration_s"].to_numpy()[:, None] * rng.uniform(0.3, 0.6, views.shape)
    shown = np.ceil(views / cast.click_rate[channel][:, None] * rng.uniform(0.9, 1.1, views.shape))
    keys = plan.select(
        "video_id",
        date=pl.date_ranges(
            pl.col("published_local").dt.date(), pl.col("published_local").dt.date() + pl.duration(days=DAYS - 1)
        ),
    ).explode("date")
    daily = keys.with_columns(
        pl.Series(name, values.ravel())
        for name, values in {
            "views": views,
            "likes": by_day(pieces, happened.likes),
            "comments": by_day(pieces, happened.comments),
            "shares": by_day(pieces, happened.shares),
            "watch_time_s": np.round(watched),
            "impressions": shown,
        }.items()
    )
    earnings = keys.with_columns(revenue_usd=pl.Series(by_day(pieces, happened.revenue).ravel()))
    videos = plan.select(
        "video_id",
        "published_at",
        "title",
        "description",
        "tags",
        "duration_s",
        "has_transcript",
        channel_id=pl.format("channel-{}", pl.col("channel").cast(pl.String).str.zfill(3)),
        category=pl.Series(np.array(NICHES)[cast.niche[channel]]),
        language=pl.Series(np.array(LANGUAGES)[cast.language[channel]]),
        format=pl.when("is_short").then(pl.lit("short")).otherwise(pl.lit("long")),
        platform=pl.lit("youtube"),
        channel_followers=pl.Series(cast.followers[channel]),
    )
    return Catalogue.of(videos, daily=daily, earnings=earnings, clock=CLOCK)


def _came_to(pieces: Timeline, happened: _Happened) -> dict[str, Floats]:
    """Return the targets at exactly 7 and 30 d of age."""
    week, month = pieces.until(7), pieces.until(30)
    views = np.where(month, happened.views, 0).sum(axis=1)
    engaged = np.where(month, happened.likes + happened.comments + happened.shares, 0).sum(axis=1)
    return {
        "views_7d": np.where(week, happened.views, 0).sum(axis=1),
        "views_30d": views,
        "engagement_rate": 100.0 * engaged / np.maximum(views, 1),
        "revenue_30d": np.where(month, happened.revenue, 0.0).sum(axis=1),
    }


def _expected(rng: np.random.Generator, hidden: _Hidden, short: NDArray[np.bool_]) -> dict[str, Floats]:
    """Return what was expected of views_30d at publication, from draws that are evenly spread over the noise."""
    level = (np.arange(TRUTH_DRAWS) + 0.5) / TRUTH_DRAWS
    heavy = stats.t.ppf(level, SHORT_TAIL) / np.sqrt(SHORT_TAIL / (SHORT_TAIL - 2))
    noise = np.clip(np.where(short[:, None], heavy, stats.norm.ppf(level)), -6.0, 6.0)
    views = np.sort(rng.poisson(np.exp(hidden.center[:, None] + hidden.sd[:, None] * noise)), axis=1)
    logs = np.log1p(views)
    # Of 199 sorted draws the 20th, 100th and 180th are exactly the quantiles.
    ends = {name: views[:, round(q * (TRUTH_DRAWS + 1)) - 1] for name, q in (("p10", 0.1), ("p50", 0.5), ("p90", 0.9))}
    return {"mean_ln": logs.mean(axis=1), "sd_ln": logs.std(axis=1), **ends}
