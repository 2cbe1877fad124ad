"""Where a classifier serves, its forecasts rest on the same properties as all others."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from foreview.forecasting.classes import forecast_with_bounds
from foreview.forecasting.forecaster import forecast, issues_at_age
from foreview.learners.slices import SEEN_DAYS
from foreview.options import TrainingOptions
from foreview.releases.loading import read_release
from foreview.releases.manifest import seal
from foreview.releases.models import encode_model, models_of
from foreview.releases.store import publish_release
from foreview.simulation.world import simulate
from foreview.training.trainer import train
from foreview.vocabulary import CLASSES, FORMATS, QUANTILES
from tests.core.test_invariants import assert_is_sound, bits, some_issues
from tests.oracles.catalogues import catalogues, issues_of

pytestmark = pytest.mark.xdist_group("class_invariants")  # what its tests share takes long to make

CUTOFF = datetime(2026, 5, 20, 13, 7, tzinfo=UTC)
END = datetime(2026, 6, 1, tzinfo=UTC)
OPTIONS = TrainingOptions(issue_ages=(0.0, 3.0), max_forest_rows=300, threads=1)
SERVED = [f"p_{name}" for name in CLASSES]


@pytest.fixture(scope="module")
def catalogue():
    return simulate(channels=3, videos=300, seed=12).catalogue


@pytest.fixture(scope="module")
def trained(catalogue):
    return train(catalogue, CUTOFF, OPTIONS, created_at=CUTOFF)


@pytest.fixture(scope="module")
def release(trained):
    """The release with its classifier serving everywhere, whether it was better or not."""
    views = models_of(trained)["views"]
    assert views.classes is not None
    slices = [f"{t}/{kind}/{day}" for t in ("views_7d", "views_30d") for kind in FORMATS for day in SEEN_DAYS]
    served = replace(views, classes=replace(views.classes, slices=frozenset(slices)))
    return seal(trained.manifest, {**trained.models, "views": encode_model(served)})


def assert_agrees_with_the_quantiles(found: pl.DataFrame) -> None:
    """In the unit of the target, so that bounds are told apart from quantiles only beyond rounding."""
    for name, level in QUANTILES.items():
        below = found.filter(pl.col(name) < pl.col("low_third") * (1 - 1e-9))
        assert (below["p_low"] >= level - 1e-9).all(), name
        not_below = found.filter(pl.col(name) > pl.col("low_third") * (1 + 1e-9))
        assert (not_below["p_low"] <= level + 1e-9).all(), name
        above = found.filter(pl.col(name) > pl.col("high_third") * (1 + 1e-9))
        assert (above["p_high"] >= 1 - level - 1e-9).all(), name
        not_above = found.filter(pl.col(name) < pl.col("high_third") * (1 - 1e-9))
        assert (not_above["p_high"] <= 1 - level + 1e-9).all(), name


def assert_is_sound_and_classified(found: pl.DataFrame, catalogue) -> None:
    assert_is_sound(found.select(pl.exclude("^.*_classifier$")), catalogue)
    assert_agrees_with_the_quantiles(found.filter(pl.col("low_third") >= 0))
    served = found.filter(class_source="classifier")
    assert bits(served.select(SERVED)) == bits(
        served.select(pl.col(f"{name}_classifier").alias(name) for name in SERVED)
    )


@pytest.mark.parametrize("age", [0.0, 1.0, 6.99, 14.0, 29.5])
def test_every_forecast_is_sound(catalogue, release, age):
    found = forecast_with_bounds(catalogue, release, issues_at_age(catalogue, END, age))
    assert (found["class_source"] == "classifier").any()
    assert_is_sound_and_classified(found, catalogue)


@settings(max_examples=8, deadline=None)
@given(data=st.data())
def test_every_forecast_of_a_stranger_is_sound(release, data):
    catalogue = data.draw(catalogues())
    assert_is_sound_and_classified(forecast_with_bounds(catalogue, release, data.draw(issues_of(catalogue))), catalogue)


def test_no_forecast_knows_the_future_or_any_other_row(catalogue, release):
    issues = some_issues(catalogue, 100, seed=7)
    batch = forecast_with_bounds(catalogue, release, issues)
    assert set(batch["class_source"]) == {"distribution", "classifier", "observed"}
    for i in (0, 50, 99):
        issue, then = issues[i], catalogue.as_of(issues["as_of"][i])
        expected = bits(batch[4 * i : 4 * i + 4])
        assert bits(forecast_with_bounds(then, release, issue)) == expected
        assert bits(forecast_with_bounds(catalogue, release, issue)) == expected


def test_deleting_the_future_changes_no_classifier(catalogue, trained):
    known = train(catalogue.as_of(CUTOFF), CUTOFF, OPTIONS, created_at=CUTOFF)
    assert known.models["views"]["classes.json"] == trained.models["views"]["classes.json"]
    assert known == trained


def test_a_classifier_survives_the_way_to_disk(catalogue, release, tmp_path):
    publish_release(release, tmp_path / "r")
    issues, kept = some_issues(catalogue, 30, seed=6), read_release(tmp_path / "r")
    assert bits(forecast_with_bounds(catalogue, kept, issues)) == bits(forecast_with_bounds(catalogue, release, issues))


def test_which_way_serves_changes_the_classes_and_nothing_else(catalogue, trained, release):
    issues = some_issues(catalogue, 60, seed=8)
    there, here = (forecast(catalogue, r, issues).drop("class_source", "model_version") for r in (trained, release))
    assert bits(there.drop(SERVED)) == bits(here.drop(SERVED))
    assert bits(there.select(SERVED)) != bits(here.select(SERVED))
