"""Is drift found, and nothing else? ``python -m benchmarks.drift_alarms``. Prints Markdown."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from multiprocessing import get_context
from typing import Final

import numpy as np
import polars as pl

from foreview.curves.labels import labels
from foreview.forecasting.forecaster import forecast, issues_at_age
from foreview.metrics.interval import binomial_share
from foreview.metrics.point import Floats
from foreview.monitoring.change import WINDOWS, chance_a_look, last_shift, suggested_changes
from foreview.monitoring.drift import YEARLY_ALARMS, input_drift
from foreview.options import Hyperparameters, TrainingOptions
from foreview.releases.manifest import Release
from foreview.simulation.scenarios import with_redefinition
from foreview.simulation.world import World, simulate
from foreview.training.trainer import train

SEEDS: Final = 200
FEATURES, RECENT, WEEKS = 30, 60, 52
SHIFTS: Final = (0.3, 0.5, 0.75, 1.0, 1.5)
FIRST_WORLD, WORLDS = 700, 6
END: Final = datetime(2026, 6, 1, tzinfo=UTC)
CUTOFF: Final = END - timedelta(days=200)
REDEFINED: Final = END - timedelta(days=110)
DAYS: Final = 100
ASKED: Final = 60
"""Matured shorts within which the redefinition is to be flagged."""
OPTIONS: Final = TrainingOptions(
    issue_ages=(0.0, 1.0, 3.0, 7.0),
    max_forest_rows=2000,
    threads=1,
    hyperparameters=Hyperparameters(forest_trees=20, boosting_size=0.4, xgb_size=0.4),
)
TARGETS: Final = ("views_7d", "views_30d", "engagement_rate")


@dataclass(frozen=True, slots=True)
class Null:
    """A world that does not drift, though it is not at rest."""

    channels: int
    wander_days: float
    """After how long a channel's mood is forgotten to 1/e."""
    says: str


NULLS: Final = (
    Null(20, 30.0, "20 channels, moods of 30 days"),
    Null(5, 60.0, "5 channels, moods of 60 days"),
)


def main() -> None:
    """Print the section."""
    print(f"### Nothing drifts: {SEEDS} simulated years each\n")
    _print_nulls()
    print("\n### How large a shift of one feature must be\n")
    _print_shifts()
    print("\n### Shorts are counted anew, and nobody says so: +31 % views\n")
    _print_redefinition()


def stream(rng: np.random.Generator, null: Null, years: float = 2.2, a_week: float = 12.0) -> tuple[Floats, Floats]:
    """Return when n videos were published [d] and their features (n, :data:`FEATURES`), a third each skewed, yes or no, and normal.

    Each channel has its own level and moods that wander about it: a feature's variance is 0 to 0.64 level and 0.01 to 0.25 mood beside 0.7 of single videos.
    """
    days = int(years * 365)
    n = rng.poisson(a_week * days / 7)
    at, channel = np.sort(rng.uniform(0, days, n)), rng.choice(null.channels, n, p=_shares(rng, null.channels))
    keep = np.exp(-1 / null.wander_days)
    mood = rng.standard_normal((days, null.channels, FEATURES))
    for day in range(1, days):
        mood[day] = keep * mood[day - 1] + np.sqrt(1 - keep * keep) * mood[day]
    level = rng.standard_normal((null.channels, FEATURES)) * rng.uniform(0, 0.8, FEATURES)
    values = level[channel] + rng.uniform(0.1, 0.5, FEATURES) * mood[at.astype(int), channel]
    values += np.sqrt(0.7) * rng.standard_normal(values.shape)
    third = FEATURES // 3
    values[:, :third] = np.exp(1.5 * values[:, :third])
    values[:, third : 2 * third] = values[:, third : 2 * third] > np.quantile(values[:, third : 2 * third], 0.8, axis=0)
    return at, values


def _shares(rng: np.random.Generator, channels: int) -> Floats:
    rate = rng.gamma(1.5, 1.0, channels)
    shares: Floats = rate / rate.sum()
    return shares


def alarms(null: Null, seed: int) -> tuple[int, int]:
    """Return how often features and how often scores raised an alarm in the last year of a world."""
    return alarms_of_inputs(null, seed), alarms_of_scores(null, seed)


def alarms_of_inputs(null: Null, seed: int) -> int:
    """Return at how many of the weekly looks of the last year a feature was flagged that was not the week before."""
    at, values = stream(np.random.default_rng(seed), null)
    start = at[-1] - 7 * WEEKS
    reference = pl.DataFrame(values[at < start])
    raised, flagged = 0, set[str]()
    for week in range(1, WEEKS + 1):
        recent = pl.DataFrame(values[at < start + 7 * week][-RECENT:])
        now = set(input_drift(reference, recent).filter("flagged")["feature"].to_list())
        raised += bool(now - flagged)
        flagged = now
    return raised


def alarms_of_scores(null: Null, seed: int) -> int:
    """Return the same for looks every other day at the scores of two targets of shorts, a fifth of whose variance is the channel's mood."""
    rng = np.random.default_rng(seed)
    at, values = stream(rng, null, years=1.6)
    mood = values[:, -2:] - values[:, -2:].mean(axis=0)
    scores = np.clip(np.sqrt(0.8) * rng.standard_normal((at.size, 2)) + np.sqrt(0.2) * mood, -4, 4)
    start = at[-1] - 7 * WEEKS
    a_year = 365.25 * at.size / (at[-1] - at[0])
    chances = {window: chance_a_look(a_year, window, YEARLY_ALARMS / 2) for window in WINDOWS}
    raised, flagged = 0, set[int]()
    for end in np.searchsorted(at, start + np.arange(2, 7 * WEEKS, 2)).tolist():
        shifts = {
            (target, window): last_shift(scores[:end, target], window, chance)
            for window, chance in chances.items()
            for target in (0, 1)
        }
        now = {target for (target, _), (effect, limit) in shifts.items() if abs(effect) > limit}
        raised += bool(now - flagged)
        flagged = now
    return raised


def _print_nulls() -> None:
    print(
        f"Alarms a year; allowed is at most one in 95 % of the years. {FEATURES} features, the last {RECENT} videos compared every week (12 videos a week); two "
        f"streams of scores compared every other day. Both checks have a budget of {YEARLY_ALARMS:g} false alarms a year.\n"
    )
    print("| world | check | alarms a year | years with one | with more | at most one (95 %) |")
    print("|---|---|---:|---:|---:|---|")
    for null in NULLS:
        with ProcessPoolExecutor(2, get_context("spawn")) as pool:
            counts = pool.map(partial(alarms, null), range(SEEDS), chunksize=10)
            found = dict(zip(("inputs", "scores"), np.array(list(counts)).T, strict=True))
        for name, count in (found | {"both": found["inputs"] + found["scores"]}).items():
            print(f"{null.says}, {name}: {count.sum()}", file=sys.stderr, flush=True)
            share = binomial_share(int((count <= 1).sum()), SEEDS)
            print(
                f"| {null.says} | {name} | {count.mean():.3f} | {(count == 1).sum()} | {(count > 1).sum()} | "
                f"**{share.value:.1%}** ({share.low:.1%} – {share.high:.1%}) |"
            )


def _print_shifts() -> None:
    print(
        f"Share flagged of a shift in one normal feature of the last {RECENT} videos, one look; {SEEDS // 2} years.\n"
    )
    print("| world | " + " | ".join(f"{shift:g} sd" for shift in SHIFTS) + " |")
    print("|---|" + "---:|" * len(SHIFTS))
    for null in NULLS:
        found = np.zeros(len(SHIFTS))
        for seed in range(1000, 1000 + SEEDS // 2):
            _, values = stream(np.random.default_rng(seed), null)
            reference, recent = values[:-RECENT], values[-RECENT:].copy()
            spread, usual = reference[:, -1].std(), recent[:, -1].copy()
            for position, shift in enumerate(SHIFTS):
                recent[:, -1] = usual + shift * spread
                drift = input_drift(pl.DataFrame(reference), pl.DataFrame(recent)).filter("flagged")
                found[position] += f"column_{FEATURES - 1}" in drift["feature"].to_list()
        print(f"| {null.says} | " + " | ".join(f"{share:.0%}" for share in found / (SEEDS // 2)) + " |")


def _print_redefinition() -> None:
    print(
        f"Worlds of 40 channels and 4,800 videos in 400 days; a release, {(REDEFINED - CUTOFF).days} days later the redefinition, a look a day for {DAYS} days. Counted "
        "are the shorts published since whose outcome in the target that was flagged was known.\n"
    )
    print(
        "| channels | world | first flagged | shorts matured then | date suggested, days off | false alarms before | without the redefinition |"
    )
    print("|---|---|---|---:|---:|---:|---:|")
    for variety, name in ((0.2, "calm"), (1.0, "ordinary")):
        with ProcessPoolExecutor(2, get_context("spawn")) as pool:
            lines = list(pool.map(partial(_lived, variety, name), range(FIRST_WORLD, FIRST_WORLD + WORLDS)))
        print("\n".join(line for line, _ in lines))
        print(f"| {name} | **within {ASKED}** | **{sum(found for _, found in lines)} of {WORLDS}** | | | | |")


def _lived(variety: float, name: str, seed: int) -> tuple[str, bool]:
    """Return the line of one world, and whether the redefinition was flagged in time."""
    world = simulate(channels=40, videos=4800, days=400, end=END, seed=seed, variety=variety)
    release = train(world.catalogue, CUTOFF, OPTIONS, created_at=CUTOFF)
    anew, control = (_matured(lived, release) for lived in (with_redefinition(world, at=REDEFINED.date()), world))
    first = next(_flags(anew, REDEFINED), None)
    told = f"{first[0]} | {first[1]} | {first[2]:+.0f}" if first else "never | – | –"
    false = [sum(1 for _ in found) for found in (_flags(anew, CUTOFF, REDEFINED), _flags(control, CUTOFF))]
    return f"| {name} | {seed} | {told} | {false[0]} | {false[1]} |", first is not None and first[1] <= ASKED


def _matured(world: World, release: Release) -> pl.DataFrame:
    """Return the forecasts at publication of the videos after the cutoff, with what came of them."""
    catalogue = world.catalogue
    later = catalogue.videos.filter(pl.col("published_at") > CUTOFF)
    issues = issues_at_age(catalogue, END, 0.0).filter(pl.col("video_id").is_in(later["video_id"].implode()))
    found = forecast(catalogue, release, issues).filter(pl.col("target").is_in(TARGETS))
    known = labels(catalogue)
    outcomes = pl.concat(
        known.select("video_id", target=pl.lit(t), actual=pl.col(t).cast(pl.Float64), matured_at=f"{t}_matured_at")
        for t in TARGETS
    )
    facts = later.select("video_id", "format")
    return found.join(outcomes.drop_nulls("actual"), on=("video_id", "target")).join(facts, on="video_id")


def _flags(rows: pl.DataFrame, since: datetime, until: datetime = END) -> Iterator[tuple[str, int, float]]:
    """Yield for each new flag of daily looks: what, how many of its shorts since the redefinition were known, and how far off the date is [d]."""
    flagged: set[tuple[str, str]] = set()
    for day in range(1, DAYS + 1):
        now = since + timedelta(days=day)
        if now >= until:
            return
        known = rows.filter(pl.col("matured_at") <= now)
        if known.is_empty():
            continue
        found = (
            suggested_changes(known).filter("flagged").unique(("target", "format"), keep="first", maintain_order=True)
        )
        for target, kind, changed in found.select("target", "format", "changed_at").iter_rows():
            if (target, kind) not in flagged:
                new = known.filter(pl.col("as_of") >= REDEFINED, format="short", target=target).height
                yield f"{target}, {kind}", new, (changed - REDEFINED).total_seconds() / 86_400
        flagged = set(found.select("target", "format").rows())


if __name__ == "__main__":
    main()
