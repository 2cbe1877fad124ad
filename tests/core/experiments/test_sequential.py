"""The confidence sequence against a slow twin, by hand, and on known truth. Many more worlds: ``python -m benchmarks.experiments``."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from foreview.errors import UsageError
from foreview.experiments.sequential import (
    GUESSED_PAIRS,
    LARGEST_BET,
    TUNED_AT,
    Declaration,
    decide,
    follow,
    log_stakes,
    paired_differences,
)

DECLARED = Declaration()


def slow_stakes(differences: list[float], declaration: Declaration, mean: float) -> list[tuple[float, float]]:
    """Return what each who bets has after each pair, one pair after the other."""
    above = below = 1.0
    found, squares = [], GUESSED_PAIRS * (declaration.clip / 2) ** 2
    for seen, pair in enumerate(differences):
        spread = math.sqrt(squares / (GUESSED_PAIRS + seen))
        bet = math.sqrt(2 * math.log(2 / declaration.alpha) / (TUNED_AT * declaration.most_pairs)) / spread
        bet = min(bet, LARGEST_BET / declaration.clip)
        above, below = above * (1 + bet * (pair - mean)), below * (1 - bet * (pair - mean))
        found.append((above, below))
        squares += pair**2
    return found


def experiments(rng: np.random.Generator, worlds: int, *, gain: float, correlation: float, pairs: int = 400):
    """Return the pairs (worlds, pairs) of two models with heavy-tailed errors, of which the challenger's are ``gain`` smaller."""
    errors = rng.standard_normal((2, worlds, pairs))
    errors[1] = correlation * errors[0] + math.sqrt(1 - correlation**2) * errors[1]
    errors *= np.sqrt(3 / rng.chisquare(5, (worlds, pairs)))
    return paired_differences(np.abs(errors[0]), (1 - gain) * np.abs(errors[1]), DECLARED.clip)


@pytest.mark.parametrize("mean", [0.0, 0.3, -1.0])
def test_the_stakes_are_those_of_who_bets_pair_by_pair(mean: float):
    differences = np.random.default_rng(0).uniform(-1, 1, 100)
    slow = np.array(slow_stakes(differences.tolist(), DECLARED, mean))
    np.testing.assert_allclose(np.exp(np.column_stack(log_stakes(differences, DECLARED, mean))), slow)


def test_the_bounds_are_the_means_that_nobody_has_refuted():
    declared = Declaration(alpha=0.1, most_pairs=100, clip=0.5)
    differences = np.random.default_rng(1).uniform(-0.2, 0.4, 60)
    running = follow(differences, declared)
    grid = np.linspace(-0.5, 0.5, 1001)
    slow = np.array([slow_stakes(differences.tolist(), declared, mean)[-1] for mean in grid]) < 2 / 0.1
    kept = grid[slow.all(axis=1)]
    assert running.low[-1] == pytest.approx(kept[0] - 0.001)
    assert running.high[-1] == pytest.approx(kept[-1] + 0.001)


def test_what_is_known_after_a_pair_does_not_depend_on_later_pairs():
    differences = np.random.default_rng(2).uniform(-1, 1, 120)
    whole, part = follow(differences, DECLARED), follow(differences[:50], DECLARED)
    for name in ("mean", "low", "high"):
        np.testing.assert_array_equal(getattr(whole, name)[:50], getattr(part, name))


def test_many_experiments_are_followed_at_once_as_if_alone():
    differences = np.random.default_rng(3).uniform(-1, 1, (7, 40))
    together = log_stakes(differences, DECLARED)
    for row in range(7):
        np.testing.assert_array_equal(together[0][row], log_stakes(differences[row], DECLARED)[0])


def test_exchanging_the_models_exchanges_the_decision():
    better = np.tile([0.4, -0.1], 200)
    one, other = decide(better, DECLARED), decide(-better, Declaration(allowed_harm=0.9))
    assert (one.outcome, other.outcome) == ("challenger_better", "champion_better")
    assert (one.pairs, one.low, one.high) == (other.pairs, -other.high, -other.low)


def test_the_first_decision_stands_whatever_comes_later():
    found = decide(np.tile([0.4, -0.1], 100), DECLARED)
    turned = decide(np.concatenate([np.tile([0.4, -0.1], 100), np.full(200, -1.0)]), DECLARED)
    assert found == turned
    assert found.pairs < 200


def test_nobody_is_better_before_the_least_pairs():
    assert decide(np.full(49, 1.0), DECLARED).outcome == "undecided"
    assert decide(np.full(60, 1.0), DECLARED).pairs == 50


def test_harm_ends_an_experiment_before_the_least_pairs():
    found = decide(np.full(400, -1.0), DECLARED)
    assert found.outcome == "harmful"
    assert found.pairs < 50
    assert found.high <= -DECLARED.allowed_harm
    assert decide(np.full(400, -1.0), Declaration(allowed_harm=0.99)).outcome == "champion_better"


def test_an_experiment_ends_with_its_most_pairs():
    even = np.tile([0.1, -0.1], 300)
    assert decide(even[:399], DECLARED).outcome == "undecided"
    found = decide(even, DECLARED)
    assert (found.outcome, found.pairs) == ("no_difference", 400)
    assert found.mean == pytest.approx(0.0)


def test_without_pairs_nothing_is_known():
    found = decide(np.zeros(0), DECLARED)
    assert (found.outcome, found.pairs, found.mean, found.low, found.high) == ("undecided", 0, None, -1.0, 1.0)


def test_of_models_that_never_differ_neither_is_better():
    assert decide(np.zeros(400), DECLARED).outcome == "no_difference"


@pytest.mark.parametrize("difference", [1.5, -1.5, math.nan])
def test_pairs_that_were_not_clipped_are_refused(difference: float):
    with pytest.raises(UsageError, match="within ± 1"):
        decide(np.array([0.0, difference]), DECLARED)


def test_a_pair_is_of_one_video():
    with pytest.raises(UsageError, match="two finite ln errors of one video"):
        paired_differences(np.ones(3), np.ones(2), 1.0)
    with pytest.raises(UsageError, match="two finite ln errors of one video"):
        paired_differences(np.ones(2), np.array([1.0, np.inf]), 1.0)


@pytest.mark.parametrize(
    "wrong",
    [
        {"alpha": 0.0},
        {"alpha": 1.0},
        {"least_pairs": 0},
        {"least_pairs": 401},
        {"clip": 0.0},
        {"clip": math.inf},
        {"allowed_harm": 1.0},
        {"allowed_harm": -0.1},
        {"alpha": math.nan},
    ],
)
def test_a_declaration_that_cannot_be_meant_is_refused(wrong: dict[str, Any]):
    with pytest.raises(UsageError, match="a declaration has"):
        Declaration(**wrong)


def test_looking_after_every_video_calls_equal_models_different_in_one_of_twenty_at_most():
    stakes = log_stakes(experiments(np.random.default_rng(4), 2000, gain=0.0, correlation=0.9), DECLARED)
    wrong = sum((stake.max(axis=1) >= math.log(2 / 0.05)).mean() for stake in stakes)
    assert 0.005 < wrong <= 0.05


def test_a_gain_of_a_tenth_is_found_within_four_hundred_videos_four_times_in_five():
    stakes, _ = log_stakes(experiments(np.random.default_rng(5), 1000, gain=0.1, correlation=0.9), DECLARED)
    assert (stakes.max(axis=1) >= math.log(2 / 0.05)).mean() >= 0.8


def test_a_gain_that_comes_and_goes_is_no_gain():
    """What could be expected is known in advance and changes sign; its running mean never exceeds 0."""
    rng = np.random.default_rng(6)
    drift = np.where(np.arange(400) % 100 < 50, -0.2, 0.2)
    differences = np.clip(drift + rng.normal(0.0, 0.3, (2000, 400)), -1, 1)
    stakes, _ = log_stakes(differences, DECLARED)
    assert (stakes.max(axis=1) >= math.log(2 / 0.05)).mean() <= 0.025
