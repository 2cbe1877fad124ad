"""A redefinition that nobody declared, in a world of calm channels. Many worlds and more ages: ``python -m benchmarks.drift``."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import polars as pl
import pytest

from foreview.curves.labels import labels
from foreview.forecasting.adapting import follow
from foreview.forecasting.forecaster import forecast, issues_at_age
from foreview.options import TrainingOptions
from foreview.releases.manifest import Release
from foreview.simulation.scenarios import with_redefinition
from foreview.simulation.world import World, simulate
from foreview.training.trainer import train

pytestmark = pytest.mark.xdist_group("drift")  # what its tests share takes long to make

END = datetime(2026, 6, 1, tzinfo=UTC)
CUTOFF = END - timedelta(days=110)
REDEFINED = CUTOFF + timedelta(days=5)
OPTIONS = TrainingOptions(issue_ages=(0.0, 1.0), max_forest_rows=500, threads=1)


@pytest.fixture(scope="module")
def world() -> World:
    return simulate(channels=25, videos=2000, seed=8, days=260, variety=0.2)


@pytest.fixture(scope="module")
def release(world: World) -> Release:
    return train(world.catalogue, CUTOFF, OPTIONS, created_at=CUTOFF)


def covered(world: World, release: Release) -> tuple[float, float]:
    """Return the coverage of the 80 % interval of 7-day views, as released and adapted, of shorts at publication.

    Counted are those published after 100 shorts of the new definition had matured.
    """
    outcome = labels(world.catalogue).select("video_id", "views_7d", "views_7d_matured_at").drop_nulls()
    shorts = world.catalogue.videos.filter(pl.col("format") == "short", pl.col("published_at") >= REDEFINED)
    new = shorts.join(outcome, on="video_id")["views_7d_matured_at"].sort()
    asked = shorts.filter(pl.col("published_at") >= new[99])["video_id"]
    issues = issues_at_age(world.catalogue, END, 0.0).filter(pl.col("video_id").is_in(asked.implode()))
    shares = []
    for adaptation in (None, follow(world.catalogue, release)):
        found = forecast(world.catalogue, release, issues, adaptation=adaptation).filter(target="views_7d")
        found = found.join(outcome, on="video_id")
        shares.append(float(found.select(pl.col("views_7d").is_between("p10", "p90").mean()).item()))
    return shares[0], shares[1]


def test_coverage_that_a_redefinition_took_is_back_after_a_hundred_shorts(world: World, release: Release):
    static, adapted = covered(with_redefinition(world, at=REDEFINED.date()), release)
    assert static < 0.70
    assert adapted == pytest.approx(0.80, abs=0.05)


def test_without_a_redefinition_coverage_stays(world: World, release: Release):
    _, adapted = covered(world, release)
    assert adapted == pytest.approx(0.80, abs=0.05)
