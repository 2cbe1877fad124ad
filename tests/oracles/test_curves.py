from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from foreview.curves.curve import revenue_curves, view_curves
from foreview.curves.labels import labels
from foreview.tables.catalogue import Catalogue
from tests.oracles.catalogues import AGES_MS, catalogues
from tests.oracles.slow_curves import MS, raw_of, revenue_points, slow_labels, value_at, view_points
from tests.thorough import examples

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


def same(found: float | None, expected: float | None) -> bool:
    if expected is None or found is None or math.isnan(found):
        return expected is None and (found is None or math.isnan(found))
    return math.isclose(found, expected, rel_tol=1e-9, abs_tol=1e-9)


@settings(max_examples=examples(150), deadline=None)
@given(catalogues())
def test_the_points_of_every_curve_are_those_of_its_slow_twin(catalogue):
    raw = raw_of(catalogue)
    for curves, slow in ((view_curves(catalogue), view_points), (revenue_curves(catalogue), revenue_points)):
        for i, video in enumerate(raw.videos):
            expected = slow(raw, video["video_id"])
            points = slice(curves.starts[i], curves.starts[i + 1])
            assert curves.age[points].tolist() == [(p.at - video["published_at"]) // MS for p in expected]
            assert curves.known[points].tolist() == [(p.known - video["published_at"]) // MS for p in expected]
            assert curves.values[points].tolist() == pytest.approx([p.value for p in expected], abs=1e-9)
            if slow is view_points:
                assert curves.peak[points].tolist() == [p.peak for p in expected]
                assert all(map(same, curves.interactions[points].tolist(), [p.interactions for p in expected]))


@settings(max_examples=examples(150), deadline=None)
@given(catalogues(), st.lists(st.sampled_from(AGES_MS) | st.integers(0, 40 * 86_400_000), min_size=1, max_size=6))
def test_the_value_at_any_age_is_that_of_its_slow_twin(catalogue, ages):
    raw, curves = raw_of(catalogue), view_curves(catalogue)
    for i, video in enumerate(raw.videos):
        points = view_points(raw, video["video_id"])
        at = np.array(ages, dtype=np.int64)
        who = np.full(at.shape, i, dtype=np.int64)
        found = curves.at(curves.peak, who, at, np.full(at.shape, curves.starts[i + 1] - 1))
        expected = [
            value_at(points, video["published_at"], video["published_at"] + timedelta(milliseconds=age), "peak")
            for age in ages
        ]
        assert all(map(same, found.tolist(), expected)), (found, expected)


@settings(max_examples=examples(300), deadline=None)
@given(catalogues())
def test_every_label_and_its_maturity_are_those_of_its_slow_twin(catalogue):
    raw = raw_of(catalogue)
    for found in labels(catalogue).iter_rows(named=True):
        expected = slow_labels(raw, found["video_id"])
        assert set(found) == set(expected)
        for name, value in expected.items():
            if name.endswith("_matured_at") or name == "video_id":
                assert found[name] == value, (name, found, expected)
            else:
                assert same(found[name], value), (name, found, expected)


def test_a_counter_that_stands_still_is_itself_between_two_readings():
    """``expm1(log1p(18))`` is a little less than 18."""
    for count in range(200):
        assert labels(read_twice(float(count), float(count)))["views_7d"].item() == count


def test_engagement_taken_back_beyond_what_was_given_is_none():
    days = [NOON.date() + timedelta(days=k) for k in range(33)]
    daily = pl.DataFrame({"video_id": "a", "date": days, "views": 10.0, "likes": -2.0, "comments": 1.0, "shares": 0.0})
    midnight = NOON.replace(hour=0)  # so that a day closes at age 30 d, and nothing is interpolated
    catalogue = Catalogue.of(pl.DataFrame({"video_id": ["a"], "published_at": [midnight]}), daily=daily)
    assert labels(catalogue)["engagement_rate"].item() == 0.0


def read_twice(before: float, after: float) -> Catalogue:
    """One video, read half a day before it is seven days old and half a day after."""
    seen = [NOON + timedelta(days=age) for age in (6.5, 7.5)]
    snapshots = pl.DataFrame({"video_id": "a", "observed_at": seen, "views": [before, after]})
    return Catalogue.of(pl.DataFrame({"video_id": ["a"], "published_at": [NOON]}), snapshots=snapshots)
