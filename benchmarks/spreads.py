"""What was tried to make intervals sharper, on the trending panel, and what each gave. ``python -m benchmarks.spreads``.

At the end of each of three months the models of views are fitted, with the fewer trees of :mod:`benchmarks.expected_loss`; only what says how far outcomes spread differs. Each idea is calibrated
on the same scores and judged on the videos of the month after.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Final

import numpy as np
import polars as pl

from benchmarks.expected_loss import OPTIONS
from benchmarks.panels import DATA, panel_folder
from foreview.learners import xgb
from foreview.learners.matrix import Matrix, Vector, fit_encoder
from foreview.learners.spread import FLOOR, fit_spread, predict_spread
from foreview.metrics.interval import crps_from_quantiles, interval_score
from foreview.options import TrainingOptions
from foreview.tables.catalogue import Catalogue
from foreview.tables.folder import read_catalogue
from foreview.training.fitting import Problem, refit
from foreview.training.rows import Rows, rows_of, training_rows
from foreview.training.split import inner_splits
from foreview.training.structure import fit_structure
from foreview.training.trainer import judge, plain_problem, training_catalogue
from foreview.uncertainty.conformal import LEVELS, fit_calibration, score_quantiles
from foreview.vocabulary import DAY_MS, TARGETS

CUTOFFS: Final = tuple(datetime(2026, month, 1, tzinfo=UTC) for month in (3, 4, 5))
JUDGED: Final = ("0", "1", "3")
"""Days seen that are reported: after seven the outcome at 7 d is all but known."""
BOUNDS: Final = {0.5: (0.25, 0.75), 0.8: (0.1, 0.9), 0.95: (0.025, 0.975)}


@dataclass(frozen=True, slots=True)
class Part:
    """n rows as a spread model sees them, with the distance of the outcome from the forecast [ln units], the slice and the day of publication of each."""

    rows: Matrix
    residual: Vector
    slices: np.ndarray
    day: np.ndarray

    @property
    def noise(self) -> Vector:
        """What the spread model learns: ln(|residual| + floor)."""
        found: Vector = np.log(np.abs(self.residual) + FLOOR)
        return found

    def of(self, chosen: np.ndarray) -> Part:
        """Return the rows for which ``chosen`` holds."""
        return Part(self.rows[chosen], self.residual[chosen], self.slices[chosen], self.day[chosen])


@dataclass(frozen=True, slots=True)
class Origin:
    """What the spread is learnt from, what it is calibrated on, and what it is judged on."""

    learn: Part
    calibrate: Part
    judge: Part


Told = Callable[[Part], Vector]
"""A spread of each row of a part [ln units]."""


def main() -> None:
    """Print the table."""
    if not (DATA / "trending").exists():
        print("skipped: the panels are not beside the checkout")
        sys.exit(0)
    catalogue = read_catalogue(panel_folder("trending"))
    origins = [origin_at(catalogue, cutoff, OPTIONS) for cutoff in CUTOFFS]
    print(
        "Views at 7 d. Mean interval score of all three months as a share of that of one width a slice (conformal, not in hindsight); the goal of U2 is at most 0.90. "
        "CRPS likewise; its goal is 0.95. *Holds*: what share lies in the 80 % intervals.\n"
    )
    days = [f"{day} d: 50 % | 80 % | 95 % | CRPS | holds" for day in JUDGED]
    print(f"| idea | {' | '.join(days)} |\n|---{'|---' * (5 * len(JUDGED))}|")
    usual = [_judged(origins, _alike, day) for day in JUDGED]
    for name, idea in IDEAS.items():
        found = [_judged(origins, idea, day) for day in JUDGED]
        cells = [
            f"{value / base:.3f}" for row, bases in zip(found, usual, strict=True) for value, base in _pairs(row, bases)
        ]
        for position, row in enumerate(found):
            cells.insert(5 * position + 4, f"{row[-1]:.1%}")
        print(f"| {name} | {' | '.join(cells)} |", flush=True)


def _pairs(row: list[float], bases: list[float]) -> Iterator[tuple[float, float]]:
    return zip(row[:-1], bases[:-1], strict=True)


def origin_at(catalogue: Catalogue, cutoff: datetime, options: TrainingOptions) -> Origin:
    """Return what a training at ``cutoff`` learns the spread from and calibrates on, and the videos of the 30 days after it, at views after 7 days."""
    print(f"training until {cutoff:%Y-%m-%d} …", file=sys.stderr, flush=True)
    known = training_rows(training_catalogue(catalogue, cutoff, options), options)
    problems = [plain_problem(rows_of(target, known)) for target in ("views_7d", "views_30d")]
    structure = fit_structure([rows_of(target, known) for target in TARGETS])
    judged, _ = judge(problems, options)
    final = refit(problems, structure, judged, options)
    splits = inner_splits([p.rows for p in problems], options.embargo)
    later = [p.part(s.validate(p.rows)) for p, s in zip(problems, splits, strict=True)]
    residual = np.concatenate([p.final - p.place(judged.location, p.rows.table).location for p in later])
    encoder = fit_encoder(pl.concat([p.rows.table for p in later]), np.abs(residual))

    def part(problem: Problem, location: Any) -> Part:
        at = problem.place(location, problem.rows.table)
        days = problem.rows.published // DAY_MS
        return Part(encoder.matrix(problem.rows.table), problem.final - at.location, at.slices, days)

    calibrate, again = (part(judged.last[0], model.location) for model in (judged, final))
    # As `refit` does: the level that the model fitted again has learnt is not counted twice.
    learnt = _medians(calibrate.residual - again.residual, calibrate.slices)
    calibrate = replace(calibrate, residual=calibrate.residual - learnt)
    tested = plain_problem(_after(rows_of("views_7d", training_rows(catalogue, options)), cutoff))
    both = [part(p, judged.location) for p in later]
    learn = Part(*(np.concatenate([getattr(p, name) for p in both]) for name in ("rows", "residual", "slices", "day")))
    return Origin(learn, calibrate, part(tested, final.location))


def _after(rows: Rows, cutoff: datetime) -> Rows:
    start = int(cutoff.timestamp() * 1000)
    return rows.part((rows.published > start) & (rows.published <= start + 30 * DAY_MS))


def _medians(values: Vector, slices: np.ndarray) -> Vector:
    found = np.empty(values.size)
    for name in np.unique(slices):
        found[slices == name] = np.median(values[slices == name])
    return found


def _judged(origins: list[Origin], idea: Callable[[Part], Told], day: str) -> list[float]:
    """Return the interval scores of 50, 80 and 95 %, the CRPS, and the share inside the 80 % interval."""
    actual, quantiles = [], []
    for origin in origins:
        told = idea(origin.learn)
        calibration = fit_calibration(
            origin.calibrate.residual / told(origin.calibrate), origin.calibrate.slices, origin.calibrate.day
        )
        mine = np.char.endswith(origin.judge.slices, f"/{day}")
        asked = origin.judge.of(mine)
        quantiles.append(told(asked)[:, None] * score_quantiles(calibration, asked.slices))
        actual.append(asked.residual)
    y, q = np.concatenate(actual), np.concatenate(quantiles)
    at = {level: int(np.argmin(np.abs(LEVELS - level))) for pair in BOUNDS.values() for level in pair}
    scores = [interval_score(y, q[:, at[low]], q[:, at[high]], level) for level, (low, high) in BOUNDS.items()]
    inside = (q[:, at[0.1]] <= y) & (y <= q[:, at[0.9]])
    return [*scores, crps_from_quantiles(y, q, LEVELS), float(inside.mean())]


def _alike(_: Part) -> Told:
    return lambda part: np.ones(part.residual.size)


def _served(part: Part) -> Told:
    model = fit_spread(part.rows, part.residual, seed=0, threads=2)
    return lambda asked: predict_spread(model, asked.rows)


def _boosted(
    *, rounds: int = 120, depth: int = 5, weight: float = 20.0, rate: float = 0.1, share: float = 1.0
) -> Callable[[Part], Told]:
    """Return an idea: boosted trees of the ln noise, of whose distance from the mean of the slice a share is believed."""

    def learnt(part: Part) -> Told:
        parameters = {"objective": "reg:squarederror", "eta": rate, "max_depth": depth, "min_child_weight": weight}
        usual = {str(name): float(part.noise[part.slices == name].mean()) for name in np.unique(part.slices)}
        model = xgb.boost(part.rows, part.noise, rounds=rounds, parameters=parameters, seed=0, threads=2)

        def told(asked: Part) -> Vector:
            middle = np.array([usual.get(str(name), float(part.noise.mean())) for name in asked.slices])
            found: Vector = np.exp(middle + share * (xgb.predict(model, asked.rows) - middle))
            return found

        return told

    return learnt


def _of_size(part: Part) -> Told:
    """Boosted trees of |residual| itself, to which the largest errors say most."""
    parameters = {"objective": "reg:gamma", "eta": 0.1, "max_depth": 5, "min_child_weight": 20.0}
    size = np.abs(part.residual) + FLOOR
    model = xgb.boost(part.rows, size, rounds=120, parameters=parameters, seed=0, threads=2)
    return lambda asked: np.maximum(xgb.predict(model, asked.rows), FLOOR)


def _by_forest(part: Part) -> Told:
    from sklearn.ensemble import RandomForestRegressor

    model = RandomForestRegressor(100, min_samples_leaf=50, max_features=0.33, n_jobs=2, random_state=0)
    model.fit(np.nan_to_num(part.rows, nan=-1.0), part.noise)
    return lambda asked: np.exp(model.predict(np.nan_to_num(asked.rows, nan=-1.0)))


IDEAS: Final[dict[str, Callable[[Part], Told]]] = {
    "one width a slice": _alike,
    "**boosted trees of the ln noise: as served**": _served,
    "quick: rate 0.1, depth 5, leaves of 20": _boosted(),
    "half of what the quick ones tell": _boosted(share=0.5),
    "quick, fewer and shallower": _boosted(rounds=40, depth=3),
    "quick, leaves of 100": _boosted(weight=100.0),
    "slow, shallower: rate 0.05, depth 4, leaves of 100": _boosted(rate=0.05, depth=4, weight=100.0),
    "quick, 60 rounds": _boosted(rounds=60),
    "trees of the size of the error, gamma loss": _of_size,
    "a forest": _by_forest,
}


if __name__ == "__main__":
    main()
