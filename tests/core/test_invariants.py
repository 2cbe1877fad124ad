"""What must hold whatever the data: the properties that the forecasts' honesty rests on."""

from __future__ import annotations

import ast
from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from foreview.curves.labels import labels
from foreview.features.matrix import feature_table
from foreview.forecasting.forecaster import forecast, issues_as_of, issues_at_age
from foreview.options import TrainingOptions
from foreview.releases.loading import read_release
from foreview.releases.prior import prior_release
from foreview.releases.store import publish_release
from foreview.simulation.world import simulate
from foreview.tables.catalogue import Catalogue
from foreview.training.trainer import train
from foreview.vocabulary import HORIZON_DAYS, MODEL_KINDS, QUANTILES, TARGETS
from tests.oracles.catalogues import catalogues, issues_of
from tests.thorough import examples

pytestmark = pytest.mark.xdist_group("invariants")  # what its tests share takes long to make

CUTOFF = datetime(2026, 5, 25, 13, 7, tzinfo=UTC)
OPTIONS = TrainingOptions(issue_ages=(0.0, 3.0), max_forest_rows=1000, threads=1)
NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def catalogue():
    return simulate(channels=3, videos=300, seed=11).catalogue


@pytest.fixture(scope="module")
def release(catalogue):
    return train(catalogue, CUTOFF, OPTIONS, created_at=CUTOFF)


def test_the_release_that_is_tested_here_has_models_of_every_kind(release):
    assert {kind: len(release.models[kind]) > 3 for kind in MODEL_KINDS} == dict.fromkeys(MODEL_KINDS, True)
    assert release.manifest.kinds["views"].state == "ensemble"


def bits(frame: pl.DataFrame) -> str:
    """Two tables are the same bit for bit where this is: the shortest text of a float is its own (and tells -0 from 0)."""
    return repr((frame.schema, frame.rows()))


def one_by_one(frame: pl.DataFrame) -> list[pl.DataFrame]:
    return [frame[i] for i in range(frame.height)]


def some_issues(catalogue: Catalogue, n: int, seed: int) -> pl.DataFrame:
    """Issues at odd moments: whole ages, and whatever time it was when somebody asked."""
    ages = pl.Series("age", [0, 86_399_999, 86_400_000, 3 * 86_400_000, 600_123_457, 14 * 86_400_000, 40 * 86_400_000])
    picked = catalogue.videos.sample(n, seed=seed, with_replacement=True).select("video_id", "published_at")
    asked = picked.with_columns(age=ages.sample(n, seed=seed, with_replacement=True).cast(pl.Duration("ms")))
    return asked.select("video_id", as_of=pl.col("published_at") + pl.col("age"))


# Deleting everything after the cutoff changes nothing.


@settings(max_examples=examples(120), deadline=None)
@given(st.data())
def test_no_feature_knows_the_future(data):
    catalogue = data.draw(catalogues())
    issues = data.draw(issues_of(catalogue))
    known = [feature_table(catalogue.as_of(row["as_of"].item()), row) for row in one_by_one(issues)]
    assert bits(feature_table(catalogue, issues)) == bits(pl.concat(known))


def test_no_feature_of_a_world_knows_the_future(catalogue):
    issues = some_issues(catalogue, 60, seed=1)
    known = [feature_table(catalogue.as_of(row["as_of"].item()), row) for row in one_by_one(issues)]
    assert bits(feature_table(catalogue, issues)) == bits(pl.concat(known))


@settings(max_examples=examples(40), deadline=None)
@given(st.data())
def test_no_cold_start_forecast_knows_the_future(data):
    catalogue = data.draw(catalogues(max_videos=4))
    issues = data.draw(issues_of(catalogue, max_issues=3))
    known = [forecast(catalogue.as_of(row["as_of"].item()), prior_release(), row) for row in one_by_one(issues)]
    assert bits(forecast(catalogue, prior_release(), issues)) == bits(pl.concat(known))


def test_no_forecast_knows_the_future(catalogue, release):
    issues = some_issues(catalogue, 12, seed=2)
    known = [forecast(catalogue.as_of(row["as_of"].item()), release, row) for row in one_by_one(issues)]
    assert bits(forecast(catalogue, release, issues)) == bits(pl.concat(known))


@settings(max_examples=examples(100), deadline=None)
@given(catalogues(), st.integers(0, 60 * 24))
def test_the_labels_of_what_was_known_are_the_labels_that_were_mature(catalogue, hours):
    t = catalogue.videos["published_at"][0] + timedelta(hours=hours)
    then, now = labels(catalogue.as_of(t)), labels(catalogue)
    mature = [
        pl.when(pl.col(f"{target}_matured_at") <= t).then(pl.col(name)).alias(name)
        for target in TARGETS
        for name in (target, f"{target}_matured_at")
    ]
    now = now.filter(pl.col("video_id").is_in(then["video_id"].implode())).select("video_id", *mature)
    assert bits(then) == bits(now.select(then.columns))


def test_training_on_everything_is_training_on_what_was_known(catalogue, release):
    known = train(catalogue.as_of(CUTOFF), CUTOFF, OPTIONS, created_at=CUTOFF)
    assert known.manifest.model_version == release.manifest.model_version
    assert known == release


# One row is the same alone and in a batch.


@settings(max_examples=examples(60), deadline=None)
@given(st.data())
def test_the_features_of_one_video_are_its_row_in_a_batch(data):
    catalogue = data.draw(catalogues())
    issues = data.draw(issues_of(catalogue))
    alone = [feature_table(catalogue, row) for row in one_by_one(issues)]
    assert bits(feature_table(catalogue, issues)) == bits(pl.concat(alone))


@pytest.mark.parametrize("seed", [3, 4])
def test_the_forecast_of_one_video_is_its_row_in_a_batch(catalogue, release, seed):
    issues = some_issues(catalogue, 300, seed=seed)
    batch = forecast(catalogue, release, issues)
    for i in (0, 100, 299):
        assert bits(forecast(catalogue, release, issues[i])) == bits(batch[4 * i : 4 * i + 4])


def test_a_forecast_does_not_depend_on_its_place_in_the_batch(catalogue, release):
    issues = some_issues(catalogue, 101, seed=5)
    there = forecast(catalogue, release, issues)
    back = forecast(catalogue, release, issues.reverse())
    assert bits(there[:4]) == bits(back[-4:])
    assert bits(there[-4:]) == bits(back[:4])


def test_a_release_read_from_disk_forecasts_as_the_one_that_was_trained(catalogue, release, tmp_path):
    publish_release(release, tmp_path / "r")
    issues = some_issues(catalogue, 30, seed=6)
    assert bits(forecast(catalogue, read_release(tmp_path / "r"), issues)) == bits(forecast(catalogue, release, issues))


# A forecast contradicts neither itself nor what has been counted.


def assert_is_sound(found: pl.DataFrame, catalogue: Catalogue) -> None:
    numbers = [name for name, dtype in found.schema.items() if dtype == pl.Float64]
    assert (
        found.select(pl.any_horizontal(pl.col(numbers).is_null() | ~pl.col(numbers).is_finite()).any()).item() is False
    )
    for lower, upper in zip(list(QUANTILES)[:-1], list(QUANTILES)[1:], strict=True):
        assert found.filter(pl.col(lower) > pl.col(upper)).is_empty(), (lower, upper)
    assert (found["point"] == found["p50"]).all()
    assert (found["p2_5"] >= 0).all()
    shares = ["p_low", "p_medium", "p_high", "p_beats_typical", "confidence"]
    assert found.select(pl.all_horizontal(pl.col(shares).is_between(0.0, 1.0)).all()).item()
    assert found.select(((pl.sum_horizontal("p_low", "p_medium", "p_high") - 1).abs() < 1e-9).all()).item()
    assert (found["p_high"] <= found["p_beats_typical"]).all()
    assert (found["p_low"] <= 1 - found["p_beats_typical"] + 1e-12).all()
    assert_seven_days_are_at_most_thirty(found)
    assert_is_at_least_what_was_counted(found, catalogue)


def assert_seven_days_are_at_most_thirty(found: pl.DataFrame) -> None:
    week, month = (found.filter(pl.col("target") == target) for target in ("views_7d", "views_30d"))
    for name in ("point", *QUANTILES):
        assert (week[name] <= month[name]).all(), name


def assert_is_at_least_what_was_counted(found: pl.DataFrame, catalogue: Catalogue) -> None:
    """Up to rounding: ``expm1(log1p(y))`` is y to 15 digits."""
    views = found.filter(pl.col("target").is_in(["views_7d", "views_30d"]))
    seen = feature_table(catalogue, views.select("video_id", "as_of")).select("initial_views", "observed_age_days")
    horizon = pl.col("target").replace_strict(HORIZON_DAYS, return_dtype=pl.Float64)
    counted = views.hstack(seen).filter(pl.col("observed_age_days") <= horizon)
    for name in ("point", *QUANTILES):
        assert counted.filter(pl.col(name) < pl.col("initial_views") * (1 - 1e-12)).is_empty(), name


@pytest.mark.parametrize("age", [0.0, 1.0, 3.0, 6.99, 7.0, 14.0, 29.5, 33.0])
def test_every_forecast_is_sound(catalogue, release, age):
    found = forecast(catalogue, release, issues_at_age(catalogue, datetime(2026, 6, 1, tzinfo=UTC), age))
    assert_is_sound(found, catalogue)


@settings(max_examples=examples(60), deadline=None)
@given(st.data())
def test_every_cold_start_forecast_is_sound(data):
    catalogue = data.draw(catalogues())
    assert_is_sound(forecast(catalogue, prior_release(), data.draw(issues_of(catalogue))), catalogue)


@settings(max_examples=8, deadline=None)
@given(data=st.data())
def test_every_forecast_of_a_stranger_is_sound(release, data):
    catalogue = data.draw(catalogues())
    assert_is_sound(forecast(catalogue, release, data.draw(issues_of(catalogue))), catalogue)


def test_every_published_video_is_forecast_for_every_target(catalogue, release):
    found = forecast(catalogue, release, issues_as_of(catalogue, CUTOFF))
    published = catalogue.videos.filter(pl.col("published_at") <= CUTOFF)["video_id"]
    assert found["video_id"].to_list() == [video for video in published for _ in TARGETS]
    assert found["target"].to_list() == list(TARGETS) * published.len()


# Zero is not missing.


def counted(views: dict[str, float | None]) -> Catalogue:
    """One video a name, published at noon, its views read on day 1, 7 and 30; None where nobody read them."""
    rows = [
        {"video_id": name, "observed_at": NOON + timedelta(days=day), "views": count, "likes": 0.0}
        for name, count in views.items()
        if count is not None
        for day in (1, 7, 30)
    ]
    videos = pl.DataFrame({"video_id": list(views), "published_at": NOON, "channel_id": "c", "format": "long"})
    return Catalogue.of(videos, snapshots=pl.DataFrame(rows))


def test_no_views_are_a_label_and_no_count_is_none():
    found = labels(counted({"none": None, "zero": 0.0}))
    assert found["views_7d"].to_list() == [None, 0.0]
    assert found["views_30d"].to_list() == [None, 0.0]
    assert found["engagement_rate"].to_list() == [None, None]


def test_no_views_are_a_feature_and_no_count_is_none():
    catalogue = counted({"none": None, "zero": 0.0})
    found = feature_table(catalogue, issues_at_age(catalogue, NOON + timedelta(days=60), 1.0))
    assert found["initial_views"].to_list() == [None, 0.0]
    assert found["views_ln_1d"].to_list() == [None, 0.0]
    assert found["observations"].to_list() == [0.0, 1.0]


def test_no_views_of_the_others_count_in_the_history_of_a_channel():
    with_zero, without = counted({"a": 0.0, "b": 100.0, "asked": None}), counted({"a": None, "b": 100.0, "asked": None})
    issue = pl.DataFrame({"video_id": ["asked"], "as_of": [NOON + timedelta(days=40)]})
    assert feature_table(with_zero, issue)["channel_n_30d"].to_list() == [2.0]
    assert feature_table(without, issue)["channel_n_30d"].to_list() == [1.0]


# Nothing is unpickled.

UNSAFE = {"pickle", "_pickle", "cPickle", "cloudpickle", "dill", "joblib", "shelve", "marshal"}


def imported(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module.split(".")[0])
    return names


def test_nothing_imports_what_unpickles():
    root = Path(__file__).parents[2]
    sources = [path for folder in ("src", "backend") for path in sorted((root / folder).rglob("*.py"))]
    assert len(sources) > 50
    assert {str(path.relative_to(root)): found for path in sources if (found := imported(path) & UNSAFE)} == {}
    assert [path for path in sources if "allow_pickle=True" in path.read_text(encoding="utf-8")] == []
