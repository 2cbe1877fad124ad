from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from foreview.features.matrix import feature_table
from foreview.features.spec import features_with
from foreview.simulation.world import simulate
from foreview.tables.catalogue import Catalogue
from tests.oracles.catalogues import DECLARED, catalogues, issues_of
from tests.oracles.slow_curves import raw_of
from tests.oracles.slow_features import slow_features
from tests.thorough import examples


def assert_rows_are_those_of_the_slow_twin(catalogue, issues):
    raw = raw_of(catalogue)
    table = feature_table(catalogue, issues)
    assert table.columns == [
        *issues.columns,
        "issue_age_days",
        *(feature.name for feature in features_with(catalogue.declared)),
    ]
    for found in table.iter_rows(named=True):
        expected = slow_features(raw, catalogue.declared, found["video_id"], found["as_of"])
        assert set(expected) == set(table.columns) - {"video_id", "as_of", "issue_age_days"}
        differing = {name: (found[name], value) for name, value in expected.items() if not _same(found[name], value)}
        assert not differing, found


def _same(found: Any, expected: Any) -> bool:
    if isinstance(expected, float) and isinstance(found, float):
        return math.isclose(found, expected, rel_tol=1e-9, abs_tol=1e-9)
    return bool(found == expected)


@settings(max_examples=examples(200), deadline=None)
@given(st.data())
def test_every_feature_of_every_issue_is_that_of_its_slow_twin(data):
    catalogue = data.draw(catalogues())
    assert_rows_are_those_of_the_slow_twin(catalogue, data.draw(issues_of(catalogue)))


@pytest.mark.parametrize("seed", [1, 2])
def test_in_a_world_too_every_feature_is_that_of_its_slow_twin(seed):
    """A channel with more than twenty mature videos, so that the window of its history is full."""
    catalogue = simulate(channels=2, videos=110, seed=seed, days=150).catalogue
    picked = catalogue.videos.sample(25, seed=seed)
    ages = pl.Series("age", [0, 1, 3, 7, 14] * 5) * pl.Series([86_400_000] * 25)
    issues = picked.select("video_id", as_of=pl.col("published_at") + ages.cast(pl.Duration("ms")))
    assert_rows_are_those_of_the_slow_twin(catalogue, issues)


def test_what_the_generated_catalogues_declare_is_of_every_kind():
    assert {column.kind for column in DECLARED} == {"number", "category", "boolean"}


def test_a_count_across_a_redefinition_is_in_no_history_of_its_channel():
    """Published 20 days before Shorts views were redefined: its 7-day count is of the old regime, its 30-day count of neither."""
    start = datetime(2025, 3, 11, tzinfo=UTC)
    videos = pl.DataFrame(
        {
            "video_id": ["old", "asked"],
            "published_at": start,
            "channel_id": "c",
            "format": "short",
            "platform": "youtube",
        }
    )
    counts = [(7, 100.0), (30, 900.0)]
    snapshots = pl.DataFrame(
        {
            "video_id": "old",
            "observed_at": [start + timedelta(days=d) for d, _ in counts],
            "views": [v for _, v in counts],
        }
    )
    issue = pl.DataFrame({"video_id": ["asked"], "as_of": [start + timedelta(days=40)]})
    row = feature_table(Catalogue.of(videos, snapshots=snapshots), issue).row(0, named=True)
    assert (row["channel_n_7d"], row["channel_n_30d"]) == (1.0, 0.0)


@pytest.mark.parametrize(("cut_at", "mature"), [(5, (0.0, 0.0)), (20, (1.0, 0.0)), (40, (1.0, 1.0))])
def test_a_count_across_a_date_that_the_catalogue_says_is_in_no_history(cut_at, mature):
    start = datetime(2026, 3, 11, tzinfo=UTC)
    cut = [start + timedelta(days=cut_at), None]
    videos = pl.DataFrame(
        {"video_id": ["old", "asked"], "published_at": start, "channel_id": "c", "metric_redefined_at": cut}
    )
    snapshots = pl.DataFrame(
        {"video_id": "old", "observed_at": [start + timedelta(days=d) for d in (7, 30)], "views": [100.0, 900.0]}
    )
    catalogue = Catalogue.of(videos, snapshots=snapshots)
    issue = pl.DataFrame({"video_id": ["asked"], "as_of": [start + timedelta(days=50)]})
    row = feature_table(catalogue, issue).row(0, named=True)
    assert (row["channel_n_7d"], row["channel_n_30d"]) == mature
    assert_rows_are_those_of_the_slow_twin(catalogue, issue)
