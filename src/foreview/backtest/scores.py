"""Every score of a backtest, always by format, issue age and target, and against every baseline on the same rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import polars as pl

from foreview.backtest.class_scores import ClassScores, WayScores, beats_typical, class_scores, way_scores
from foreview.backtest.columns import LN_GRID, ln_numbers, ln_quantiles, numbers
from foreview.backtest.intervals import IntervalScores, QuantileScores, interval_scores, quantile_scores
from foreview.backtest.sharpness import ScoreRatio, beside_baselines, sharpness
from foreview.learners.slices import seen_bucket, slice_names
from foreview.metrics.bootstrap import BootstrapMeans, Estimate, bootstrap_means
from foreview.metrics.interval import crps_from_quantiles, pinball
from foreview.metrics.point import (
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
    sharpness: tuple[ScoreRatio, ...]
    """Interval scores and CRPS over those of plainer uncertainty around the same points, then CRPS over that of each baseline."""
    calibration_videos: int
    """How many videos the release calibrated such forecasts on; 0 where it does not say."""


def score(
    predictions: pl.DataFrame,
    calibrated: Mapping[str, int] | None = None,
    *,
    seed: int = 0,
    progress: Progress = silent,
) -> tuple[SliceScores, ...]:
    """Return the scores of ``predictions`` (see :class:`~foreview.backtest.replay.Backtest`), slice by slice.

    Slices come by target, issue age and format, ``all`` formats first where there are two. Slices whose outcomes were all
    known already are left out. ``calibrated`` says how many videos the release calibrated each ``target/format/days seen`` on.
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
                found.append(_score_slice(name, part, calibrated or {}, seed))
    progress("score", len(wanted), len(wanted))
    return tuple(found)


def _score_slice(name: str, everything: pl.DataFrame, calibrated: Mapping[str, int], seed: int) -> SliceScores:
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
        crps_ln=crps_from_quantiles(ln_numbers(rows, "actual"), ln_quantiles(rows), LN_GRID),
        pinball_ln={q: pinball(ln_numbers(rows, "actual"), ln_numbers(rows, q), p) for q, p in QUANTILES.items()},
        intervals=tuple(interval_scores(rows, level) for level in INTERVALS),
        quantiles=tuple(quantile_scores(rows, name) for name in QUANTILES),
        classes=class_scores(rows),
        class_sources=_class_sources(rows),
        ways=way_scores(rows, _clusters(rows), seed=seed),
        beats_typical=beats_typical(rows),
        confidence=_confidence(rows),
        sharpness=sharpness(rows, _clusters(rows), seed=seed)
        + beside_baselines(compared, methods[1:], _clusters(compared), seed=seed),
        calibration_videos=_calibration_videos(rows, calibrated),
    )


def _calibration_videos(rows: pl.DataFrame, calibrated: Mapping[str, int]) -> int:
    formats = rows["format"].unique().sort().to_numpy()
    seen = seen_bucket(np.full(formats.shape, rows["issue_age_days"][0]))
    return sum(calibrated.get(str(name), 0) for name in slice_names(rows["target"][0], formats, seen))


def _method_scores(rows: pl.DataFrame, method: str) -> MethodScores:
    point, fair = POINTS[method]
    large = rows.filter(pl.col("actual") >= _smallest(rows))
    owned = rows.filter(pl.col("channel_id").is_not_null())
    return MethodScores(
        method=method,
        rows=rows.height,
        mae_ln=mae_ln(numbers(rows, "actual"), numbers(rows, point)),
        median_ape=median_ape(numbers(large, "actual"), numbers(large, point)),
        mrse=mrse(numbers(large, "actual"), numbers(large, fair)),
        spearman=spearman_within(numbers(owned, "actual"), numbers(owned, point), owned["channel_id"].to_numpy()),
    )


def _comparisons(rows: pl.DataFrame, methods: list[str], seed: int) -> tuple[Comparison, ...]:
    if rows.is_empty():
        return ()
    large = rows.filter(pl.col("actual") >= _smallest(rows))
    actual = numbers(rows, "actual")
    ln_losses = np.column_stack([ln_errors(actual, numbers(rows, POINTS[m][0])) for m in methods])
    ln_means = bootstrap_means(ln_losses, _clusters(rows), seed=seed)
    relative_means: BootstrapMeans | None = None
    if not large.is_empty():
        actual = numbers(large, "actual")
        squares = [relative_errors(actual, numbers(large, POINTS[m][1])) ** 2 for m in methods]
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


def _class_sources(rows: pl.DataFrame) -> dict[str, int]:
    if "class_source" not in rows.columns:
        return {}
    return dict(rows.group_by("class_source").len().sort("class_source").iter_rows())


def _confidence(rows: pl.DataFrame) -> Reliability:
    known = rows.drop_nulls("confidence")
    actual, point = numbers(known, "actual"), numbers(known, "point")
    return reliability((point / 2 <= actual) & (actual <= 2 * point), numbers(known, "confidence"))


def _smallest(rows: pl.DataFrame) -> float:
    return SMALLEST[rows["target"][0]] if rows.height else 0.0


def _clusters(rows: pl.DataFrame) -> npt.NDArray[np.object_]:
    owner = pl.coalesce("channel_id", pl.format("video {}", "video_id"))
    return rows.select(owner.rank("dense")).to_series().to_numpy()
