"""Ratios to plainer uncertainty, against brute force and closed forms."""

from __future__ import annotations

import math

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import brentq
from scipy.stats import norm

from foreview.backtest.columns import LN_GRID
from foreview.backtest.sharpness import ScoreRatio, beside_baselines, best_shape, best_width, sharpness
from foreview.metrics.interval import crps_from_quantiles, interval_score
from foreview.vocabulary import INTERVALS, QUANTILES

RESIDUALS = st.lists(st.integers(-40, 40).map(lambda tenth: tenth / 10), min_size=1, max_size=30).map(np.array)
NARROW, WIDE = 0.3, 1.2


def predictions(
    points: list[float], quantiles: list[list[float]], actual: list[float], **baselines: list[float]
) -> pl.DataFrame:
    """Everything is given on the scale ln(1+y)."""
    columns = {"point": points, "actual": actual, **baselines}
    columns |= {name: [row[at] for row in quantiles] for at, name in enumerate(QUANTILES)}
    frame = pl.DataFrame(columns)
    return frame.with_columns(pl.all().exp() - 1)


def of_normals(spread: np.ndarray, served: np.ndarray, seed: int = 0) -> pl.DataFrame:
    """Outcomes N(8, spread²), forecast as N(8, served²)."""
    actual = 8 + spread * np.random.default_rng(seed).standard_normal(spread.size)
    quantiles = 8 + served[:, None] * norm.ppf(LN_GRID)
    return predictions([8.0] * spread.size, quantiles.tolist(), actual.tolist())


def by_name(found: tuple[ScoreRatio, ...]) -> dict[tuple[str, str], ScoreRatio]:
    return {(ratio.score, ratio.against): ratio for ratio in found}


@given(RESIDUALS, st.sampled_from([0.5, 0.8, 0.95]))
def test_no_constant_width_has_a_lower_interval_score_than_the_best(residuals, level):
    def score(half: float) -> float:
        return interval_score(residuals, np.full(residuals.size, -half), np.full(residuals.size, half), level)

    best = score(best_width(residuals, level))
    # The score is linear between sizes of residuals, so its minimum lies at one of them, or at no width at all.
    assert best == pytest.approx(min(score(half) for half in [0.0, *np.abs(residuals)]))


@given(RESIDUALS)
def test_no_single_shape_has_a_lower_crps_than_the_best(residuals):
    def score(offsets: np.ndarray) -> float:
        return crps_from_quantiles(residuals, np.tile(offsets, (residuals.size, 1)), LN_GRID)

    best = best_shape(residuals)
    for at in range(LN_GRID.size):
        for other in residuals:
            assert score(best) <= score(np.where(np.arange(LN_GRID.size) == at, other, best)) + 1e-12


def test_the_ratios_are_those_of_scores_added_up_row_by_row():
    rng = np.random.default_rng(3)
    points = rng.uniform(2, 9, 40)
    quantiles = points[:, None] + np.sort(rng.normal(0, 0.7, (40, 7)), axis=1)
    actual = points + rng.normal(0, 0.5, 40)
    rows = predictions(points.tolist(), quantiles.tolist(), actual.tolist(), typical=[6.0] * 40)
    one_each = np.arange(40).astype(str)
    found = by_name(sharpness(rows, one_each) + beside_baselines(rows, ["typical"], one_each))
    assert [*found] == [
        *((f"interval_{level}", "constant_width") for level in INTERVALS),
        ("crps", "residuals"),
        ("crps", "typical"),
    ]
    for level in INTERVALS:
        tail = (1 - level / 100) / 2
        ends = [min(range(7), key=lambda at: abs(LN_GRID[at] - wanted)) for wanted in (tail, 1 - tail)]
        width = sorted(abs(actual - points))[math.ceil(level / 100 * 40 - 1e-9) - 1]
        own = sum(slow_interval(y, q[ends[0]], q[ends[1]], tail) for y, q in zip(actual, quantiles, strict=True)) / 40
        other = sum(slow_interval(y, p - width, p + width, tail) for y, p in zip(actual, points, strict=True)) / 40
        ratio = found[f"interval_{level}", "constant_width"]
        assert (ratio.forecast, ratio.other, ratio.ratio.value) == pytest.approx((own, other, own / other))
    own = sum(slow_crps(y, q) for y, q in zip(actual, quantiles, strict=True)) / 40
    for name, centres in (("residuals", points), ("typical", np.full(40, 6.0))):
        shape = [sorted(actual - centres)[math.ceil(level * 40 - 1e-9) - 1] for level in LN_GRID]
        other = sum(slow_crps(y, [c + s for s in shape]) for y, c in zip(actual, centres, strict=True)) / 40
        assert (found["crps", name].forecast, found["crps", name].other) == pytest.approx((own, other))


def slow_interval(actual: float, low: float, high: float, tail: float) -> float:
    missed = low - actual if actual < low else actual - high if actual > high else 0.0
    return high - low + missed / tail


def slow_crps(actual: float, quantiles) -> float:
    """Twice the pinball losses, each weighted by the probabilities nearer to its level than to the next."""
    total = 0.0
    for at, (level, quantile) in enumerate(zip(LN_GRID, quantiles, strict=True)):
        below = 0.0 if at == 0 else (LN_GRID[at - 1] + level) / 2
        above = 1.0 if at == 6 else (LN_GRID[at + 1] + level) / 2
        loss = level * (actual - quantile) if actual >= quantile else (1 - level) * (quantile - actual)
        total += 2 * (above - below) * loss
    return total


def test_one_distribution_for_all_never_beats_the_best_in_hindsight():
    spread = np.ones(3000)
    for ratio in sharpness(of_normals(spread, spread), np.arange(3000).astype(str)):
        assert 1 <= ratio.ratio.value < 1.01


def test_knowing_who_is_uncertain_is_worth_what_the_normal_law_says():
    spread = np.tile([NARROW, WIDE], 30_000)
    found = by_name(sharpness(of_normals(spread, spread), (np.arange(spread.size) % 5000).astype(str)))
    for level in INTERVALS:
        assert found[f"interval_{level}", "constant_width"].ratio.value == pytest.approx(law(level / 100), rel=0.01)
    assert found["crps", "residuals"].ratio.high < 1


def law(level: float) -> float:
    """Mean interval score of the true intervals over that of the best constant width, for spreads half narrow, half wide."""

    def beyond(width: float) -> float:
        """E(|residual| − width)+."""
        each = [2 * (s * norm.pdf(width / s) - width * norm.sf(width / s)) for s in (NARROW, WIDE)]
        return float(np.mean(each))

    width = brentq(lambda w: np.mean([2 * norm.sf(w / s) for s in (NARROW, WIDE)]) - (1 - level), 0.01, 10)
    own = 4 * norm.pdf(norm.ppf((1 + level) / 2)) / (1 - level) * np.mean([NARROW, WIDE])
    return float(own / (2 * width + 2 / (1 - level) * beyond(width)))


def test_equal_seeds_give_equal_intervals():
    spread = np.tile([NARROW, WIDE], 100)
    rows, clusters = of_normals(spread, spread), (np.arange(200) % 20).astype(str)
    assert sharpness(rows, clusters, seed=5) == sharpness(rows, clusters, seed=5) != sharpness(rows, clusters, seed=6)


def test_without_rows_or_baselines_there_is_nothing_to_compare():
    rows = of_normals(np.ones(4), np.ones(4))
    assert beside_baselines(rows, [], np.arange(4).astype(str)) == ()
    assert beside_baselines(rows.clear(), ["typical"], np.array([], dtype=str)) == ()
