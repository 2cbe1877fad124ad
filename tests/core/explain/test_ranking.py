from __future__ import annotations

import math

import pytest

from foreview.explain.ranking import Ranking, agreement, rank_features
from foreview.learners.location import LocationModel
from foreview.learners.prior import prior_structure
from tests.core.explain.known import FEATURES, fitted, window

pytestmark = pytest.mark.xdist_group("ranking")  # what its tests share takes long to make


@pytest.fixture(scope="module")
def ranking() -> Ranking:
    return rank_features(fitted(window(2500, seed=1)), window(1200, seed=2), FEATURES)


def test_both_methods_find_the_planted_feature_and_not_the_noise(ranking: Ranking):
    found = {part.name: part.increase for part in ranking.features}
    assert found["planted"].low > 0.3
    assert found["noise"].low <= 0 <= found["noise"].high
    assert ranking.shap["planted"] > 10 * ranking.shap["noise"]


def test_what_the_baseline_is_made_of_is_worth_more_than_its_contribution_to_the_correction(ranking: Ranking):
    found = {part.name: part.increase for part in ranking.features}
    assert found["channel_median_30d"].low > 0.3
    assert ranking.shap["channel_median_30d"] < 0.1 * ranking.shap["planted"]


def test_beyond_the_baseline_a_feature_that_only_the_baseline_needs_is_worth_little(ranking: Ranking):
    whole = {part.name: part.increase.value for part in ranking.features}
    beyond = {part.name: part.increase.value for part in ranking.beyond}
    assert beyond["channel_median_30d"] < 0.02
    assert whole["channel_median_30d"] > 0.3
    assert beyond["planted"] == pytest.approx(whole["planted"], rel=1e-9)
    assert beyond.keys() == ranking.shap.keys() - {"horizon_days"}


def test_the_largest_comes_first(ranking: Ranking):
    for parts in (ranking.features, ranking.groups):
        sizes = [part.increase.value for part in parts]
        assert sizes == sorted(sizes, reverse=True)
    assert {part.name for part in ranking.groups} == {"content", "text", "channel"}


def test_where_the_baseline_serves_there_is_no_shap_and_no_agreement():
    found = rank_features({"views": LocationModel(prior_structure())}, window(200, seed=2), FEATURES, repeats=1)
    assert (found.shap, found.beyond) == ({}, ())
    assert math.isnan(found.agreement.spearman)
    assert {part.name: part.increase.value > 0 for part in found.features} == {
        "channel_median_30d": True,
        "planted": False,
        "noise": False,
    }


def test_equal_orders_agree_and_opposite_ones_do_not():
    rising, falling = {"a": 1.0, "b": 2.0, "c": 9.0}, {"a": 3.0, "b": 2.0, "c": 1.0}
    same, opposite = agreement(rising, rising), agreement(rising, falling)
    assert (same.spearman, same.kendall, same.features) == (1.0, 1.0, 3)
    assert (opposite.spearman, opposite.kendall) == (-1.0, -1.0)


def test_a_ranking_without_differences_agrees_with_nothing():
    assert math.isnan(agreement({"a": 1.0, "b": 1.0}, {"a": 1.0, "b": 2.0}).kendall)
    assert agreement({"a": 1.0}, {"b": 1.0}).features == 0
