"""Revenue with zeros, against what videos came to. The whole table comes from ``python -m benchmarks.revenue``."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import polars as pl
import pytest

from foreview.forecasting.forecaster import forecast
from foreview.metrics.hurdle import central_share
from foreview.metrics.ranking import brier
from foreview.options import TrainingOptions
from foreview.simulation.world import simulate
from foreview.training.trainer import train

pytestmark = pytest.mark.xdist_group("revenue")  # what its tests share takes long to make

CUTOFF = datetime(2026, 3, 1, tzinfo=UTC)
AGES = (0.0, 3.0)


@pytest.fixture(scope="module")
def rows() -> pl.DataFrame:
    """Revenue forecasts of later videos at two ages, beside what they came to."""
    world = simulate(channels=20, videos=1600, seed=300)
    release = train(world.catalogue, CUTOFF, TrainingOptions(issue_ages=AGES, threads=1), created_at=CUTOFF)
    later = world.catalogue.videos.filter(pl.col("published_at") >= CUTOFF)
    issues = pl.concat(later.select("video_id", as_of=pl.col("published_at") + timedelta(days=age)) for age in AGES)
    return forecast(world.catalogue, release, issues).filter(target="revenue_30d").join(world.truth, on="video_id")


def test_the_chance_of_any_revenue_is_worth_more_than_the_base_rate(rows: pl.DataFrame):
    unseen = rows.filter(issue_age_days=0.0)
    earned = (unseen["revenue_30d"] > 0).to_numpy()
    assert brier(earned, unseen["p_above_zero"].to_numpy()) <= 0.9 * earned.mean() * (1 - earned.mean())


def test_80_percent_of_the_revenues_lie_in_the_central_part_zeros_among_them(rows: pl.DataFrame):
    zero = 1.0 - rows["p_above_zero"].to_numpy()
    ends = rows["p10"].to_numpy(), rows["p90"].to_numpy()
    covered = central_share(rows["revenue_30d"].to_numpy(), *ends, zero, 0.8)
    by_video = pl.DataFrame({"video": rows["video_id"], "covered": covered}).group_by("video").mean()["covered"]
    # A world of its own luck: three standard errors of the videos, and the three points of the goal.
    assert np.mean(covered) == pytest.approx(
        0.8, abs=0.03 + 3 * float(by_video.to_numpy().std(ddof=1)) / np.sqrt(by_video.len())
    )
