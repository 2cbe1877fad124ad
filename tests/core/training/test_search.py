"""Which hyperparameters are tried next, which trials are stopped, and which one wins."""

from __future__ import annotations

from dataclasses import asdict, replace

import numpy as np
import pytest

from foreview.options import DEFAULTS, Hyperparameters
from foreview.training.search import RANDOM_TRIALS, SPACE, Trial, best_of, is_hopeless, proposed


def trial(number: int, *means: float, state="finished", tuned: Hyperparameters = DEFAULTS) -> Trial:
    """A trial whose two targets have these means at each origin."""
    return Trial(number, state, tuned, tuple({"views_7d": mean - 0.1, "views_30d": mean + 0.1} for mean in means))


def searched(n: int, seed: int, loss) -> list[Trial]:
    """What a study finds where a trial's value is ``loss`` of its hyperparameters."""
    trials: list[Trial] = []
    for number in range(n):
        tuned = proposed(trials, seed)
        trials.append(trial(number, loss(tuned), tuned=tuned))
    return trials


def distance(tuned: Hyperparameters) -> float:
    """Smallest, 1, at 0.6 of the usual rate with the least conceivable weight of the parent."""
    return float(1 + abs(np.log(tuned.xgb_rate / 0.6)) + np.log(tuned.parent_weight / 10) / 3)


def test_the_value_of_a_trial_is_the_mean_over_targets_and_origins():
    assert trial(0, 0.5, 0.7).means == pytest.approx((0.5, 0.7))
    assert trial(0, 0.5, 0.7).value == pytest.approx(0.6)


def test_the_first_trial_is_the_defaults():
    assert proposed([], seed=7) == DEFAULTS


def test_a_proposal_follows_from_the_trials_and_the_seed_alone():
    trials = searched(RANDOM_TRIALS + 3, seed=1, loss=distance)
    np.random.seed(0)  # noqa: NPY002  (the state that must not matter)
    assert proposed(trials, seed=1) == proposed(list(trials), seed=1)
    assert proposed(trials, seed=1) != proposed(trials, seed=2)
    assert proposed(trials, seed=1) != proposed([*trials[:-1], trial(12, 9.0, tuned=trials[-1].hyperparameters)], 1)


def test_a_stopped_trial_is_learnt_from_too():
    trials = searched(RANDOM_TRIALS + 3, seed=1, loss=distance)
    stopped = [trials[0], *(replace(found, state="stopped") for found in trials[1:])]
    assert proposed(stopped, seed=1) not in (proposed(trials, seed=1), proposed(trials[:1], seed=1))


def test_proposals_stay_within_the_space_and_leave_the_rest_alone():
    for found in searched(15, seed=3, loss=distance):
        values = asdict(found.hyperparameters)
        assert all(between.low <= values[name] <= between.high for name, between in SPACE.items())
        assert found.hyperparameters.forest_trees == DEFAULTS.forest_trees
        assert all(type(values[name]) is int for name, between in SPACE.items() if between.steps == "whole")


def test_the_defaults_lie_inside_the_space():
    values = asdict(DEFAULTS)
    assert all(between.low <= values[name] <= between.high for name, between in SPACE.items())


def test_sizes_of_slow_members_are_tried_in_doublings():
    tried = {
        (found.hyperparameters.boosting_size, found.hyperparameters.boosting_leaves)
        for found in searched(15, 3, distance)
    }
    assert tried <= {(size, leaves) for size in (0.5, 1.0, 2.0) for leaves in (0.5, 1.0)}
    assert len(tried) > 2


def test_proposals_come_to_lie_where_trials_were_good():
    found = searched(40, seed=0, loss=distance)
    early, late = found[1:RANDOM_TRIALS], found[-10:]
    assert np.median([trial.value for trial in late]) < min(trial.value for trial in early)


def test_a_trial_no_better_than_the_defaults_at_one_origin_is_stopped_there():
    trials = [trial(0, 0.5, 0.7, 0.6)]
    assert not is_hopeless([0.4], trials)
    assert is_hopeless([0.5], trials)
    assert is_hopeless([0.1, 0.71], trials)


def test_the_defaults_are_never_stopped():
    assert not is_hopeless([9.0], [])


def test_a_trial_behind_the_median_over_the_same_origins_is_stopped():
    trials = [trial(0, 0.5, 0.9, 0.9), *(trial(n, 0.3, 0.5, state="stopped") for n in (1, 2, 3))]
    assert not is_hopeless([0.3, 0.5], trials)
    assert not is_hopeless([0.2, 0.6], trials)
    assert is_hopeless([0.2, 0.61], trials)
    assert not is_hopeless([0.2, 0.61], trials[:-1])  # a median of three says little


def test_the_best_beats_the_defaults_at_every_origin():
    defaults = trial(0, 0.5, 0.5)
    lucky, steady, better = trial(1, 0.1, 0.51), trial(2, 0.49, 0.49), trial(3, 0.48, 0.49)
    assert best_of([defaults, lucky]) == defaults
    assert best_of([defaults, lucky, steady, better]) == better


def test_a_stopped_trial_never_wins():
    defaults = trial(0, 0.5, 0.5)
    assert best_of([defaults, trial(1, 0.1, state="stopped")]) == defaults
