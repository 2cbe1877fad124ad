"""Pinto MRBF against a slow oracle, and where there is little to learn from."""

from __future__ import annotations

import math

import numpy as np
import pytest

from foreview.errors import NotEnoughHistory, UsageError
from foreview.learners import pinto_mrbf
from foreview.learners.baselines import daily_increments, fit_pinto_ml, predict_pinto_ml
from foreview.learners.pinto_mrbf import CENTRES, RIDGE, PintoMRBF, fit_pinto_mrbf, predict_pinto_mrbf
from foreview.metrics.point import mrse


def _world(n: int = 300, days: int = 3, seed: int = 0):
    rng = np.random.default_rng(seed)
    counts = np.cumsum(np.floor(rng.lognormal(3, 1, (n, days))) + 1, axis=1)
    return counts, np.ceil(counts[:, -1] * np.exp(np.abs(rng.normal(0.5, 0.4, n))))


def _slow_points(fitted: PintoMRBF, counts: np.ndarray) -> list[float]:
    points = []
    for row in daily_increments(counts).tolist():
        total = sum(weight * views for weight, views in zip(fitted.weights, row, strict=True))
        for centre, weight in zip(fitted.centres.tolist(), fitted.likeness, strict=True):
            total += weight * math.exp(-(math.dist(row, centre) ** 2) / (2 * fitted.width**2))
        points.append(max(total, 0.0))
    return points


def _slow_weights(fitted: PintoMRBF, counts: np.ndarray, outcomes: np.ndarray) -> np.ndarray:
    """Ridge as ordinary least squares with one more row for each weight that is held small."""
    rows = daily_increments(counts)
    alike = [
        [math.exp(-(math.dist(row, centre) ** 2) / (2 * fitted.width**2)) for centre in fitted.centres] for row in rows
    ]
    relative = np.column_stack([rows, alike]) / outcomes[:, None]
    scale = np.sqrt((relative**2).mean(axis=0))
    days = rows.shape[1]
    held = math.sqrt(RIDGE * len(rows)) * np.diag(scale)[days:]
    design = np.concatenate([relative, held])
    wanted = np.concatenate([np.ones(len(rows)), np.zeros(len(held))])
    solved: np.ndarray = np.linalg.lstsq(design, wanted, rcond=None)[0]
    return solved


def test_points_are_those_of_the_formula():
    counts, outcomes = _world()
    fitted = fit_pinto_mrbf(counts, outcomes)
    assert predict_pinto_mrbf(fitted, counts) == pytest.approx(_slow_points(fitted, counts), rel=1e-9)


def test_weights_are_the_ridge_of_the_relative_error():
    counts, outcomes = _world()
    fitted = fit_pinto_mrbf(counts, outcomes)
    slow = _slow_weights(fitted, counts, outcomes)
    points = _slow_points(PintoMRBF(slow[:3], slow[3:], fitted.centres, fitted.width), counts)
    assert predict_pinto_mrbf(fitted, counts) == pytest.approx(points, rel=1e-6)
    assert fitted.weights == pytest.approx(slow[:3], rel=1e-5)


def test_rows_summed_in_parts_give_the_same_model(monkeypatch):
    counts, outcomes = _world()
    whole = predict_pinto_mrbf(fit_pinto_mrbf(counts, outcomes), counts)
    monkeypatch.setattr(pinto_mrbf, "_CHUNK", 7)
    assert predict_pinto_mrbf(fit_pinto_mrbf(counts, outcomes), counts) == pytest.approx(whole, rel=1e-6)


def test_centres_are_training_videos_and_bounded_in_number():
    counts, outcomes = _world(2_000)
    fitted = fit_pinto_mrbf(counts, outcomes)
    rows = {tuple(row) for row in daily_increments(counts).tolist()}
    assert {tuple(centre) for centre in fitted.centres.tolist()} <= rows
    assert len(fitted.centres) in CENTRES


def test_a_bend_that_no_weights_of_days_can_follow_is_followed():
    rng = np.random.default_rng(1)
    counts = rng.uniform(1, 100, (3_000, 1))
    outcomes = counts[:, 0] + 400 * np.exp(-((counts[:, 0] - 50) ** 2) / 200) + 1
    linear = mrse(outcomes, predict_pinto_ml(fit_pinto_ml(counts, outcomes), counts))
    bent = mrse(outcomes, predict_pinto_mrbf(fit_pinto_mrbf(counts, outcomes), counts))
    assert bent < 0.2 * linear


def test_a_linear_world_stays_linear():
    counts, _ = _world(500)
    outcomes = daily_increments(counts) @ np.array([1.5, 2.0, 4.0])
    fitted = fit_pinto_mrbf(counts, outcomes)
    assert fitted.weights == pytest.approx([1.5, 2.0, 4.0], rel=1e-6)
    assert predict_pinto_mrbf(fitted, counts) == pytest.approx(outcomes, rel=1e-6)


def test_equal_seeds_give_equal_models_and_others_draw_others():
    counts, outcomes = _world()
    one, same, other = (fit_pinto_mrbf(counts, outcomes, seed=seed) for seed in (3, 3, 4))
    assert one.centres.tolist() == same.centres.tolist() != other.centres.tolist()
    assert one.likeness.tolist() == same.likeness.tolist()


def test_videos_that_are_all_the_same_are_forecast_as_they_went():
    counts, outcomes = np.tile([[4.0, 6.0]], (40, 1)), np.full(40, 30.0)
    assert predict_pinto_mrbf(fit_pinto_mrbf(counts, outcomes), counts[:1]) == pytest.approx([30.0])


def test_a_single_video_is_enough_for_one_day():
    fitted = fit_pinto_mrbf(np.array([[5.0]]), np.array([10.0]))
    assert predict_pinto_mrbf(fitted, np.array([[5.0]])) == pytest.approx([10.0])


def test_nothing_asked_is_nothing_answered_and_no_sum_is_negative():
    fitted = PintoMRBF(np.array([2.0]), np.array([-50.0]), np.array([[3.0]]), 1.0)
    assert predict_pinto_mrbf(fitted, np.zeros((0, 1))).tolist() == []
    assert predict_pinto_mrbf(fitted, np.array([[3.0], [1e9]])).tolist() == [0.0, 2e9]


def test_what_pinto_ml_refuses_is_refused():
    with pytest.raises(NotEnoughHistory, match="found 1 for 2"):
        fit_pinto_mrbf(np.array([[1.0, 2.0]]), np.array([3.0]))
    with pytest.raises(UsageError, match="at least 1"):
        fit_pinto_mrbf(np.array([[2.0]]), np.array([0.0]))
