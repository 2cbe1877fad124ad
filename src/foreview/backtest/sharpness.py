"""What a distribution of its own for every video is worth, against one width, or one shape, for all of them.

The other uncertainty is the best of its kind in hindsight: chosen on the outcomes it is scored on. No calibration could have made a better
one, conformal prediction with a constant width (Lei et al. 2018, algorithm 2) included, so a ratio against it is never flattering.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from foreview.backtest.columns import LN_GRID, ln_numbers, ln_quantiles
from foreview.metrics.bootstrap import Estimate, bootstrap_means
from foreview.metrics.interval import crps_losses, interval_losses
from foreview.metrics.point import Floats, Strings
from foreview.vocabulary import INTERVALS


@dataclass(frozen=True, slots=True)
class ScoreRatio:
    """Mean score [ln units] of the forecasts over that of another uncertainty on the same rows; below 1 the forecasts are better.

    ``score`` is ``interval_50``, ``interval_80``, ``interval_95`` (mean interval score) or ``crps``. ``against`` is
    ``constant_width``: the forecasts' own points ± one width for all; ``residuals``: the same points with one shape for all; or a baseline,
    whose points have one shape for all.
    """

    score: str
    against: str
    rows: int
    forecast: float
    other: float
    ratio: Estimate


def sharpness(rows: pl.DataFrame, clusters: Strings, *, seed: int = 0) -> tuple[ScoreRatio, ...]:
    """Return the ratios against the forecasts' own points, for n predictions of one target and issue age (at least one).

    ``clusters`` (n) is what the paired bootstrap draws; the other uncertainty is not chosen again in each draw.
    """
    actual, point = ln_numbers(rows, "actual"), ln_numbers(rows, "point")
    names, losses = [], []
    for level, (low, high) in INTERVALS.items():
        width = best_width(actual - point, level / 100)
        names.append((f"interval_{level}", "constant_width"))
        losses += [
            interval_losses(actual, ln_numbers(rows, low), ln_numbers(rows, high), level / 100),
            interval_losses(actual, point - width, point + width, level / 100),
        ]
    names.append(("crps", "residuals"))
    losses += _crps_pair(rows, "point")
    return _ratios(names, losses, clusters, seed)


def beside_baselines(
    rows: pl.DataFrame, baselines: Sequence[str], clusters: Strings, *, seed: int = 0
) -> tuple[ScoreRatio, ...]:
    """Return the ratio of CRPS against each of ``baselines``, columns that are defined on all n rows."""
    if rows.is_empty() or not baselines:
        return ()
    losses = [column for name in baselines for column in _crps_pair(rows, name)]
    return _ratios([("crps", name) for name in baselines], losses, clusters, seed)


def best_width(residuals: Floats, level: float) -> float:
    """Return the half width that gives n residuals the lowest mean interval score of ``level``: a quantile of their size.

    Examples
    --------
    >>> best_width(np.array([-1.0, 2.0, -3.0, 4.0]), 0.5)
    2.0

    """
    return float(np.quantile(np.abs(residuals), level, method="inverted_cdf"))


def best_shape(residuals: Floats) -> Floats:
    """Return the offsets of the served quantiles (7) that give n residuals the lowest CRPS on their grid: their own quantiles.

    Examples
    --------
    >>> best_shape(np.array([-1.0, 0.0, 4.0])).tolist()
    [-1.0, -1.0, -1.0, 0.0, 4.0, 4.0, 4.0]

    """
    found: Floats = np.quantile(residuals, LN_GRID, method="inverted_cdf")
    return found


def _crps_pair(rows: pl.DataFrame, point: str) -> list[Floats]:
    """Return the CRPS of each row: of the forecasts, and of the points in a column with the best shape around them."""
    actual, centre = ln_numbers(rows, "actual"), ln_numbers(rows, point)
    served = ln_quantiles(rows)
    around = centre[:, None] + best_shape(actual - centre)
    return [crps_losses(actual, served, LN_GRID), crps_losses(actual, around, LN_GRID)]


def _ratios(
    names: Sequence[tuple[str, str]], losses: Sequence[Floats], clusters: Strings, seed: int
) -> tuple[ScoreRatio, ...]:
    """Return a ratio a name; ``losses`` holds two columns for each, that of the forecasts and that of the other."""
    means = bootstrap_means(np.column_stack(losses), clusters, seed=seed)
    return tuple(
        ScoreRatio(
            score,
            against,
            len(clusters),
            float(means.means[at]),
            float(means.means[at + 1]),
            means.ratio(at, at + 1),
        )
        for at, (score, against) in zip(range(0, len(losses), 2), names, strict=True)
    )
