"""The chance of anything at all, and its correction by later outcomes."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from foreview.learners.chance import calibrated, fit_chance, predict_chance

N = 4_000


def logistic(x: np.ndarray) -> np.ndarray:
    found: np.ndarray = 1 / (1 + np.exp(-x))
    return found


def drawn(seed: int) -> tuple[pl.DataFrame, np.ndarray, np.ndarray]:
    """Feature, outcome and true probability of N rows."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=N)
    true = logistic(1.0 + 1.5 * x)
    return pl.DataFrame({"x": x}), (rng.random(N) < true).astype(np.float64), true


def test_a_chance_that_was_told_half_of_what_happened_is_put_right_by_later_outcomes():
    table, happened, _ = drawn(0)
    half = np.where(np.arange(N) % 2 == 0, 0.0, happened)
    distorted = fit_chance(table, half, seed=0, threads=1)
    later, came, true = drawn(1)
    before = np.abs(predict_chance(distorted, later) - true).mean()
    found = predict_chance(calibrated(distorted, later, came), later)
    assert found.mean() == pytest.approx(came.mean(), abs=1e-3)
    assert np.abs(found - true).mean() < before / 3


def test_the_correction_is_where_the_smoothed_likelihood_is_highest():
    table, happened, _ = drawn(2)
    chance = fit_chance(table, happened, seed=0, threads=1)
    found = calibrated(chance, table, happened)
    target = np.where(happened > 0, (happened.sum() + 1) / (happened.sum() + 2), 1 / (N - happened.sum() + 2))

    def likelihood(intercept: float, slope: float) -> float:
        said = predict_chance(replace(chance, intercept=intercept, slope=slope), table)
        return float((target * np.log(said) + (1 - target) * np.log1p(-said)).sum())

    best = likelihood(found.intercept, found.slope)
    for step in (0.01, -0.01):
        assert likelihood(found.intercept + step, found.slope) < best
        assert likelihood(found.intercept, found.slope + step) < best


def test_outcomes_that_never_mix_leave_a_finite_correction():
    table = pl.DataFrame({"x": [0.0] * 50 + [1.0] * 50})
    happened = np.repeat([0.0, 1.0], 50)
    found = calibrated(fit_chance(table, happened, seed=0, threads=1), table, happened)
    assert predict_chance(found, table)[[0, -1]] == pytest.approx([1 / 52, 51 / 52], abs=1e-3)
