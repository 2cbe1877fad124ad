"""The factors of real forecasts multiply to where these lie."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime, timedelta
from math import prod

import numpy as np
import polars as pl
import pytest

from foreview.curves.labels import labels
from foreview.errors import NotEnoughHistory, UsageError
from foreview.explain.attribution import attribute
from foreview.explain.contributions import PARTS, contributions
from foreview.explain.placing import Locations, placing
from foreview.explain.window import future_window
from foreview.features.matrix import feature_table
from foreview.forecasting.forecaster import issues_at_age
from foreview.learners.ensemble import member_predictions
from foreview.learners.location import with_horizon
from foreview.learners.slices import in_stage
from foreview.learners.structure import slices_of
from foreview.options import TrainingOptions
from foreview.releases.models import models_of
from foreview.simulation.world import simulate
from foreview.tables.catalogue import Catalogue
from foreview.training.trainer import train
from foreview.vocabulary import TARGETS, Target
from tests.core.explain.known import SLOPE, fitted, window

pytestmark = pytest.mark.xdist_group("attribution")  # what its tests share takes long to make

CUTOFF = datetime(2026, 4, 1, tzinfo=UTC)
END = datetime(2026, 6, 20, tzinfo=UTC)


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return simulate(channels=4, videos=200, seed=5).catalogue


@pytest.fixture(scope="module")
def models(catalogue: Catalogue) -> Locations:
    """Trained models whose members all serve, in every slice but one."""
    options = TrainingOptions(issue_ages=(0.0, 3.0), threads=1)
    found = {
        kind: model.location for kind, model in models_of(train(catalogue, CUTOFF, options, created_at=CUTOFF)).items()
    }
    return {
        kind: dataclasses.replace(
            model,
            unskilled=frozenset({"views_30d/short/0"}),
            ensembles={
                stage: dataclasses.replace(ensemble, weights={"": dict.fromkeys(ensemble.members, 0.25)})
                for stage, ensemble in model.ensembles.items()
            },
        )
        for kind, model in found.items()
    }


@pytest.fixture(scope="module")
def table(catalogue: Catalogue) -> pl.DataFrame:
    return feature_table(catalogue, pl.concat([issues_at_age(catalogue, END, age) for age in (0, 3)]))


@pytest.mark.parametrize("target", TARGETS)
def test_start_times_all_factors_is_where_the_forecast_lies(target: Target, models: Locations, table: pl.DataFrame):
    found = attribute(models, table, target)
    location = np.exp(placing(models, target)(table))
    for one, lies in zip(found, location, strict=True):
        assert one.start * prod(factor.times for factor in one.factors) == pytest.approx(one.location, rel=1e-12)
        assert one.location == pytest.approx(lies, rel=1e-5)


def test_a_start_is_typical_or_what_has_been_counted(models: Locations, table: pl.DataFrame):
    for one, seen in zip(attribute(models, table, "views_30d"), table["initial_views"], strict=True):
        assert one.start_is == ("typical" if seen is None else "counted")
        if seen is not None:
            assert one.start == pytest.approx(1 + seen)
            assert one.factors[0].name == "usual growth from here"


def test_without_skill_no_feature_moves_the_forecast(models: Locations, table: pl.DataFrame):
    found = attribute(models, table, "views_30d")
    unskilled = (table["is_short"] == 1) & (table["observed_age_days"] == 0)
    moved = [any(factor.kind == "feature" for factor in one.factors) for one in found]
    assert moved == (~unskilled).to_list()


def test_a_factor_shows_the_value_that_the_video_has(models: Locations, table: pl.DataFrame):
    (found,) = attribute(models, table[-1], "engagement_rate")
    values = {factor.name: factor.value for factor in found.factors if factor.kind == "feature"}
    assert values["title_words"] == table["title_words"][-1]
    assert values["language"] == table["language"][-1]


def test_features_come_by_size(models: Locations, table: pl.DataFrame):
    (one,) = attribute(models, table[-1], "views_30d")
    sizes = [abs(np.log(factor.times)) for factor in one.factors if factor.kind == "feature"]
    assert sizes == sorted(sizes, reverse=True)


def test_a_member_that_cannot_be_taken_apart_is_a_factor_of_its_own(
    models: Locations, table: pl.DataFrame, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("foreview.explain.contributions.PARTS", {"xgb": PARTS["xgb"]})
    model = models["engagement"]
    found = contributions(model, table, "engagement_rate")
    slices, others = slices_of(table, "engagement_rate"), np.zeros(table.height)
    for stage, ensemble in model.ensembles.items():
        mine = in_stage(slices, stage)
        rows = ensemble.encoder.matrix(with_horizon(table.filter(pl.Series(mine)), "engagement_rate"))
        expected = member_predictions(ensemble, rows, slices[mine])
        others[mine] = 0.25 * np.sum([values for name, values in expected.items() if name != "xgb"], axis=0)
    np.testing.assert_allclose(found.others, others, rtol=1e-9)
    whole = found.features.sum(axis=1) + found.usual + found.others
    start = placing({**models, "engagement": dataclasses.replace(model, ensembles={})}, "engagement_rate")(table)
    np.testing.assert_allclose(start + whole, placing(models, "engagement_rate")(table), atol=1e-5)


def test_a_planted_effect_is_the_factor_that_was_planted():
    later = window(300, seed=2)
    found = attribute(fitted(window(2500, seed=1)), later.table, "views_30d")
    planted = np.array([np.log(next(f.times for f in one.factors if f.name == "planted")) for one in found])
    values = later.table["planted"].to_numpy()
    inner = np.abs(values) < 1.5
    assert np.polyfit(values[inner], planted[inner], 1)[0] == pytest.approx(SLOPE, rel=0.1)
    noise = [abs(np.log(next((f.times for f in one.factors if f.name == "noise"), 1.0))) for one in found]
    assert np.mean(noise) < 0.05


@pytest.mark.parametrize("target", TARGETS)
def test_a_window_holds_later_videos_whose_outcome_was_not_known_yet(target: Target, catalogue: Catalogue):
    since = CUTOFF + timedelta(days=1)
    found = future_window(catalogue, target, learnt_until=CUTOFF, since=since)
    outcomes = labels(catalogue).join(catalogue.videos.select("video_id", "published_at"), on="video_id")
    rows = found.table.select("video_id", "as_of").join(outcomes, on="video_id", how="left", maintain_order="left")
    assert (rows["published_at"] >= since).all()
    assert (rows["as_of"] < rows[f"{target}_matured_at"]).all()
    offset = 0.0 if target == "revenue_30d" else 1.0
    np.testing.assert_allclose(np.exp(found.actual), rows[target].to_numpy() + offset)
    assert len(found.actual) == len(found.slices) == len(found.owners) == found.table.height
    assert {str(name).split("/")[0] for name in found.slices} == {target}


def test_a_window_draws_whole_videos(catalogue: Catalogue):
    since = CUTOFF + timedelta(days=1)
    found = future_window(catalogue, "views_30d", learnt_until=CUTOFF, since=since, ages=(0, 1), max_rows=20)
    assert found.table["video_id"].n_unique() == 10
    assert found.table.height == 20


def test_few_channels_leave_the_intervals_to_videos(catalogue: Catalogue):
    since = CUTOFF + timedelta(days=1)
    four = future_window(catalogue, "views_30d", learnt_until=CUTOFF, since=since)
    assert four.drawn == "videos"
    assert set(four.owners) == {f"video {name}" for name in four.table["video_id"]}
    many = simulate(channels=8, videos=200, seed=5).catalogue
    found = future_window(many, "views_30d", learnt_until=CUTOFF, since=since)
    assert found.drawn == "channels"
    assert set(found.owners) <= set(many.videos["channel_id"])


def test_videos_that_the_release_may_have_learnt_from_are_refused(catalogue: Catalogue):
    with pytest.raises(UsageError, match="after the release's cutoff"):
        future_window(catalogue, "views_30d", learnt_until=CUTOFF, since=CUTOFF)


def test_a_window_without_outcomes_is_refused(catalogue: Catalogue):
    with pytest.raises(NotEnoughHistory):
        future_window(catalogue, "views_30d", learnt_until=CUTOFF, since=END)
