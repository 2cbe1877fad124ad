"""Issue 3, R1: revenue with zeros. ``python -m benchmarks.revenue`` prints Markdown; about five minutes on an idle machine.

Invented channels, a quarter of which cannot earn, and one video in fourteen of the others. Trained at a cutoff, tested on all videos
of the eight weeks after it.
"""

from __future__ import annotations

import dataclasses
import sys
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Final

import numpy as np
import polars as pl

from foreview.curves.labels import labels
from foreview.forecasting.forecaster import forecast
from foreview.metrics.hurdle import central_share, closed_promise
from foreview.metrics.ranking import brier
from foreview.options import TrainingOptions
from foreview.simulation.scenarios import with_known_monetisation
from foreview.simulation.world import World, simulate
from foreview.training.trainer import train
from foreview.vocabulary import INTERVALS

CUTOFF: Final = datetime(2026, 3, 1, tzinfo=UTC)
TEST: Final = timedelta(weeks=8)
AGES: Final = (0.0, 1.0, 3.0, 7.0)
SEEDS: Final = (301, 302, 303)
CHANNELS, VIDEOS = 40, 3_000
GROUPS: Final = ((0.0, 0.1), (0.1, 0.5), (0.5, 0.9), (0.9, 1.0))
"""Bounds of P(revenue > 0) by which rows are shown."""


def main() -> None:
    """Print the section."""
    worlds = {seed: simulate(channels=CHANNELS, videos=VIDEOS, seed=seed) for seed in SEEDS}
    print(f"{len(SEEDS)} worlds of {CHANNELS} channels and {VIDEOS:,} videos. {HOW}")
    _print_section("What the platform pays", {seed: judged(world) for seed, world in worlds.items()})
    cents = {seed: judged(in_cents(world)) for seed, world in worlds.items()}
    _print_section("The same in whole cents a day: small videos earn nothing", cents)
    known = pl.concat([judged(with_known_monetisation(world)) for world in worlds.values()])
    barren = known.filter(model_type="not_monetised")
    exact = barren.filter(pl.all_horizontal(pl.col("p2_5", "point", "p97_5", "p_above_zero") == 0.0)).height
    print("### Where the owner says which videos can earn\n")
    print(
        f"Known not to be monetised: {barren.height:,} of {known.height:,} rows, {exact:,} of them forecast as exactly 0 with certainty."
    )


HOW: Final = """\
Trained on what was known on 2026-03-01, tested on the videos of the eight weeks after it.

An outcome of 0 lies on the jump of its distribution, from 0 to P(0), and counts as covered by the share of that jump within the
central 80 % (Czado, Gneiting and Held 2009). *Closed* is the share within p10 ≤ outcome ≤ p90; such an interval holds every zero once
P(0) ≥ 0.1, so right forecasts are not covered to 80 % by it but to what is *promised* beside it. *Base rate* is the share of the
trained-on videos that earned."""


def in_cents(world: World) -> World:
    """Return the world in which each day's earnings of a video are rounded to cents."""
    earnings = world.catalogue.earnings.with_columns(pl.col("revenue_usd").round(2))
    return dataclasses.replace(world, catalogue=dataclasses.replace(world.catalogue, earnings=earnings))


def judged(world: World) -> pl.DataFrame:
    """Return the revenue forecasts of the later videos with ``actual`` [USD] and ``base``, the share that earned before the cutoff."""
    catalogue = world.catalogue
    release = train(catalogue, CUTOFF, TrainingOptions(), created_at=CUTOFF)
    print(release.manifest.kinds["revenue"].reason, file=sys.stderr, flush=True)
    known = labels(catalogue.as_of(CUTOFF))["revenue_30d"].drop_nulls()
    later = catalogue.videos.filter(pl.col("published_at").is_between(CUTOFF, CUTOFF + TEST, closed="left"))
    issues = [later.select("video_id", as_of=pl.col("published_at") + timedelta(days=age)) for age in AGES]
    found = pl.concat(
        [
            forecast(catalogue, release, issue).with_columns(age=pl.lit(age))
            for age, issue in zip(AGES, issues, strict=True)
        ]
    )
    actual = labels(catalogue).select("video_id", actual="revenue_30d")
    rows = found.filter(target="revenue_30d").join(actual, on="video_id", how="left", maintain_order="left")
    return rows.drop_nulls("actual").with_columns(base=pl.lit(float(np.mean(known.to_numpy() > 0))))


def _print_section(title: str, by_seed: Mapping[int, pl.DataFrame]) -> None:
    rows = pl.concat(list(by_seed.values()))
    print(f"### {title}\n")
    print(
        "| age d | rows | earned | Brier | base rate | ÷ (goal ≤ 0.9) | 50 % | 80 % (goal 80 ± 3) | 95 % | closed 80 % | promised |"
    )
    print("|---|---|---|---|---|---|---|---|---|---|---|")
    for age in AGES:
        _print_row(f"{age:g}", rows.filter(age=age))
    _print_row("all", rows)
    print("\n| P(revenue > 0) | rows | earned | Brier | base rate | ÷ | 50 % | 80 % | 95 % | closed 80 % | promised |")
    print("|---|---|---|---|---|---|---|---|---|---|---|")
    for low, high in GROUPS:
        _print_row(
            f"{low:g} – {high:g}",
            rows.filter(pl.col("p_above_zero").is_between(low, high, closed="right" if low else "both")),
        )
    worst = max(abs(_central(part, 80) - 0.8) for part in by_seed.values())
    print(f"\nOf the worlds one by one, the 80 % are off by {100 * worst:.1f} points at most.\n", flush=True)


def _print_row(name: str, rows: pl.DataFrame) -> None:
    if rows.is_empty():
        return
    earned = (rows["actual"] > 0).to_numpy()
    said, usual = brier(earned, rows["p_above_zero"].to_numpy()), brier(earned, rows["base"].to_numpy())
    closed = rows.select(pl.col("actual").is_between("p10", "p90").mean()).item()
    promised = closed_promise(1.0 - rows["p_above_zero"].to_numpy(), 0.8).mean()
    covered = [f"{100 * _central(rows, level):.1f}" for level in INTERVALS]
    cells = [
        name,
        f"{rows.height:,}",
        f"{100 * earned.mean():.1f} %",
        f"{said:.4f}",
        f"{usual:.4f}",
        f"{said / usual:.2f}",
    ]
    print(f"| {' | '.join([*cells, *covered, f'{100 * closed:.1f}', f'{100 * promised:.1f}'])} |")


def _central(rows: pl.DataFrame, level: int) -> float:
    low, high = (rows[name].to_numpy() for name in INTERVALS[level])
    zero = 1.0 - rows["p_above_zero"].to_numpy()
    return float(np.mean(central_share(rows["actual"].to_numpy(), low, high, zero, level / 100)))


if __name__ == "__main__":
    main()
