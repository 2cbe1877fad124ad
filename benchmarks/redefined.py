"""Is it found when shorts are counted anew and nobody says so? ``python -m benchmarks.redefined``. Prints Markdown."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime, timedelta
from functools import partial
from multiprocessing import get_context
from typing import Final

import polars as pl

from foreview.curves.labels import labels
from foreview.forecasting.forecaster import forecast, issues_at_age
from foreview.monitoring.change import suggested_changes
from foreview.options import Hyperparameters, TrainingOptions
from foreview.releases.manifest import Release
from foreview.simulation.scenarios import with_redefinition
from foreview.simulation.world import World, simulate
from foreview.training.trainer import train

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


def main() -> None:
    """Print the section."""
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
