"""Probabilities: order and calibration, with scikit-learn as oracle."""

from __future__ import annotations

import math

import numpy as np
import pytest
from sklearn.metrics import brier_score_loss, roc_auc_score

from foreview.errors import UsageError
from foreview.metrics.ranking import auc, brier, reliability


def test_auc_is_scikit_learns_with_ties():
    rng = np.random.default_rng(0)
    happened, score = rng.random(500) < 0.3, rng.integers(0, 20, 500) / 20
    assert auc(happened, score) == pytest.approx(roc_auc_score(happened, score))


def test_auc_of_one_outcome_only_does_not_exist():
    assert math.isnan(auc(np.array([True, True]), np.array([0.1, 0.2])))


def test_brier_is_scikit_learns():
    rng = np.random.default_rng(1)
    happened, probability = rng.random(300) < 0.4, rng.random(300)
    assert brier(happened, probability) == pytest.approx(brier_score_loss(happened, probability))


def test_true_probabilities_are_calibrated_and_exaggerated_ones_are_not():
    rng = np.random.default_rng(2)
    probability = rng.random(100_000)
    happened = rng.random(100_000) < probability
    exaggerated = np.clip(0.5 + 1.5 * (probability - 0.5), 0, 1)
    assert reliability(happened, probability).error < 0.01
    assert reliability(happened, exaggerated).error == pytest.approx(0.1, abs=0.03)
    assert brier(happened, probability) < brier(happened, exaggerated)


def test_certainty_falls_into_the_last_tenth():
    found = reliability(np.array([True, True, False]), np.array([1.0, 0.95, 0.0]))
    assert [(b.mean_probability, b.share_happened, b.n) for b in found.bins] == [(0.0, 0.0, 1), (0.975, 1.0, 2)]


def test_a_percentage_is_not_a_probability():
    with pytest.raises(UsageError, match="between 0 and 1"):
        brier(np.array([True]), np.array([70.0]))
