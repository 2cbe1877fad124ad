"""Scores of the intervals and quantiles of a slice."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from foreview.backtest.columns import ln_numbers, numbers
from foreview.metrics.interval import Share, coverage, expected_share, interval_score
from foreview.vocabulary import INTERVALS, QUANTILES


@dataclass(frozen=True, slots=True)
class IntervalScores:
    """A central interval: what it promises [percent], the share it covered, its mean interval score of ln(1+y)."""

    level: int
    covered: Share
    score_ln: float
    width_ln: float
    """Median width of the interval of ln(1+y)."""


@dataclass(frozen=True, slots=True)
class QuantileScores:
    """A quantile: what share of ``n`` outcomes it promises at or below it, and what share was.

    ``below`` and ``at_or_below`` differ where outcomes lie exactly on it, such as no revenue at all: then what is promised should
    lie between the two. ``expected_low`` and ``expected_high`` are the 95 % binomial band around the promise.
    """

    name: str
    promised: float
    below: float
    at_or_below: float
    expected_low: float
    expected_high: float
    n: int


def interval_scores(rows: pl.DataFrame, level: int) -> IntervalScores:
    """Return the scores of the interval of ``level`` [percent], for at least one prediction of one target."""
    low, high = INTERVALS[level]
    covered = coverage(numbers(rows, "actual"), numbers(rows, low), numbers(rows, high))
    below, above = ln_numbers(rows, low), ln_numbers(rows, high)
    score_ln = interval_score(ln_numbers(rows, "actual"), below, above, level / 100)
    return IntervalScores(level, covered, score_ln, float(np.median(above - below)))


def quantile_scores(rows: pl.DataFrame, name: str) -> QuantileScores:
    """Return what a quantile promised and what was found, for at least one prediction of one target."""
    actual, quantile, promised = numbers(rows, "actual"), numbers(rows, name), QUANTILES[name]
    expected_low, expected_high = expected_share(promised, rows.height)
    return QuantileScores(
        name=name,
        promised=promised,
        below=float((actual < quantile).mean()),
        at_or_below=float((actual <= quantile).mean()),
        expected_low=expected_low,
        expected_high=expected_high,
        n=rows.height,
    )
