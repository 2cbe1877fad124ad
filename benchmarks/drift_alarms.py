"""Is drift found, and nothing else? ``python -m benchmarks.drift_alarms``. Prints Markdown."""

from __future__ import annotations

import sys
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context
from typing import Final

import numpy as np
import polars as pl

from foreview.metrics.interval import binomial_share
from foreview.metrics.point import Floats
from foreview.monitoring import change
from foreview.monitoring.change import WINDOWS, chance_a_look, last_shifts
from foreview.monitoring.drift import YEARLY_ALARMS, input_drift

SEEDS: Final = 200
FEATURES, RECENT, WEEKS = 30, 60, 52
SHIFTS: Final = (0.3, 0.5, 0.75, 1.0, 1.5)


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
    chances = {window: chance_a_look(a_year, window, change.YEARLY_ALARMS / 2) for window in WINDOWS}
    raised, flagged = 0, set[int]()
    for end in np.searchsorted(at, start + np.arange(2, 7 * WEEKS, 2)).tolist():
        streams = [scores[:end, target] for target in (0, 1)]
        now = {
            target
            for window, chance in chances.items()
            for target, (effect, limit) in enumerate(last_shifts(streams, window, [chance, chance]))
            if abs(effect) > limit
        }
        raised += bool(now - flagged)
        flagged = now
    return raised


def _print_nulls() -> None:
    print(
        f"Alarms a year; allowed is at most one in 95 % of the years. {FEATURES} features, the last {RECENT} videos compared every week (12 videos a week); two "
        f"streams of scores compared every other day. The budget of inputs is {YEARLY_ALARMS:g} false alarms a year, that of scores {change.YEARLY_ALARMS:g}.\n"
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
        f"Share flagged of a shift in one normal feature of the last {RECENT} videos, one look; {SEEDS // 4} years.\n"
    )
    print("| world | " + " | ".join(f"{shift:g} sd" for shift in SHIFTS) + " |")
    print("|---|" + "---:|" * len(SHIFTS))
    for null in NULLS:
        found = np.zeros(len(SHIFTS))
        for seed in range(1000, 1000 + SEEDS // 4):
            _, values = stream(np.random.default_rng(seed), null)
            reference, recent = values[:-RECENT], values[-RECENT:].copy()
            spread, usual = reference[:, -1].std(), recent[:, -1].copy()
            for position, shift in enumerate(SHIFTS):
                recent[:, -1] = usual + shift * spread
                drift = input_drift(pl.DataFrame(reference), pl.DataFrame(recent)).filter("flagged")
                found[position] += f"column_{FEATURES - 1}" in drift["feature"].to_list()
        print(f"| {null.says} | " + " | ".join(f"{share:.0%}" for share in found / (SEEDS // 4)) + " |")


if __name__ == "__main__":
    main()
