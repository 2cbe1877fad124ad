"""Worlds with a column that knows the future, as exports and scrapes really have them, and columns that only look like it.

Each leak claims to be known at publication. The clean columns are no straw men: they hold everything that could be known, up to
the mean that the world itself drew from.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Final, TypeAlias

import numpy as np
import polars as pl

from foreview.errors import UsageError
from foreview.simulation.channels import Floats
from foreview.simulation.content import TOPICS
from foreview.simulation.world import DEFAULT_END, World
from foreview.tables.schema import ColumnKind, DeclaredColumn
from foreview.vocabulary import DAY_MS

NOISE_SD: Final = 0.3
"""Of the noisy leak: ln views are told to about ×/÷ 1.35."""
WRONG_FLAGS: Final = 0.03
"""Share of promoted videos that were promoted for no reason, and of the others."""
SHRINKAGE: Final = 10.0
"""Videos of the average kind that an encoding of topics adds to each topic."""
FOLLOWS_A_VIEW: Final = 0.01


@dataclass(frozen=True, slots=True)
class Planted:
    """A world and the one column of it that knows the future (``video_id`` where the order of the ids does)."""

    world: World
    column: str


_Plant: TypeAlias = Callable[[World, np.random.Generator], Planted]


def with_planted_leak(world: World, kind: str, *, seed: int) -> Planted:
    """Return the world with one leak of a kind of :data:`LEAKS`.

    Raises
    ------
    UsageError
        Where there is no such kind.

    """
    if kind not in LEAKS:
        raise UsageError(f"a leak is one of {', '.join(LEAKS)}", f"found {kind!r}")
    return LEAKS[kind](world, np.random.default_rng([seed, list(LEAKS).index(kind)]))


def with_clean_columns(world: World, *, seed: int) -> World:
    """Return the world with honest columns that look like leaks, and followers that grow as a channel's do.

    Among them is all that can be known at publication (``planner_estimate``, the true mean), a class and a flag made of it, the
    channel's true level, an encoding of topics that was not learnt here, early counts that are declared with the age at which
    they are known, others that are missing for weak channels or recent videos, and the future of *another* video.
    """
    rng = np.random.default_rng([seed, 99])
    truth, topic = world.truth, _topics(world)
    known = {word: effect for words in TOPICS.values() for word, effect in words.items()}
    expected, level = truth["mean_ln"].to_numpy(), truth["channel_level"].to_numpy()
    published = world.catalogue.videos["published_at"].dt.timestamp("ms").to_numpy()
    recent = (published - published.min()) / DAY_MS
    week, thirds = truth["views_7d"].to_numpy(), np.quantile(expected, [0.2, 0.4, 0.6, 0.8])
    columns: dict[str, tuple[ColumnKind, float, pl.Series]] = {
        "planner_estimate": ("number", 0.0, pl.Series(np.exp(expected))),
        "planner_class": ("category", 0.0, pl.Series(np.array(list("abcde"))[np.searchsorted(thirds, expected)])),
        "planner_hope": ("boolean", 0.0, pl.Series(expected > level + 0.5)),
        "channel_standing": ("number", 0.0, pl.Series(_of_first(world, np.exp(level)))),
        "topic_prior": ("number", 0.0, pl.Series([known[word] for word in topic])),
        "views_day_7": ("number", 7.0, pl.Series(week)),
        "previous_views": ("number", 0.0, pl.Series(_previous(world))),
        "history": ("number", 0.0, pl.Series(_history(world))),
        "sponsor_fee": ("number", 0.0, _hidden(rng.lognormal(5, 1, len(level)), level < np.median(level))),
        "thumbnail_score": ("number", 0.0, _hidden(rng.normal(50, 10, len(level)), recent < 60)),
        "equipment": ("number", 0.0, pl.Series(np.floor(recent / 40))),
        "topic_plan": ("number", 0.0, _mean_by(topic, expected)),
        "channel_plan": ("number", 0.0, _mean_by(world.catalogue.videos["channel_id"], np.exp(expected))),
        "other_views": ("number", 0.0, pl.Series(rng.permutation(truth["views_30d"].to_numpy()))),
    }
    for name, (kind, after, values) in columns.items():
        world = _declare(world, name, values, kind=kind, known_after_days=after)
    return _with_videos(world, channel_followers=pl.Series(_followers(world)))


def _total(world: World, _rng: np.random.Generator) -> Planted:
    """Plant the counter as the export shows it: total so far, whatever the age."""
    return _planted(world, "views_total", _totals(world, "views"))


def _noisy(world: World, rng: np.random.Generator) -> Planted:
    final = np.log1p(world.truth["views_30d"].to_numpy())
    return _planted(world, "performance_index", final + rng.normal(0.0, NOISE_SD, len(final)))


def _bucket(world: World, _rng: np.random.Generator) -> Planted:
    final = world.truth["views_30d"].to_numpy()
    names = np.array(["weak", "fair", "good", "strong", "viral"])
    found = names[np.searchsorted(np.quantile(final, [0.2, 0.45, 0.7, 0.9]), final)]
    return _planted(world, "performance_class", found, kind="category")


def _week(world: World, _rng: np.random.Generator) -> Planted:
    """Plant the count of day 7, declared as known at publication."""
    return _planted(world, "first_week_views", world.truth["views_7d"].to_numpy())


def _rank(world: World, _rng: np.random.Generator) -> Planted:
    ranked = pl.col("views_30d").rank("average") / pl.len()
    table = world.truth.with_columns(world.catalogue.videos["channel_id"])
    return _planted(world, "channel_percentile", table.select(ranked.over("channel_id")).to_series().to_numpy())


def _channel_average(world: World, rng: np.random.Generator) -> Planted:
    """Plant the channel's average over all its videos, the later ones and this one too.

    By chance the mean of the totals, or mean or median of the final views of those old enough to have them.
    """
    counted, average = [
        (pl.Series(_totals(world, "views")), pl.col("views").mean()),
        (_final(world), pl.col("views").mean()),
        (_final(world), pl.col("views").median()),
    ][rng.integers(3)]
    table = world.catalogue.videos.select("channel_id", views=counted)
    return _planted(world, "channel_average", table.select(average.over("channel_id")).to_series())


def _promoted(world: World, rng: np.random.Generator) -> Planted:
    """Plant a flag that was given to the videos that did well for their channel."""
    final = np.log1p(world.truth["views_30d"].to_numpy())
    excess = final - world.truth["channel_level"].to_numpy()
    wrong = rng.random(len(final)) < WRONG_FLAGS
    return _planted(world, "was_promoted", (excess > np.quantile(excess, 0.85)) ^ wrong, kind="boolean")


def _encoded(world: World, rng: np.random.Generator) -> Planted:
    """Plant the mean success of a topic, taken over all videos that have it and shrunk to the mean of all, as encoders do."""
    counted = [pl.Series(_totals(world, "views")), _final(world)][rng.integers(2)]
    table = pl.DataFrame({"topic": _topics(world), "ln": counted.log1p()})
    videos = pl.col("ln").count().over("topic")
    shrunk = (pl.col("ln").sum().over("topic") + SHRINKAGE * pl.col("ln").mean()) / (videos + SHRINKAGE)
    return _planted(world, "topic_score", table.select(shrunk).to_series())


def _last_active(world: World, _rng: np.random.Generator) -> Planted:
    """Plant the day of the last comment, as days since publication: late where a video is still talked about."""
    days = world.catalogue.daily.join(world.catalogue.videos.select("video_id", "published_at"), on="video_id").filter(
        pl.col("comments") > 0
    )
    age = (pl.col("date").cast(pl.Datetime("ms", "UTC")) - pl.col("published_at")).dt.total_milliseconds() / DAY_MS
    last = days.group_by("video_id").agg(age.max().clip(0.0).alias("last"))
    found = world.catalogue.videos.join(last, on="video_id", how="left", maintain_order="left")["last"]
    return _planted(world, "active_days", found.fill_null(0.0).to_numpy())


def _followers_now(world: World, _rng: np.random.Generator) -> Planted:
    """Put the followers at the export where those at publication belong."""
    table = world.catalogue.videos.select("channel_id", now=pl.Series(_followers(world)))
    now = table.select((pl.col("now").max() * 1.01).round().over("channel_id")).to_series()
    return Planted(_with_videos(world, channel_followers=now), "channel_followers")


def _missing(world: World, rng: np.random.Generator) -> Planted:
    """Plant a harmless number that a platform shows only where there were views enough to compute it."""
    total = _totals(world, "views")
    return _planted(world, "retention", _hidden(rng.beta(5, 5, len(total)), total < np.quantile(total, 0.3)))


def _comments(world: World, _rng: np.random.Generator) -> Planted:
    return _planted(world, "comment_count", _totals(world, "comments"))


def _ordered_ids(world: World, _rng: np.random.Generator) -> Planted:
    """Number the videos by success, as the export of a table sorted by views does."""
    catalogue = world.catalogue
    rank = (-_totals(world, "views")).argsort(kind="stable").argsort(kind="stable")
    new = pl.DataFrame({"video_id": catalogue.videos["video_id"], "new": [f"row{place:06d}" for place in rank]})

    def renamed(table: pl.DataFrame) -> pl.DataFrame:
        joined = table.join(new, on="video_id", how="left", maintain_order="left")
        return joined.with_columns(video_id=pl.col("new")).drop("new")

    anew = dataclasses.replace(
        catalogue,
        videos=renamed(catalogue.videos),
        snapshots=renamed(catalogue.snapshots),
        daily=renamed(catalogue.daily),
        earnings=renamed(catalogue.earnings),
    )
    return Planted(World(anew, renamed(world.truth)), "video_id")


LEAKS: Final[dict[str, _Plant]] = {
    "total at export": _total,
    "noisy final views": _noisy,
    "class of final views": _bucket,
    "views of day 7": _week,
    "rank within the channel": _rank,
    "channel average over all": _channel_average,
    "promoted because it did well": _promoted,
    "topic encoded on all": _encoded,
    "day of the last comment": _last_active,
    "followers at export": _followers_now,
    "missing where it did badly": _missing,
    "comments at export": _comments,
    "ids in order of success": _ordered_ids,
}
"""The kinds of leak by name."""


def _planted(world: World, column: str, values: np.ndarray | pl.Series, *, kind: ColumnKind = "number") -> Planted:
    return Planted(_declare(world, column, pl.Series(values), kind=kind, known_after_days=0.0), column)


def _declare(world: World, name: str, values: pl.Series, *, kind: ColumnKind, known_after_days: float) -> World:
    dtype = {"number": pl.Float64, "category": pl.String, "boolean": pl.Boolean}[kind]
    catalogue = world.catalogue
    declared = (*catalogue.declared, DeclaredColumn(name, "", kind, known_after_days))
    videos = catalogue.videos.with_columns(values.cast(dtype).alias(name))
    return dataclasses.replace(world, catalogue=dataclasses.replace(catalogue, videos=videos, declared=declared))


def _with_videos(world: World, **columns: pl.Series) -> World:
    videos = world.catalogue.videos.with_columns(**columns)
    return dataclasses.replace(world, catalogue=dataclasses.replace(world.catalogue, videos=videos))


def _totals(world: World, measure: str) -> Floats:
    sums = world.catalogue.daily.group_by("video_id").agg(pl.sum(measure))
    joined = world.catalogue.videos.join(sums, on="video_id", how="left", maintain_order="left")
    return joined[measure].fill_null(0.0).to_numpy().astype(np.float64)


def _final(world: World) -> pl.Series:
    """Return views at 30 d, null for videos that are younger at the export."""
    old = world.catalogue.videos["published_at"] <= DEFAULT_END - timedelta(days=30)
    return world.truth.select(pl.when(old).then("views_30d")).to_series()


def _topics(world: World) -> list[str]:
    return [title.split()[0].lower().rstrip("?") for title in world.catalogue.videos["title"]]


def _mean_by(key: pl.Series | list[str], values: Floats) -> pl.Series:
    table = pl.DataFrame({"key": key, "value": values})
    return table.select(pl.col("value").mean().over("key")).to_series()


def _hidden(values: Floats, where: np.ndarray) -> pl.Series:
    return pl.Series(np.where(where, np.nan, values)).fill_nan(None)


def _of_first(world: World, values: Floats) -> Floats:
    """Return for each video the value of its channel's first."""
    table = world.catalogue.videos.select("channel_id", value=pl.Series(values))
    return table.select(pl.col("value").first().over("channel_id")).to_series().to_numpy().astype(np.float64)


def _earlier(world: World, index: int, days: float) -> np.ndarray:
    """Return the positions of the channel's videos that were at least ``days`` old when video ``index`` went public."""
    videos = world.catalogue.videos
    published = videos["published_at"].dt.timestamp("ms").to_numpy()
    own = videos["channel_id"].to_numpy() == videos["channel_id"][index]
    return np.flatnonzero(own & (published <= published[index] - days * DAY_MS))


def _previous(world: World) -> pl.Series:
    """Return the final views of the channel's last video that was final at publication."""
    final = world.truth["views_30d"]
    found = [_earlier(world, index, 31.0) for index in range(final.len())]
    return pl.Series([final[int(rows[-1])] if rows.size else None for rows in found], dtype=pl.Float64)


def _history(world: World) -> pl.Series:
    """Return the mean ln views of the channel's last ten videos that were final at publication."""
    final = np.log1p(world.truth["views_30d"].to_numpy())
    found = [_earlier(world, index, 31.0) for index in range(final.size)]
    return pl.Series([float(final[rows[-10:]].mean()) if rows.size else None for rows in found], dtype=pl.Float64)


def _followers(world: World) -> Floats:
    """Return followers at each publication: those of the start, and some of the viewers since."""
    videos, final = world.catalogue.videos, world.truth["views_30d"].to_numpy()
    start = _of_first(world, videos["channel_followers"].to_numpy().astype(np.float64))
    days = (videos["published_at"] - DEFAULT_END).dt.total_milliseconds().to_numpy() / DAY_MS
    grown = start * np.exp(0.002 * (days - days.min()))
    gained = np.array([final[_earlier(world, index, 31.0)].sum() for index in range(final.size)])
    followers: Floats = np.round(grown + FOLLOWS_A_VIEW * gained)
    return followers
