"""Does a forecast ever contradict itself, or what was counted? ``python -m benchmarks.order`` prints Markdown; a million forecasts.

They are of a simulated world and of nonsense, by a trained release, one trained on nonsense, one on next to nothing, and the prior. What was counted is
taken from the tables in a second way, not from the curves that the forecasts rest on.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from typing import Final

import polars as pl

from benchmarks.nonsense import GAPS_ARE_ZERO, nonsense, odd_issues
from foreview.forecasting.forecaster import forecast
from foreview.options import TrainingOptions
from foreview.releases.manifest import Release
from foreview.releases.prior import prior_release
from foreview.simulation.world import simulate
from foreview.tables.catalogue import Catalogue
from foreview.training.trainer import train
from foreview.vocabulary import HORIZON_DAYS, QUANTILES, TARGETS, Target

CUTOFF: Final = datetime(2026, 3, 1, tzinfo=UTC)
FORECASTS: Final = 1_000_000
BATCH: Final = 12_500
"""Issues at a time; each is four forecasts."""
AMOUNTS: Final = ("point", *QUANTILES, "point_mrse")
RULES: Final = (
    "every figure is a number",
    "quantiles in order, the point is the median",
    "no figure below 0",
    "probabilities within 0 and 1",
    "7 days at most 30 days",
    "at least what was counted",
)


@dataclass(frozen=True)
class Part:
    """Some of the forecasts: by which release, of what, and how many."""

    by: Release
    of: Catalogue
    says: tuple[str, str]
    issues: int


def main() -> None:
    """Print the table."""
    print("| release | catalogue | forecasts | " + " | ".join(RULES) + " |")
    print("|---|---|---:|" + "---:|" * len(RULES))
    total, broken = 0, 0
    for part in parts(FORECASTS // len(TARGETS)):
        counts: Counter[str] = Counter()
        for found in batches(part):
            counts += violations(found, part.of)
        print(
            f"| {' | '.join(part.says)} | {len(TARGETS) * part.issues:,} | {' | '.join(str(counts[rule]) for rule in RULES)} |",
            flush=True,
        )
        total, broken = total + len(TARGETS) * part.issues, broken + counts.total()
    verdict = "met" if total >= FORECASTS and not broken else "NOT met"
    print(f"\nBroken rules in {total:,} forecasts: **{broken}** (goal: none in {FORECASTS:,}, {verdict}).")
    print(
        f"\nOf a forecast (a video, an issue time, a target) all of {', '.join(AMOUNTS)} are looked at, without tolerance."
    )


def parts(issues: int) -> Iterator[Part]:
    """Yield parts that hold ``issues`` issues in all, a hundred or more."""
    world = simulate(channels=20, videos=3000, seed=41).catalogue
    small = simulate(channels=1, videos=25, seed=42).catalogue
    odd, gaps_filled, other = nonsense(20_000, 43), nonsense(20_000, 44, GAPS_ARE_ZERO), nonsense(2000, 45)
    trained, barely = (train(known, CUTOFF, TrainingOptions(), created_at=CUTOFF) for known in (world, small))
    misled = train(other, CUTOFF, TrainingOptions(), created_at=CUTOFF)
    shares = [
        (30, trained, world, ("trained on 3,000 videos", "the world it knows")),
        (20, trained, odd, ("trained on 3,000 videos", "nonsense")),
        (20, trained, gaps_filled, ("trained on 3,000 videos", "nonsense, days left out are zeros")),
        (10, misled, odd, ("trained on nonsense", "other nonsense")),
        (5, barely, small, ("trained on 25 videos", "the world it knows")),
        (5, barely, gaps_filled, ("trained on 25 videos", "nonsense, days left out are zeros")),
        (10, prior_release(), odd, ("the documented prior", "nonsense")),
    ]
    for percent, release, catalogue, says in shares:
        yield Part(release, catalogue, says, issues * percent // 100)


def batches(part: Part) -> Iterator[pl.DataFrame]:
    """Yield the forecasts of a part."""
    issues = odd_issues(part.of, part.issues, seed=part.issues)
    for start in range(0, issues.height, BATCH):
        print(f"{', '.join(part.says)}: {start:,} of {issues.height:,}", file=sys.stderr, flush=True)
        yield forecast(part.of, part.by, issues[start : start + BATCH])


def violations(found: pl.DataFrame, catalogue: Catalogue) -> Counter[str]:
    """Return for each of :data:`RULES` how many of the forecasts break it; a pair of 7 and 30 days counts once."""
    chances = ("p_low", "p_medium", "p_high", "p_beats_typical", "confidence")
    levels = list(QUANTILES)
    figures = [*AMOUNTS, "typical", *chances]
    month, week = ({"target": target} for target in ("views_30d", "views_7d"))
    grown = [found.filter(**month)[name] < found.filter(**week)[name] for name in AMOUNTS]
    broken = {
        RULES[0]: found.select(~pl.all_horizontal(pl.col(figures).is_finite().fill_null(value=False))),
        RULES[1]: found.select(
            pl.any_horizontal(
                pl.col("point") != pl.col("p50"),
                *(pl.col(low) > pl.col(high) for low, high in pairwise(levels)),
            )
        ),
        RULES[2]: found.select(pl.any_horizontal(pl.col(*AMOUNTS, "typical") < 0)),
        RULES[3]: found.select(~pl.all_horizontal(pl.col(chances).is_between(0, 1))),
        RULES[4]: pl.DataFrame(grown).select(pl.any_horizontal(pl.all())),
        RULES[5]: with_counted(found, catalogue).select(pl.any_horizontal(pl.col(AMOUNTS) < pl.col("counted"))),
    }
    return Counter({rule: int(rows.to_series().sum()) for rule, rows in broken.items()})


def with_counted(found: pl.DataFrame, catalogue: Catalogue) -> pl.DataFrame:
    """Return forecasts beside what was counted of the views and the revenue by the issue time and the horizon; 0 for nothing.

    Not of revenue that is settled: a correction may have taken it below what was counted before.
    """
    numbered = found.with_row_index("forecast")
    open_ = numbered.filter(pl.col("model_type") != "observed")
    views: tuple[Target, ...] = ("views_7d", "views_30d")
    seen = [part(numbered, catalogue, target) for target in views for part in (_read, _summed)]
    counted = (
        pl.concat([*seen, _summed(open_, catalogue, "revenue_30d")]).group_by("forecast").agg(pl.col("counted").max())
    )
    return numbered.join(counted, on="forecast", how="left").with_columns(pl.col("counted").fill_null(0.0))


def _read(found: pl.DataFrame, catalogue: Catalogue, target: Target) -> pl.DataFrame:
    """Return the highest counter read of a video by the issue time and the horizon."""
    readings = catalogue.snapshots.select("video_id", "observed_at", counted="views")
    horizon = pl.col("published_at") + pl.duration(days=HORIZON_DAYS[target])
    known = pl.col("observed_at") <= pl.min_horizontal("as_of", horizon)
    return _issues(found, catalogue, target).join(readings, on="video_id").filter(known).select("forecast", "counted")


def _summed(found: pl.DataFrame, catalogue: Catalogue, target: Target) -> pl.DataFrame:
    """Return the sum of a video's days up to the last one closed, known by the issue time, and by the horizon.

    Not of videos with snapshots as well: there a sum that arrives after a fresher reading is dropped.
    """
    rows, measure = (catalogue.earnings, "revenue_usd") if target == "revenue_30d" else (catalogue.daily, "views")
    if target != "revenue_30d":
        rows = rows.join(catalogue.snapshots, on="video_id", how="anti")
    clock = catalogue.clock
    published = pl.col("published_at").dt.convert_time_zone(clock.timezone).dt.date()
    days = (
        rows.join(catalogue.videos.select("video_id", "published_at"), on="video_id")
        .sort("video_id", "date")
        .with_columns(day=(pl.col("date") - published).dt.total_days(), place=pl.int_range(pl.len()).over("video_id"))
        .with_columns(late=pl.col("day") - pl.col("place"))
    )
    if not clock.missing_day_is_zero:
        unbroken = (pl.col("late") == pl.col("late").first().over("video_id")) & (pl.col("late") <= 1)
        days = days.filter(unbroken)
    sums = days.select(
        "video_id",
        counted=pl.col(measure).cum_sum().over("video_id"),
        closed=clock.day_end(),
        known=clock.known_at(),
    )
    horizon = pl.col("published_at") + pl.duration(days=HORIZON_DAYS[target])
    inside = (pl.col("closed") <= horizon) & (pl.col("known") <= pl.col("as_of"))
    last = _issues(found, catalogue, target).join(sums, on="video_id").filter(inside).sort("forecast", "closed")
    return last.group_by("forecast", maintain_order=True).last().select("forecast", "counted")


def _issues(found: pl.DataFrame, catalogue: Catalogue, target: Target) -> pl.DataFrame:
    wanted = found.filter(target=target).select("forecast", "video_id", "as_of")
    return wanted.join(catalogue.videos.select("video_id", "published_at"), on="video_id")


if __name__ == "__main__":
    main()
