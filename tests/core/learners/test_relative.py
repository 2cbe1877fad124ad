"""The point for relative errors, on growths whose best point is known."""

import numpy as np
import pytest

from foreview.learners.relative import fit_relative, predict_relative
from foreview.metrics.point import mrse, mrse_point


def drawn(n: int, seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """One column that says how widely growth (> 1) is spread, the growth, and what it may be, equally likely (n, 2)."""
    rng = np.random.default_rng(seed)
    wide = rng.integers(0, 2, n).astype(np.float64)
    possible = np.stack([np.full(n, 1.5), np.where(wide > 0, 8.0, 2.0)], axis=1)
    growth = possible[np.arange(n), rng.integers(0, 2, n)]
    return wide.astype(np.float32)[:, None], growth, possible


def test_the_fitted_growth_is_the_one_that_minimises_the_relative_squared_error():
    rows, growth, _ = drawn(6000, seed=1)
    later, actual, possible = drawn(2000, seed=2)
    found = predict_relative(fit_relative(rows, growth, seed=0, threads=1), later)
    best = mrse_point(possible)
    assert found == pytest.approx(best, rel=0.05)
    assert mrse(actual, found) < 1.01 * mrse(actual, best) < 0.9 * mrse(actual, possible.mean(axis=1))


def test_what_is_counted_stays_counted():
    growth = np.full(200, 0.5)
    rows = np.random.default_rng(0).normal(size=(200, 1)).astype(np.float32)
    assert (predict_relative(fit_relative(rows, growth, seed=0, threads=1), rows) == 1.0).all()
