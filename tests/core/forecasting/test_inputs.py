"""A forecast is a function of a release and its inputs alone, and the inputs survive being written down."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import polars as pl
import pytest

from foreview.errors import InputError, ReleaseFeaturesDiffer, UsageError
from foreview.forecasting.adapting import follow
from foreview.forecasting.forecaster import forecast, forecast_inputs, issues_at_age
from foreview.forecasting.inputs import adapted, inputs_of, inputs_table, records_of
from foreview.monitoring.ledger import canonical
from foreview.options import TrainingOptions
from foreview.releases.prior import prior_release
from foreview.simulation.world import simulate
from foreview.tables.catalogue import Catalogue
from foreview.tables.schema import DeclaredColumn
from foreview.training.trainer import train
from tests.core.test_invariants import bits, some_issues

pytestmark = pytest.mark.xdist_group("inputs")  # what its tests share takes long to make

CUTOFF = datetime(2026, 4, 1, tzinfo=UTC)
END = datetime(2026, 6, 1, tzinfo=UTC)
OPTIONS = TrainingOptions(issue_ages=(0.0, 1.0, 3.0), max_forest_rows=300, threads=1)
DECLARED = (
    DeclaredColumn("n7 / likes", "likes", "number", 7.0),
    DeclaredColumn("genre", "", "category"),
    DeclaredColumn("sponsored", "", "boolean", 0.0),
)


@pytest.fixture(scope="module")
def catalogue():
    """A world that declares columns of its own, one of them known later, all of them sometimes missing."""
    found = simulate(channels=3, videos=220, seed=11).catalogue
    n = pl.int_range(pl.len())
    videos = found.videos.with_columns(
        pl.when(n % 5 != 0).then((n * 37 % 101) / 7.0).alias("n7 / likes"),
        pl.when(n % 4 != 0).then(pl.format('"gé\n{}', n % 3)).alias("genre"),
        pl.when(n % 3 != 0).then(n % 2 == 0).alias("sponsored"),
    )
    return Catalogue.of(videos, daily=found.daily, earnings=found.earnings, clock=found.clock, declared=DECLARED)


@pytest.fixture(scope="module")
def release(catalogue):
    return train(catalogue, CUTOFF, OPTIONS, created_at=CUTOFF)


@pytest.fixture(scope="module")
def adaptation(catalogue, release):
    return follow(catalogue, release)


@pytest.fixture(scope="module")
def issues(catalogue):
    return pl.concat([some_issues(catalogue, 40, 3), issues_at_age(catalogue, END, 1.0)[-30:]])


def written_down(inputs: pl.DataFrame, release) -> list[str]:
    return [canonical(record) for record in records_of(inputs, release)]


def read_back(texts: list[str], release) -> pl.DataFrame:
    return inputs_of([json.loads(text) for text in texts], release)


def test_forecasts_are_those_of_the_inputs(catalogue, release, issues, adaptation):
    inputs = inputs_table(catalogue, release, issues)
    expected = forecast(catalogue, release, issues)
    assert bits(forecast_inputs(release, inputs).select(expected.columns)) == bits(expected)
    corrected = forecast(catalogue, release, issues, adaptation=adaptation)
    assert bits(corrected) != bits(expected)
    made = forecast_inputs(release, adapted(inputs, release, adaptation))
    assert bits(made.select(corrected.columns)) == bits(corrected)


def test_inputs_written_down_and_read_back_give_the_same_forecasts_bit_for_bit(catalogue, release, issues, adaptation):
    inputs = inputs_table(catalogue, release, issues, adaptation=adaptation)
    texts = written_down(inputs, release)
    again = read_back(texts, release)
    assert written_down(again, release) == texts
    assert bits(forecast_inputs(release, again)) == bits(forecast_inputs(release, inputs))


def test_one_row_read_back_alone_gives_its_forecast_of_the_batch(catalogue, release, issues, adaptation):
    inputs = inputs_table(catalogue, release, issues, adaptation=adaptation)
    alone = [forecast_inputs(release, read_back([text], release)) for text in written_down(inputs, release)]
    assert bits(pl.concat(alone)) == bits(forecast_inputs(release, inputs))


def test_the_columns_of_inputs_are_read_back_as_they_were(catalogue, release, issues):
    inputs = inputs_table(catalogue, release, issues)
    again = read_back(written_down(inputs, release), release)
    assert set(again.columns) == set(inputs.columns)
    assert bits(again.select(inputs.columns)) == bits(inputs)
    missing = [name for name in ("genre", "sponsored", "n7 / likes") if inputs[name].null_count()]
    assert missing == ["genre", "sponsored", "n7 / likes"]


def test_an_input_depends_on_the_release_for_its_correction_alone(catalogue, release, issues, adaptation):
    of_the_prior = inputs_table(catalogue, prior_release(), issues)
    assert bits(of_the_prior) == bits(inputs_table(catalogue, release, issues))
    corrected = inputs_table(catalogue, release, issues, adaptation=adaptation)
    differing = {name for name in corrected.columns if bits(corrected[[name]]) != bits(of_the_prior[[name]])}
    assert {name.split("/")[0] for name in differing} == {"corrected"}


def test_a_record_holds_only_features_that_its_release_knows(catalogue, issues):
    records = list(records_of(inputs_table(catalogue, prior_release(), issues), prior_release()))
    assert all("genre" not in record["features"] for record in records)


def test_no_inputs_give_no_forecasts(catalogue, release, issues):
    none = inputs_table(catalogue, release, issues.clear())
    assert forecast_inputs(release, none).height == 0
    assert bits(read_back([], release)[none.columns]) == bits(none)


def test_a_record_that_is_none_is_refused(catalogue, release, issues):
    record = json.loads(written_down(inputs_table(catalogue, release, issues[:1]), release)[0])
    for changed in (
        {**record, "features": {**record["features"], "mood": 1.0}},
        {**record, "features": {**record["features"], "duration_s": "long"}},
        {**record, "settled": {}},
        {**record, "as_of": "yesterday"},
        {name: record[name] for name in record if name != "corrected"},
    ):
        with pytest.raises(InputError, match="a record of inputs has"):
            inputs_of([changed], release)


def test_an_adaptation_of_another_release_and_a_missing_declared_column_are_refused(catalogue, release, issues):
    inputs = inputs_table(catalogue, release, issues)
    with pytest.raises(UsageError, match="belongs to the release it followed"):
        adapted(inputs, release, follow(catalogue, prior_release()))
    bare = simulate(channels=1, videos=3, seed=1).catalogue
    soon = bare.videos.select("video_id", as_of=pl.col("published_at") + timedelta(days=1))
    with pytest.raises(ReleaseFeaturesDiffer, match="genre, n7 / likes, sponsored"):
        inputs_table(bare, release, soon)
