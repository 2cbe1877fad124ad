"""Videos at publication whose law is known, and a model of them that knows as much of it as it is told."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import polars as pl
from scipy.stats import norm

from foreview.features.spec import FEATURES
from foreview.learners.location import Located, LocationModel
from foreview.learners.prior import prior_structure
from foreview.learners.structure import slices_of, thirds, typical
from foreview.training.fitting import Fitted, Place, Problem
from foreview.training.rows import Rows
from foreview.training.split import InnerSplit, inner_splits
from foreview.uncertainty.classes import Marks
from foreview.uncertainty.conformal import fit_calibration
from foreview.vocabulary import DAY_MS, Target

SHAPE = {f.name: pl.String if f.kind == "category" else pl.Float64 for f in FEATURES}
MIDDLE, NOISE = 5.0, 1.0
Knows = Callable[[np.ndarray], np.ndarray]
"""How much of ``effect`` (n) the model knows."""


@dataclass(frozen=True)
class Invented:
    """n videos, one an hour: ln(1+views) is normal around ``MIDDLE + effect``; one feature is ``effect``, another says nothing."""

    problem: Problem
    split: InnerSplit
    judged: Fitted
    effect: np.ndarray

    @property
    def marks(self) -> Marks:
        structure, rows = self.judged.location.structure, self.problem.rows
        low, high = thirds(structure, rows.table, rows.target)
        nothing = np.zeros(low.size)
        return Marks(low, typical(structure, rows.table, rows.target), high, nothing, nothing + np.inf)

    def true_chances(self) -> tuple[np.ndarray, np.ndarray]:
        """P(Y ≥ low) and P(Y > high), n each."""
        low, high = (norm.sf((mark - MIDDLE - self.effect) / NOISE) for mark in (self.marks.low, self.marks.high))
        return low, high


def invented(n: int, slope: float, knows: Knows, *, target: Target = "views_30d", seed: int = 0) -> Invented:
    rng = np.random.default_rng(seed)
    said, effect = rng.normal(size=n), slope * rng.normal(size=n)
    blank = dict.fromkeys(SHAPE) | {"is_short": 0.0, "observed_age_days": 0.0}
    table = pl.DataFrame([blank] * n, schema=SHAPE).with_columns(
        pl.Series("duration_s", effect), pl.Series("title_length", said), horizon_days=pl.lit(30.0)
    )
    final = np.maximum(MIDDLE + effect + NOISE * rng.normal(size=n), 0.0)
    published = np.arange(n) * (DAY_MS // 24)
    owner = np.array([f"channel {i % 50}" for i in range(n)])
    rows = Rows(target, table, np.expm1(final), np.expm1(final), published, published + 30 * DAY_MS, owner, published)
    problem = Problem(rows, final, final, _placed(target, knows))
    (split,) = inner_splits([rows], "full")
    return Invented(problem, split, _judged(problem, split), effect)


def _placed(target: Target, knows: Knows) -> Place:
    def place(model: LocationModel, table: pl.DataFrame) -> Located:
        location = MIDDLE + knows(table["duration_s"].to_numpy())
        ones = np.ones(table.height)
        return Located(location, ones, slices_of(table, target), ones == 1)

    return place


def _judged(problem: Problem, split: InnerSplit) -> Fitted:
    location = LocationModel(prior_structure())
    last = problem.part(split.calibrate(problem.rows))
    at = last.place(location, last.rows.table)
    conformal = last.final - at.location
    return Fitted(location, fit_calibration(conformal, at.slices, last.rows.published // DAY_MS), {}, [last], conformal)
