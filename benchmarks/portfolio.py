"""Is the total of many videos as sure as it says, and are warnings as rarely false? ``python -m benchmarks.portfolio`` prints Markdown.

Simulated worlds, in which channels walk: the true totals and outcomes are known. Every total is that of one channel's April, or of all
channels together, by a release trained at the end of March.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from math import sqrt
from typing import Final

import polars as pl

from foreview.forecasting.forecaster import forecast, issues_as_of, issues_at_age
from foreview.forecasting.portfolio import portfolio
from foreview.forecasting.warning import RATE, SIDES, warnings
from foreview.options import TrainingOptions
from foreview.releases.manifest import Release
from foreview.simulation.world import World, simulate
from foreview.training.trainer import train
from foreview.uncertainty.dependence import Dependence

WORLDS: Final = 12
CUTOFF, MIDDLE = datetime(2026, 4, 1, tzinfo=UTC), datetime(2026, 4, 16, tzinfo=UTC)
MONTH_END, END = datetime(2026, 5, 1, tzinfo=UTC), datetime(2026, 6, 1, tzinfo=UTC)
OPTIONS: Final = TrainingOptions(issue_ages=(0.0, 1.0, 2.0, 3.0, 7.0), max_forest_rows=1_500)
WAYS: Final = {"shared shocks": None, "independent": Dependence(0.0, 0.0, 1)}


def main() -> None:
    """Print both tables."""
    inside: Counter[tuple[str, str, str, str]] = Counter()
    totals: Counter[tuple[str, str, str]] = Counter()
    alarms: Counter[tuple[str, str]] = Counter()
    for seed in range(WORLDS):
        print(f"world {seed + 1} of {WORLDS}", file=sys.stderr, flush=True)
        world = simulate(channels=8, videos=2_000, seed=900 + seed)
        release = train(world.catalogue, CUTOFF, OPTIONS, created_at=CUTOFF)
        for when, of, issues in _portfolios(world):
            for way, given in WAYS.items():
                for found in portfolio(world.catalogue, release, issues, given=given):
                    true = world.truth.filter(pl.col("video_id").is_in(issues["video_id"].implode()))[
                        found.target
                    ].sum()
                    inside[when, of, found.target, way] += found.p10 <= true <= found.p90
                    totals[when, of, found.target] += way == "independent"
        alarms += _alarms(world, release)
    _print_totals(inside, totals)
    _print_alarms(alarms)


def _portfolios(world: World) -> Iterator[tuple[str, str, pl.DataFrame]]:
    """Yield when it is asked, of whom, and the issues: April's videos at publication, and those of its first half at its middle."""
    april = world.catalogue.videos.filter(pl.col("published_at") >= CUTOFF, pl.col("published_at") < MONTH_END)
    before = issues_as_of(world.catalogue, MIDDLE)
    moments = {
        "at publication": april.select("video_id", "channel_id", as_of="published_at"),
        "in the middle of the month": april.select("video_id", "channel_id").join(before, on="video_id"),
    }
    for when, issues in moments.items():
        yield when, "all channels", issues.select("video_id", "as_of")
        for _, own in issues.group_by("channel_id", maintain_order=True):
            yield when, "one channel", own.select("video_id", "as_of")


def _alarms(world: World, release: Release) -> Counter[tuple[str, str]]:
    """Return for each side how many ordinary videos and others there were at age 2 d, and how many of each were warned of."""
    later = world.catalogue.videos.filter(pl.col("published_at") >= CUTOFF)["video_id"]
    issues = issues_at_age(world.catalogue, END, 2.0).filter(pl.col("video_id").is_in(later.implode()))
    ends = forecast(world.catalogue, release, issues).filter(target="views_30d").join(world.truth, on="video_id")
    beats = dict(ends.select("video_id", pl.col("views_30d") > pl.col("typical")).iter_rows())
    counts: Counter[tuple[str, str]] = Counter()
    for one in warnings(world.catalogue, release, issues):
        if one.state in ("warned", "not warned"):
            kind = "other" if beats[one.video_id] == (one.side == "above") else "ordinary"
            counts[one.side, kind] += 1
            counts[one.side, f"{kind} warned"] += one.state == "warned"
        counts[one.side, one.state] += 1
    return counts


def _print_totals(inside: Counter[tuple[str, str, str, str]], totals: Counter[tuple[str, str, str]]) -> None:
    print("True totals inside the 80 % interval of the total, with two standard errors:\n")
    print("| asked | total of | target | totals | " + " | ".join(WAYS) + " |")
    print("|---|---|---|---:|" + "---:|" * len(WAYS))
    for (when, of, target), n in totals.items():
        shares = [inside[when, of, target, way] / n for way in WAYS]
        said = " | ".join(f"{share:.1%} ± {2 * sqrt(share * (1 - share) / n):.1%}" for share in shares)
        print(f"| {when} | {of} | {target} | {n} | {said} |")


def _print_alarms(alarms: Counter[tuple[str, str]]) -> None:
    print(
        f"\nWarnings at age 2 d, with at most {RATE:.0%} of ordinary videos warned of (stated with 90 % probability):\n"
    )
    print(
        "| side | ordinary videos | warned of | of those that end there, warned of | not answered (too few, not early) |"
    )
    print("|---|---:|---:|---:|---:|")
    for side in SIDES:
        ordinary, other = alarms[side, "ordinary"], alarms[side, "other"]
        false, true = alarms[side, "ordinary warned"] / max(ordinary, 1), alarms[side, "other warned"] / max(other, 1)
        silent = alarms[side, "too few"] + alarms[side, "not early"]
        print(f"| {side} typical | {ordinary:,} | {false:.1%} | {true:.1%} | {silent:,} |")


if __name__ == "__main__":
    main()
