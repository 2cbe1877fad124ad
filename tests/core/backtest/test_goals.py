"""What is asked of a slice, at the very edges of the goals."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

from foreview.backtest.goals import ENOUGH, GOAL_HEAD, Verdict, goal_cells, verdicts
from foreview.backtest.replay import backtest
from foreview.metrics.bootstrap import Estimate
from foreview.metrics.interval import binomial_share
from foreview.metrics.ranking import Reliability, ReliabilityBin
from tests.core.backtest.replayed import LAW, MADE, world

SLICE = next(
    scores
    for scores in backtest(
        world(),
        LAW,
        train_until=date(2026, 2, 10),
        test_from=date(2026, 2, 11),
        ages=(3.0,),
        created_at=MADE,
    ).scores
    if scores.target == "views_30d"
)


def verdict(scores, subject: str, of: str) -> Verdict:
    (found,) = [one for one in verdicts(scores) if (one.subject, one.of) == (subject, of)]
    return found


def covering(hits: int, n: int, *, calibrated: int = ENOUGH):
    """The slice with 80 % intervals that covered ``hits`` of ``n``."""
    eighty = replace(SLICE.intervals[1], covered=binomial_share(hits, n))
    return replace(SLICE, rows=n, calibration_videos=calibrated, intervals=(eighty,))


@pytest.mark.parametrize(("hits", "met"), [(2339, False), (2340, True), (2460, True), (2461, False)])
def test_coverage_is_asked_within_two_points_where_videos_are_many(hits, met):
    found = verdict(covering(hits, 3000), "coverage", "80 %")
    assert (found.met, found.goal) == (met, "80 % ± 2 points")


@pytest.mark.parametrize(("n", "calibrated"), [(3000, 2999), (2999, 3000)])
def test_with_fewer_videos_in_test_or_calibration_the_exact_test_decides(n, calibrated):
    assert verdict(covering(2340, n, calibrated=calibrated), "coverage", "80 %") == Verdict(
        "coverage", "80 %", 2340 / n, "80 % not refuted", met=False
    )


@given(st.integers(1, 400).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_the_exact_test_is_scipys_at_five_percent(case):
    hits, n = case
    tails = [binomtest(hits, n, 0.8, alternative=side).pvalue for side in ("less", "greater")]
    if abs(min(tails) - 0.025) > 1e-9:
        assert verdict(covering(hits, n), "coverage", "80 %").met is bool(min(tails) > 0.025)


@pytest.mark.parametrize(
    ("score", "against", "subject", "of", "most"),
    [
        ("interval_80", "constant_width", "interval_score", "80 %", 0.90),
        ("crps", "residuals", "crps", "residuals", 0.95),
        ("crps", "pinto_ml", "crps", "pinto_ml", 0.95),
    ],
)
def test_sharpness_is_asked_up_to_its_goal(score, against, subject, of, most):
    for ratio, met in ((most, True), (most + 1e-6, False), (float("nan"), None)):
        found = replace(SLICE.sharpness[0], score=score, against=against, ratio=Estimate(ratio, 0.5, 1.5, 9))
        assert verdict(replace(SLICE, sharpness=(found,)), subject, of).met is met


def saying(error: float, n: int):
    """The slice whose confidence has this calibration error on ``n`` videos."""
    return replace(SLICE, confidence=Reliability((ReliabilityBin(0.5, 0.5 + error, n),), error))


@pytest.mark.parametrize(("error", "n", "met"), [(0.03, 3000, True), (0.0301, 3000, False), (0.0, 2999, None)])
def test_the_calibration_error_is_judged_on_enough_videos_alone(error, n, met):
    assert verdict(saying(error, n), "calibration_error", "confidence").met is met


def test_confidence_the_chance_to_beat_typical_and_each_class_are_judged():
    of = [one.of for one in verdicts(SLICE) if one.subject == "calibration_error"]
    assert of == ["confidence", "beats typical", "low", "medium", "high"]


def test_every_baseline_is_judged():
    of = [one.of for one in verdicts(SLICE) if one.subject == "crps"]
    assert of == ["residuals", "typical", "szabo_huberman", "pinto_ml", "pinto_mrbf"]


def test_cells_show_the_figure_its_mark_and_the_closest_baseline():
    found = [
        Verdict("coverage", "80 %", 0.761, "80 % ± 2 points", met=False),
        Verdict("interval_score", "80 %", 0.875, "≤ 0.90", met=True),
        Verdict("crps", "residuals", 0.9514, "≤ 0.95", met=False),
        Verdict("crps", "typical", 0.4, "≤ 0.95", met=True),
        Verdict("crps", "pinto_ml", 0.7, "≤ 0.95", met=True),
        Verdict("calibration_error", "low", 0.01, "≤ 0.03 (on 3,000 videos)", met=None),
    ]
    cells = dict(zip(GOAL_HEAD, goal_cells(found), strict=True))
    assert {name: cell for name, cell in cells.items() if cell != "–"} == {
        "covers 80 %": "76.1 ✗",
        "interval score 80 %": "0.875 ✓",
        "CRPS ÷ one shape": "0.951 ✗",
        "CRPS ÷ baselines": "0.700 ✓",
        "ECE low": "0.010 ·",
    }
