"""No forecast contradicts itself or what was counted. A million forecasts come from ``python -m benchmarks.order``; these are a few thousand."""

from __future__ import annotations

from datetime import UTC, datetime

import polars as pl
import pytest

from benchmarks.nonsense import GAPS_ARE_ZERO, GAPS_END, nonsense, odd_issues
from benchmarks.order import AMOUNTS, RULES, violations, with_counted
from foreview.forecasting.forecaster import forecast
from foreview.options import TrainingOptions
from foreview.releases.prior import prior_release
from foreview.simulation.world import simulate
from foreview.training.trainer import train
from tests.oracles.slow_curves import as_known, raw_of, view_points

CUTOFF = datetime(2026, 5, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def world():
    return simulate(channels=3, videos=240, seed=41).catalogue


@pytest.fixture(scope="module")
def releases(world):
    options = TrainingOptions(issue_ages=(0.0, 3.0), max_forest_rows=1000, threads=1)
    return {"trained": train(world, CUTOFF, options, created_at=CUTOFF), "prior": prior_release()}


@pytest.mark.parametrize("name", ["trained", "prior"])
@pytest.mark.parametrize("clock", [GAPS_END, GAPS_ARE_ZERO])
def test_no_forecast_of_nonsense_breaks_a_rule(releases, name, clock):
    catalogue = nonsense(400, 51, clock)
    found = forecast(catalogue, releases[name], odd_issues(catalogue, 600, 51))
    assert violations(found, catalogue).total() == 0


def test_no_forecast_of_a_world_breaks_a_rule(releases, world):
    found = forecast(world, releases["trained"], odd_issues(world, 600, seed=1))
    assert violations(found, world).total() == 0


@pytest.mark.parametrize("clock", [GAPS_END, GAPS_ARE_ZERO])
def test_what_was_counted_is_what_the_slow_twin_of_the_curves_counts(clock):
    """Of views; where a video has snapshots and daily rows the twin knows more."""
    catalogue = nonsense(60, 52, clock)
    found = forecast(catalogue, prior_release(), odd_issues(catalogue, 80, 52)).filter(
        pl.col("target").is_in(["views_7d", "views_30d"])
    )
    raw = raw_of(catalogue)
    counted = 0
    for row in with_counted(found, catalogue).iter_rows(named=True):
        video = raw.video(row["video_id"])
        days = 7 if row["target"] == "views_7d" else 30
        points = view_points(as_known(raw, row["as_of"]), row["video_id"])
        peaks = [p.peak for p in points if (p.at - video["published_at"]).total_seconds() <= days * 86_400]
        both = raw.snapshots[row["video_id"]] and raw.daily[row["video_id"]]
        assert row["counted"] == max(peaks, default=0.0) or (both and row["counted"] < max(peaks))
        counted += row["counted"] > 0
    assert counted > 20


def broken(found: pl.DataFrame, catalogue) -> set[str]:
    return {rule for rule, forecasts in violations(found, catalogue).items() if forecasts}


def test_a_broken_rule_is_seen():
    catalogue = nonsense(60, 53)
    found = forecast(catalogue, prior_release(), odd_issues(catalogue, 80, 53))
    assert broken(found, catalogue) == set()
    swapped = found.with_columns(p10=pl.col("p90") + 1)
    assert RULES[1] in broken(swapped, catalogue)
    assert broken(found.with_columns(typical=-1.0), catalogue) == {RULES[2]}
    assert broken(found.with_columns(typical=float("nan")), catalogue) == {RULES[0]}
    assert broken(found.with_columns(p_low=1.1), catalogue) == {RULES[3]}
    seven = pl.col("target") == "views_7d"
    grown = found.with_columns(pl.when(seven).then(pl.col(name) + 1e30).otherwise(name).alias(name) for name in AMOUNTS)
    assert broken(grown, catalogue) == {RULES[4]}
    fallen = found.with_columns(pl.lit(0.0).alias(name) for name in AMOUNTS)
    assert broken(fallen, catalogue) == {RULES[5]}
