"""Whether a video earns at all: a model serves only where it beat the typical chance on later videos."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pytest

from foreview.options import TrainingOptions
from foreview.simulation.scenarios import with_known_monetisation
from foreview.simulation.world import World, simulate
from foreview.training.revenue import fit_chance_of_revenue
from foreview.training.rows import Rows, rows_of, training_rows
from foreview.training.split import inner_splits

CUTOFF = datetime(2026, 5, 1, tzinfo=UTC)
OPTIONS = TrainingOptions(issue_ages=(0.0, 3.0, 7.0), threads=1)


@pytest.fixture(scope="module")
def world() -> World:
    return simulate(channels=12, videos=700, seed=3)


@pytest.fixture(scope="module")
def rows(world: World) -> Rows:
    return rows_of("revenue_30d", training_rows(world.catalogue.as_of(CUTOFF), OPTIONS))


def test_what_channels_and_counts_tell_is_learnt(rows: Rows):
    chance, said = fit_chance_of_revenue(rows, OPTIONS)
    assert chance is not None
    assert said.startswith("whether there is any: model (Brier 0.0")


def test_what_no_longer_held_on_the_last_videos_does_not_serve(rows: Rows):
    (split,) = inner_splits([rows], "full")
    long = (rows.table["duration_s"] > rows.table["duration_s"].median()).to_numpy()
    actual = np.where(split.calibrate(rows), ~long, long).astype(np.float64)
    nothing_seen = rows.table.with_columns(initial_revenue=0.0)
    chance, said = fit_chance_of_revenue(replace(rows, actual=actual, table=nothing_seen), OPTIONS)
    assert chance is None
    assert said.startswith("whether there is any: typical, no skill (Brier 0.")


def test_an_outcome_that_hardly_occurs_is_not_learnt(rows: Rows):
    videos = np.unique(rows.published)
    chance, said = fit_chance_of_revenue(replace(rows, actual=np.where(rows.published == videos[3], 0.0, 1.0)), OPTIONS)
    assert chance is None
    assert said == "whether there is any: typical, for one of the two is too rare to judge a model"


def test_without_history_there_is_nothing_to_say(rows: Rows):
    assert fit_chance_of_revenue(rows.part(np.zeros(rows.published.size, dtype=np.bool_)), OPTIONS)[0] is None


def test_videos_known_not_to_be_monetised_teach_nothing_of_the_others(world: World, rows: Rows):
    known = rows_of("revenue_30d", training_rows(with_known_monetisation(world).catalogue.as_of(CUTOFF), OPTIONS))
    assert 0 < known.published.size < rows.published.size
    assert (known.actual > 0).all()
