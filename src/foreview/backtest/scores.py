"""Every score of a backtest, always by format, issue age and target, and against every baseline on the same rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import polars as pl

from foreview.backtest.class_scores import ClassScores, WayScores, beats_typical, class_scores, way_scores
from foreview.metrics.bootstrap import BootstrapMeans, Estimate, bootstrap_means
from foreview.metrics.interval import Share, coverage, crps_from_quantiles, expected_share, interval_score, pinball
from foreview.metrics.point import (
    Floats,
    GroupedCorrelation,
    ln_errors,
    mae_ln,
    median_ape,
    mrse,
    relative_errors,
    spearman_within,
)
from foreview.metrics.ranking import Reliability, reliability
from foreview.options import Progress, silent
from foreview.vocabulary import FORMATS, INTERVALS, QUANTILES, TARGETS

POINTS: Final = {
    "forecast": ("point", "point_mrse"),
    "typical": ("typical", "typical"),
    "szabo_huberman": ("szabo_huberman", "szabo_huberman_mrse"),
    "pinto_ml": ("pinto_ml", "pinto_ml"),
    "pinto_mrbf": ("pinto_mrbf", "pinto_mrbf"),
}
"""For each method the column of its point and the column of its point for relative squared error."""
SMALLEST: Final = {"views_7d": 1.0, "views_30d": 1.0, "engagement_rate": 0.1, "revenue_30d": 0.01}
"""Outcomes below this [unit of the target] have no relative error: it would be all that is seen."""
LN_GRID: Final = np.array(list(QUANTILES.values()))


@dataclass(frozen=True, slots=True)
class MethodScores:
    """Errors of one method's point. ``mrse`` is of the point made for it where the method has one."""

    method: str
    rows: int
    mae_ln: float
    median_ape: float
    mrse: float
    spearman: GroupedCorrelation
    """Order within channels."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """The forecast against one baseline on the same rows, with 95 % intervals of a paired bootstrap by channel."""

    baseline: str
    mae_ln_difference: Estimate
    """Below 0 when the forecast is better."""
    mae_ln_ratio: Estimate
    """Below 1 when the forecast is better."""
    mrse_ratio: Estimate | None
    """None where no outcome is large enough for a relative error."""


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


@dataclass(frozen=True, slots=True)
class SliceScores:
    """All scores of one format (or ``all``), issue age [d] and target."""

    format: str
    issue_age_days: float
    target: str
    rows: int
    """Forecasts with an outcome that was not already known at the issue time."""
    observed: int
    """Left out: forecasts whose outcome was known already."""
    served: dict[str, int]
    """Rows by model_type."""
    alone: MethodScores
    """The forecast on all rows."""
    compared: tuple[MethodScores, ...]
    """Every method on the rows where all of them are defined."""
    comparisons: tuple[Comparison, ...]
    crps_ln: float
    pinball_ln: dict[str, float]
    intervals: tuple[IntervalScores, ...]
    quantiles: tuple[QuantileScores, ...]
    classes: tuple[ClassScores, ...]
    """Of what is served. Empty where the bounds of the classes were not given."""
    class_sources: dict[str, int]
    """Rows by where their class probabilities are from."""
    ways: tuple[WayScores, ...]
    """The ways to the class probabilities side by side; empty where the forecasts do not tell them apart."""
    beats_typical: ClassScores
    confidence: Reliability
    """Of the probability that the outcome lies within a factor of two of the point."""


def score(predictions: pl.DataFrame, *, seed: int = 0, progress: Progress = silent) -> tuple[SliceScores, ...]:
    """Return the scores of ``predictions`` (see :class:`~foreview.backtest.replay.Backtest`), slice by slice.

    Slices come by target, issue age and format, ``all`` formats first where there are two. Slices whose outcomes were all
    known already are left out.
    """
    ages = predictions["issue_age_days"].unique().sort().to_list()
    wanted = [(target, age) for target in TARGETS for age in ages]
    found = []
    for done, (target, age) in enumerate(wanted):
        progress("score", done, len(wanted))
        rows = predictions.filter((pl.col("target") == target) & (pl.col("issue_age_days") == age))
        formats = [name for name in FORMATS if (rows["format"] == name).any()]
        for name in ["all", *formats] if len(formats) > 1 else formats:
            part = rows if name == "all" else rows.filter(pl.col("format") == name)
            if (part["model_type"] != "observed").any():
                found.append(_score_slice(name, part, seed))
    progress("score", len(wanted), len(wanted))
    return tuple(found)


def _score_slice(name: str, everything: pl.DataFrame, seed: int) -> SliceScores:
    rows = everything.filter(pl.col("model_type") != "observed")
    methods = [m for m, (point, _) in POINTS.items() if rows[point].null_count() < rows.height]
    compared = rows.drop_nulls([POINTS[m][0] for m in methods])
    return SliceScores(
        format=name,
        issue_age_days=rows["issue_age_days"][0],
        target=rows["target"][0],
        rows=rows.height,
        observed=everything.height - rows.height,
        served=dict(rows.group_by("model_type").len().sort("model_type").iter_rows()),
        alone=_method_scores(rows, "forecast"),
        compared=tuple(_method_scores(compared, method) for method in methods),
        comparisons=_comparisons(compared, methods, seed),
        crps_ln=crps_from_quantiles(_ln(rows, "actual"), _ln_quantiles(rows), LN_GRID),
        pinball_ln={q: pinball(_ln(rows, "actual"), _ln(rows, q), p) for q, p in QUANTILES.items()},
        intervals=tuple(_interval_scores(rows, level) for level in INTERVALS),
        quantiles=tuple(_quantile_scores(rows, name) for name in QUANTILES),
        classes=class_scores(rows),
        class_sources=_class_sources(rows),
        ways=way_scores(rows, _clusters(rows), seed=seed),
        beats_typical=beats_typical(rows),
        confidence=_confidence(rows),
    )


def _method_scores(rows: pl.DataFrame, method: str) -> MethodScores:
    point, fair = POINTS[method]
    large = rows.filter(pl.col("actual") >= _smallest(rows))
    owned = rows.filter(pl.col("channel_id").is_not_null())
    return MethodScores(
        method=method,
        rows=rows.height,
        mae_ln=mae_ln(_numbers(rows, "actual"), _numbers(rows, point)),
        median_ape=median_ape(_numbers(large, "actual"), _numbers(large, point)),
        mrse=mrse(_numbers(large, "actual"), _numbers(large, fair)),
        spearman=spearman_within(_numbers(owned, "actual"), _numbers(owned, point), owned["channel_id"].to_numpy()),
    )


def _comparisons(rows: pl.DataFrame, methods: list[str], seed: int) -> tuple[Comparison, ...]:
    if rows.is_empty():
        return ()
    large = rows.filter(pl.col("actual") >= _smallest(rows))
    actual = _numbers(rows, "actual")
    ln_losses = np.column_stack([ln_errors(actual, _numbers(rows, POINTS[m][0])) for m in methods])
    ln_means = bootstrap_means(ln_losses, _clusters(rows), seed=seed)
    relative_means: BootstrapMeans | None = None
    if not large.is_empty():
        actual = _numbers(large, "actual")
        squares = [relative_errors(actual, _numbers(large, POINTS[m][1])) ** 2 for m in methods]
        relative_means = bootstrap_means(np.column_stack(squares), _clusters(large), seed=seed)
    return tuple(
        Comparison(
            baseline=method,
            mae_ln_difference=ln_means.difference(0, other),
            mae_ln_ratio=ln_means.ratio(0, other),
            mrse_ratio=relative_means.ratio(0, other) if relative_means else None,
        )
        for other, method in enumerate(methods)
        if other
    )


def _interval_scores(rows: pl.DataFrame, level: int) -> IntervalScores:
    low, high = INTERVALS[level]
    covered = coverage(_numbers(rows, "actual"), _numbers(rows, low), _numbers(rows, high))
    below, above = _ln(rows, low), _ln(rows, high)
    score_ln = interval_score(_ln(rows, "actual"), below, above, level / 100)
    return IntervalScores(level, covered, score_ln, float(np.median(above - below)))


def _quantile_scores(rows: pl.DataFrame, name: str) -> QuantileScores:
    actual, quantile, promised = _numbers(rows, "actual"), _numbers(rows, name), QUANTILES[name]
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


def _class_sources(rows: pl.DataFrame) -> dict[str, int]:
    if "class_source" not in rows.columns:
        return {}
    return dict(rows.group_by("class_source").len().sort("class_source").iter_rows())


def _confidence(rows: pl.DataFrame) -> Reliability:
    known = rows.drop_nulls("confidence")
    actual, point = _numbers(known, "actual"), _numbers(known, "point")
    return reliability((point / 2 <= actual) & (actual <= 2 * point), _numbers(known, "confidence"))


def _smallest(rows: pl.DataFrame) -> float:
    return SMALLEST[rows["target"][0]] if rows.height else 0.0


def _clusters(rows: pl.DataFrame) -> npt.NDArray[np.object_]:
    owner = pl.coalesce("channel_id", pl.format("video {}", "video_id"))
    return rows.select(owner.rank("dense")).to_series().to_numpy()


def _numbers(rows: pl.DataFrame, column: str) -> Floats:
    return rows[column].cast(pl.Float64).to_numpy().astype(np.float64)


def _ln(rows: pl.DataFrame, column: str) -> Floats:
    return np.log1p(_numbers(rows, column))


def _ln_quantiles(rows: pl.DataFrame) -> Floats:
    return np.column_stack([_ln(rows, name) for name in QUANTILES])
