"""What was tried for videos of the first two days → 7 d on the trending panel, and what each gave. ``python -m benchmarks.young``.

One booster at each origin of :mod:`benchmarks.first_seen`, on the rows that Foreview learns from there; each idea changes one thing.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import polars as pl

from benchmarks.first_seen import ORIGINS, TARGET, Origin, parts_of
from benchmarks.panels import DATA, panel_folder
from foreview.features.matrix import feature_table
from foreview.learners import boosting, forest, xgb
from foreview.learners.location import with_horizon
from foreview.learners.matrix import Vector, fit_encoder, fit_encoder_with_words
from foreview.learners.slices import in_stage
from foreview.learners.structure import baseline, column, slices_of
from foreview.metrics.point import mae_ln
from foreview.options import TrainingOptions
from foreview.tables.catalogue import Catalogue
from foreview.tables.folder import read_catalogue
from foreview.training.rows import rows_of, training_rows
from foreview.training.structure import fit_structure
from foreview.vocabulary import TARGETS

SERVED: Final[dict[str, Any]] = {
    "objective": "reg:pseudohubererror",
    "huber_slope": 0.5,
    "max_delta_step": 2,
    "eta": 0.04,
    "num_parallel_tree": 2,
    "colsample_bytree": 1.0,
    "colsample_bynode": 0.5,
    "max_depth": 8,
    "min_child_weight": 3,
}
ROUNDS: Final = 400
ALONE: Final[dict[str, Any]] = {"num_parallel_tree": 1, "colsample_bytree": 0.5, "colsample_bynode": 1.0}
"""One tree a round, which draws its columns once."""


@dataclass(frozen=True, slots=True)
class Asked:
    """An origin: n rows to learn from (beyond the baseline, ln units) and m to be judged on."""

    table: pl.DataFrame
    target: Vector
    young: np.ndarray
    """Which of the n are of the first two days."""
    test: pl.DataFrame
    base: Vector
    """Where the baseline places the m."""
    actual: Vector


def main() -> None:
    """Print the table."""
    if not (DATA / "trending").exists():
        print("skipped: the panels are not beside the checkout")
        sys.exit(0)
    catalogue = read_catalogue(panel_folder("trending"))
    origins = [_asked(catalogue, origin) for origin in ORIGINS]
    print("MAE ln at each origin, and the seconds of all fits.\n")
    print(f"| idea | {' | '.join(f'until {origin.train_until}' for origin in ORIGINS)} | all | s |")
    print("|---" * (len(ORIGINS) + 3) + "|")
    _tried(
        "learnt with all that is seen, slope of the loss 0.1, no words",
        origins,
        apart=False,
        words=False,
        huber_slope=0.1,
    )
    _tried("slope 0.5", origins, apart=False, words=False)
    _tried("slope 0.5, words", origins, apart=False)
    _tried("apart, slope 0.1, no words", origins, words=False, huber_slope=0.1)
    _tried("apart, slope 0.5, no words", origins, words=False)
    _tried("**apart, slope 0.5, words: as served from 40,000 rows on**", origins)
    _tried("500 rounds of one tree at rate 0.03: as served below 40,000 rows", origins, rounds=500, eta=0.03, **ALONE)
    _tried("as served, but 250 rounds at rate 0.06", origins, rounds=250, eta=0.06)
    _tried("as served, but 500 rounds of three trees at rate 0.03", origins, rounds=500, eta=0.03, num_parallel_tree=3)
    _tried(
        "as served, but depth 5 at rate 0.08, leaves of weight 0.5",
        origins,
        eta=0.08,
        max_depth=5,
        min_child_weight=0.5,
    )
    _tried("as served, but squared error", origins, objective="reg:squarederror")
    _tried("as served, but 64 bins", origins, max_bin=64)
    _member("scikit-learn's boosting, as served", origins, boosting)
    _member("the forest, as served", origins, forest)


def _asked(catalogue: Catalogue, origin: Origin) -> Asked:
    parts = parts_of(catalogue, origin)
    table = training_rows(parts.training, TrainingOptions())
    structure = fit_structure([rows_of(target, table) for target in TARGETS])
    learnt = [rows_of(target, table) for target in ("views_7d", "views_30d")]
    beyond = [np.log1p(rows.actual) - baseline(structure, rows.table, rows.target) for rows in learnt]
    slices = np.concatenate([slices_of(rows.table, rows.target) for rows in learnt])
    seen = in_stage(slices, "seen")
    test = with_horizon(feature_table(catalogue, parts.test.select("video_id", "as_of")), TARGET)
    return Asked(
        pl.concat([rows.table for rows in learnt]).filter(pl.Series(seen)),
        np.concatenate(beyond)[seen],
        in_stage(slices, "young")[seen],
        test,
        baseline(structure, test, TARGET),
        parts.test["actual"].cast(pl.Float64).to_numpy(),
    )


def _tried(
    idea: str, origins: Sequence[Asked], *, apart: bool = True, words: bool = True, rounds: int = ROUNDS, **changes: Any
) -> None:
    """Print what one booster gave."""
    parameters = {**SERVED, **changes}
    if "objective" in changes:
        del parameters["huber_slope"], parameters["max_delta_step"]

    def fitted(rows: Any, target: Vector, later: Any) -> Vector:
        start = {**parameters, "base_score": float(np.median(target))}
        return xgb.predict(xgb.boost(rows, target, rounds=rounds, parameters=start, seed=0, threads=2), later)

    _print(idea, origins, lambda asked: _placed(asked, fitted, apart=apart, words=words))


def _member(idea: str, origins: Sequence[Asked], member: Any) -> None:
    """Print what another member gave, learnt apart and with words."""

    def fitted(rows: Any, target: Vector, later: Any) -> Vector:
        found: Vector = member.predict(member.fit(rows, target, seed=0, threads=2), later)
        return found

    _print(idea, origins, lambda asked: _placed(asked, fitted, apart=True, words=True))


def _placed(asked: Asked, fitted: Any, *, apart: bool, words: bool) -> Vector:
    """Return the forecasts (m, in views), never below what is counted."""
    chosen = asked.young if apart else np.ones(asked.young.size, dtype=np.bool_)
    table, target = asked.table.filter(pl.Series(chosen)), asked.target[chosen]
    scale = 1.4826 * float(np.median(np.abs(target)))
    if words:
        encoder, rows = fit_encoder_with_words(table, target / scale)
    else:
        encoder = fit_encoder(table, target / scale)
        rows = encoder.matrix(table)
    found = asked.base + scale * fitted(rows, target / scale, encoder.matrix(asked.test))
    points: Vector = np.maximum(np.expm1(found), column(asked.test, "initial_views"))
    return points


def _print(idea: str, origins: Sequence[Asked], place: Any) -> None:
    started = time.perf_counter()
    points = [place(asked) for asked in origins]
    seconds = time.perf_counter() - started
    errors = [mae_ln(asked.actual, point) for asked, point in zip(origins, points, strict=True)]
    together = mae_ln(np.concatenate([asked.actual for asked in origins]), np.concatenate(points))
    print(f"| {idea} | {' | '.join(f'{error:.3f}' for error in (*errors, together))} | {seconds:.0f} |", flush=True)


if __name__ == "__main__":
    main()
