"""Losses of class probabilities against scikit-learn's and by hand."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import log_loss

from foreview.errors import UsageError
from foreview.metrics.classes import FLOOR, brier_scores, log_losses

RNG = np.random.default_rng(0)
CAME = RNG.integers(0, 3, 500)
SAID = RNG.dirichlet(np.ones(3), 500)


def test_the_mean_log_loss_is_that_of_scikit_learn():
    assert log_losses(CAME, SAID).mean() == pytest.approx(log_loss(CAME, SAID))


def test_the_brier_score_is_a_sum_over_the_classes():
    slow = [sum((p - (k == came)) ** 2 for k, p in enumerate(row)) for came, row in zip(CAME, SAID, strict=True)]
    assert brier_scores(CAME, SAID).tolist() == pytest.approx(slow)


def test_the_truth_has_the_lowest_loss_of_all():
    law = np.array([0.2, 0.5, 0.3])
    came = RNG.choice(3, 20_000, p=law)
    for loss in (log_losses, brier_scores):
        true, other = (loss(came, np.tile(p, (came.size, 1))).mean() for p in (law, law[[0, 2, 1]]))
        assert true < other


def test_one_row_that_was_said_to_be_impossible_does_not_cost_infinitely_much():
    found = log_losses(np.array([0]), np.array([[0.0, 0.5, 0.5]]))
    assert found.tolist() == [-np.log(FLOOR)]


@pytest.mark.parametrize("said", [np.array([[0.5, 0.4, 0.0]]), np.full((2, 3), 1 / 3)])
def test_what_are_not_probabilities_of_each_row_is_refused(said):
    with pytest.raises(UsageError, match="sum to 1"):
        log_losses(np.array([0]), said)
