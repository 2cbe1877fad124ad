"""Is the point for relative errors better fitted directly or read off the distribution? Tried out of time, slice by slice."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl

from foreview.learners.ensemble import draw
from foreview.learners.location import LocationModel
from foreview.learners.matrix import Encoder, Vector, fit_encoder
from foreview.learners.relative import Relative, fit_relative, predict_relative
from foreview.learners.slices import in_stage
from foreview.learners.structure import column
from foreview.options import TrainingOptions
from foreview.training.fitting import Fitted, Problem
from foreview.training.split import InnerSplit
from foreview.uncertainty.conformal import parents, score_quantiles
from foreview.uncertainty.distribution import bounded, mrse_point
from foreview.vocabulary import SMALLEST_UNIT

MAX_ROWS = 500_000
MIN_ROWS = 500
"""Rows with at least one view counted and one to come true, below which nothing is fitted; and rows that a slice is tried on."""


def fit_relative_points(
    problems: Sequence[Problem], splits: Sequence[InnerSplit], judged: Fitted, options: TrainingOptions
) -> Relative | None:
    """Return the growth fitted to all rows with a count, serving where it beat the distribution's point on the last window.

    None where rows are few or it was nowhere better.
    """
    counted = [p.part(_is_counted(p)) for p in problems]
    early = [p.part(s.fit(p.rows)) for p, s in zip(counted, splits, strict=True)]
    last = [p.part(s.calibrate(p.rows)) for p, s in zip(counted, splits, strict=True)]
    if sum(p.outcome.size for p in early) < MIN_ROWS:
        return None
    encoder, booster = _fit(early, options)
    better = frozenset(name for p in last for name in _better(p, encoder, booster, judged))
    if not better:
        return None
    return Relative(*_fit(counted, options), better)


def _is_counted(problem: Problem) -> np.ndarray:
    seen = column(problem.rows.table, "initial_views")
    counted = in_stage(problem.slices, "seen") & (seen >= 1) & (problem.rows.actual >= 1)
    return np.asarray(counted, dtype=np.bool_)


def _fit(problems: Sequence[Problem], options: TrainingOptions) -> tuple[Encoder, object]:
    table = pl.concat([p.rows.table for p in problems])
    growth = np.concatenate([p.rows.actual / column(p.rows.table, "initial_views") for p in problems])
    kept = draw(growth.size, MAX_ROWS, options.seed)
    table, growth = table[kept], growth[kept]
    encoder = fit_encoder(table, np.log(growth))
    return encoder, fit_relative(encoder.matrix(table), growth, seed=options.seed, threads=options.threads)


def _better(last: Problem, encoder: Encoder, booster: object, judged: Fitted) -> set[str]:
    """Return the slices, both formats of an age together, in which the fitted point has the lower relative squared error."""
    if not last.outcome.size:
        return set()
    counts = column(last.rows.table, "initial_views")
    fitted = counts * predict_relative(booster, encoder.matrix(last.rows.table))
    read_off = _read_off(last, judged.location, judged, counts)
    gain = (read_off / last.rows.actual - 1) ** 2 - (fitted / last.rows.actual - 1) ** 2
    names = last.slices
    pooled = np.array([parents(str(name))[0] for name in names])
    found: set[str] = set()
    for group in np.unique(pooled):
        mine = pooled == group
        if mine.sum() >= MIN_ROWS and gain[mine].mean() > 0:
            found |= {str(name) for name in np.unique(names[mine])}
    return found


def _read_off(problem: Problem, location: LocationModel, judged: Fitted, counts: Vector) -> Vector:
    at = problem.place(location, problem.rows.table)
    values = at.location[:, None] + at.spread[:, None] * score_quantiles(judged.calibration, at.slices)
    within = bounded(values, np.log1p(counts), np.full(counts.size, np.inf))
    return mrse_point(within, SMALLEST_UNIT[problem.rows.target])
