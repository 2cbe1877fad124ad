"""A forecast may be asked for at any age, not only at those that training replays."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import polars as pl
import pytest

from foreview.forecasting.forecaster import forecast, issues_at_age
from foreview.options import Hyperparameters, TrainingOptions
from foreview.releases.manifest import Release
from foreview.simulation.world import World, simulate
from foreview.training.trainer import train

pytestmark = pytest.mark.xdist_group("every_age")  # what its tests share takes long to make

OPTIONS = TrainingOptions(
    max_forest_rows=2_000, threads=1, hyperparameters=Hyperparameters(forest_trees=20, boosting_size=0.4, xgb_size=0.4)
)
"""All the usual issue ages, but fewer trees: what is asked is not how good the forecasts are."""
CUTOFF = datetime(2026, 3, 1, tzinfo=UTC)
END = datetime(2026, 6, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def worlds() -> list[tuple[World, Release]]:
    """Two worlds: the videos of one share its luck."""
    found = [simulate(channels=12, videos=1200, seed=seed) for seed in (5, 6)]
    return [(world, train(world.catalogue, CUTOFF, OPTIONS, created_at=CUTOFF)) for world in found]


@pytest.mark.parametrize("age", [0, 2, 4, 6, 9, 12, 17, 24, 28])
def test_the_80_percent_interval_does_not_collapse_at_any_age(worlds: list[tuple[World, Release]], age: int):
    inside = pl.concat(covered(world, release, age) for world, release in worlds)
    assert inside.sum() >= 0.65 * inside.len()


def covered(world: World, release: Release, age: int) -> pl.Series:
    published = pl.col("published_at").is_between(CUTOFF, CUTOFF + timedelta(days=55))
    later = world.catalogue.videos.filter(published)["video_id"]
    issues = issues_at_age(world.catalogue, END, float(age)).filter(pl.col("video_id").is_in(later.implode()))
    forecasts = forecast(world.catalogue, release, issues).filter(target="views_30d").join(world.truth, on="video_id")
    return forecasts["views_30d"].is_between(forecasts["p10"], forecasts["p90"])
