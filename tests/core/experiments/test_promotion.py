"""The gate before a release serves."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from foreview.errors import CannotPromote, NotEnoughHistory, UsageError
from foreview.experiments.promotion import Evidence, can_promote, check_can_promote, evidence
from foreview.metrics.bootstrap import Estimate, bootstrap_means

BETTER = Estimate(0.90, 0.85, 0.95, 20)
UNSURE = Estimate(0.97, 0.93, 1.01, 20)
WORSE = Estimate(1.10, 1.05, 1.15, 20)
NOWHERE = Estimate(float("nan"), float("nan"), float("nan"), 20)
GOOD = Evidence(videos=200, mae_ln=0.5, against_typical=BETTER, against_champion=BETTER, champion_age_days=10.0)


def refusal(found: Evidence) -> str:
    with pytest.raises(CannotPromote) as caught:
        check_can_promote(found)
    return caught.value.fact


def test_a_candidate_that_is_surely_better_than_both_may_serve():
    check_can_promote(GOOD)
    assert can_promote(GOOD)


def test_all_reasons_are_told_at_once():
    found = replace(GOOD, videos=29, against_typical=UNSURE, against_champion=WORSE)
    assert refusal(found).split("; ") == [
        "it was judged on 29 videos, and 30 are needed",
        "its error is 0.970 × typical's (95 %: 0.930 to 1.010), and all of it must be below 1",
        "its error is 1.100 × the champion's (95 %: 1.050 to 1.150), and all of it must be below 1",
    ]
    assert not can_promote(found)


@pytest.mark.parametrize("ratio", [UNSURE, WORSE, NOWHERE, replace(BETTER, high=1.0)])
def test_it_must_surely_beat_each_of_them(ratio: Estimate):
    assert not can_promote(replace(GOOD, against_typical=ratio))
    assert not can_promote(replace(GOOD, against_champion=ratio))


@pytest.mark.parametrize(("days", "high", "may"), [(30.0, 1.01, False), (30.1, 1.01, True), (400.0, 1.02, False)])
def test_an_old_champion_need_not_be_beaten(days: float, high: float, may: bool):
    assert can_promote(replace(GOOD, champion_age_days=days, against_champion=replace(UNSURE, high=high))) == may


@pytest.mark.parametrize(("ratio", "may"), [(UNSURE, True), (replace(UNSURE, value=1.0), True), (WORSE, False)])
def test_a_first_champion_must_not_be_worse_than_typical(ratio: Estimate, may: bool):
    assert can_promote(replace(GOOD, videos=3, against_typical=ratio, against_champion=None)) == may


def test_the_refusal_is_one_of_the_tree_and_says_what_to_do_next():
    with pytest.raises(UsageError) as caught:
        check_can_promote(replace(GOOD, against_champion=WORSE))
    assert caught.value.facts["error"] == "CannotPromote"
    assert caught.value.next_step == "Train on more videos, or promote it by hand with a reason, which the log keeps"


def test_evidence_is_the_ratios_of_the_mean_errors():
    rng = np.random.default_rng(0)
    candidate, champion, typical = rng.random((3, 90))
    found = evidence(candidate, champion, typical, np.repeat(np.arange(30).astype(str), 3), champion_age_days=7.0)
    assert found.against_typical.value == pytest.approx(candidate.mean() / typical.mean())
    assert found.against_champion is not None
    assert found.against_champion.value == pytest.approx(candidate.mean() / champion.mean())
    assert (found.videos, found.mae_ln, found.champion_age_days) == (90, candidate.mean(), 7.0)


def test_the_interval_is_the_wider_one_of_drawing_channels_and_videos():
    rng = np.random.default_rng(1)
    shocks = np.repeat(rng.standard_exponential(20), 10)
    typical = np.ones(200)
    owner = np.repeat(np.arange(20).astype(str), 10)
    by_channel = bootstrap_means(np.column_stack([shocks, typical]), owner).ratio(0, 1)
    found = evidence(shocks, None, typical, owner).against_typical
    assert (found.low, found.high) == (by_channel.low, by_channel.high)


def test_one_channel_alone_does_not_look_certain():
    errors = np.random.default_rng(2).random((2, 100))
    found = evidence(errors[0], None, errors[1], np.full(100, "mine")).against_typical
    assert found.high - found.low > 0.1


def test_where_nothing_serves_there_is_no_ratio_to_it():
    assert evidence(np.ones(3), None, np.ones(3), np.array(["a", "b", "c"])).against_champion is None


def test_evidence_needs_a_video():
    with pytest.raises(NotEnoughHistory, match="none has an outcome yet"):
        evidence(np.zeros(0), None, np.zeros(0), np.zeros(0, dtype=str))


@pytest.mark.parametrize("typical", [np.ones(2), np.array([1.0, 1.0, np.nan])])
def test_errors_are_finite_and_of_the_same_videos(typical: np.ndarray):
    with pytest.raises(UsageError, match="one finite ln error of each method"):
        evidence(np.ones(3), None, typical, np.array(["a", "b", "c"]))


def test_equal_candidates_are_rarely_promoted():
    """Known truth: neither is better. A one-sided end of a 95 % interval passes one time in forty."""
    rng = np.random.default_rng(3)
    owner = np.repeat(np.arange(40).astype(str), 5)
    passed = 0
    for _ in range(100):
        champion, candidate = rng.standard_exponential((2, 200))
        passed += can_promote(evidence(candidate, champion, np.full(200, 9.0), owner))
    assert passed <= 8
