"""What was tried to bring coverage nearer on Youku, and what each gave. ``python -m benchmarks.coverages``. Prints Markdown.

The models of views are fitted once on the videos until 2015-12-14, with the fewer trees of :mod:`benchmarks.expected_loss`; only what the scores are taken from differs. Judged are all
later videos at views after 7 days.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Final

import numpy as np

from benchmarks.expected_loss import OPTIONS
from benchmarks.panels import DATA, panel_folder
from benchmarks.spreads import BOUNDS, Origin, Part, origin_at
from foreview.learners.matrix import Vector
from foreview.learners.spread import fit_spread, predict_spread
from foreview.tables.folder import read_catalogue
from foreview.uncertainty.conformal import LEVELS, fit_calibration, score_quantiles

CUTOFF: Final = datetime(2015, 12, 15, tzinfo=UTC)
TRENDING_CUTOFF: Final = datetime(2026, 4, 30, tzinfo=UTC)
SLICES: Final = tuple(f"views_7d/{kind}/{day}" for day in (0, 1, 3) for kind in ("short", "long"))
LEAST_OF_A_DAY: Final = 30
"""Scores of a slice that tell the level of their day."""

Scores = tuple[Vector, np.ndarray, np.ndarray]
"""n scores with their slices and days of publication."""


def main() -> None:
    """Print the table."""
    if not (DATA / "youku").exists():
        print("skipped: the panels are not beside the checkout")
        sys.exit(0)
    origin = origin_at(read_catalogue(panel_folder("youku")), CUTOFF, replace(OPTIONS, embargo="none"))
    _print_days(origin)
    print("\nShare of the outcomes inside the 50, 80 and 95 % intervals:\n")
    print(f"| scores taken from | {' | '.join(' '.join(name.split('/')[1:]) + ' d' for name in SLICES)} |")
    print("|---" * (1 + len(SLICES)) + "|")
    told = _told(origin.learn, origin.judge)
    for name, way in WAYS.items():
        print(f"| {name} | {' | '.join(_covered(origin.judge, told, way(origin)))} |", flush=True)
    moved = replace(origin.judge, residual=_without_days(origin.judge))
    print(f"| not allowed: each test day's own median taken off | {' | '.join(_covered(moved, told, _last(origin)))} |")
    _print_how_much_days_differ()


def _print_days(origin: Origin) -> None:
    print("| slice | days calibrated on | scores | days judged on | videos | median of actual − forecast there [ln] |")
    print("|---|---:|---:|---:|---:|---:|")
    for name in SLICES:
        had, asked = (part.of(part.slices == name) for part in (origin.calibrate, origin.judge))
        days = [str(np.unique(part.day).size) for part in (had, asked)]
        middle = float(np.median(asked.residual))
        print(f"| {name} | {days[0]} | {had.day.size:,} | {days[1]} | {asked.day.size:,} | {middle:+.3f} |")


def _print_how_much_days_differ() -> None:
    """Print by how much the medians of days of the trending panel differ beyond chance, where nothing is known of a video yet."""
    origin = origin_at(read_catalogue(panel_folder("trending")), TRENDING_CUTOFF, OPTIONS)
    print("\nMedians of the days of the trending panel, at publication, days with 30 scores and more:\n")
    print("| slice | window | days | standard deviation [units of spread] | beyond chance |\n|---|---|---:|---:|---:|")
    for window, part in (("calibrated on", origin.calibrate), ("judged on", origin.judge)):
        score = part.residual / _told(origin.learn, part)
        for name in ("views_7d/short/0", "views_7d/long/0"):
            mine = part.slices == name
            days, differ, beyond = _how_much_days_differ(score[mine], part.day[mine])
            print(f"| {name} | {window} | {days} | {differ:.2f} | {beyond:.2f} |", flush=True)


def _how_much_days_differ(score: Vector, day: np.ndarray) -> tuple[int, float, float]:
    """Return the number of days with enough scores, the standard deviation of their medians, and that beyond the medians' own noise."""
    parts = [score[day == one] for one in np.unique(day)]
    parts = [part for part in parts if part.size >= LEAST_OF_A_DAY]
    spread = 1.4826 * np.median(np.abs(score - np.median(score)))
    # The median of n normal scores has the variance pi / (2 n) of one.
    noise = np.mean([np.pi / 2 * spread**2 / part.size for part in parts])
    variance = float(np.var([np.median(part) for part in parts], ddof=1))
    return len(parts), variance**0.5, max(variance - float(noise), 0.0) ** 0.5


def _covered(judged: Part, told: Vector, scores: Scores) -> list[str]:
    calibration = fit_calibration(*scores)
    score = judged.residual / told
    cells = []
    for name in SLICES:
        mine = judged.slices == name
        quantiles = score_quantiles(calibration, judged.slices[mine])
        cells.append(" ".join(f"{_inside(score[mine], quantiles, ends):.1%}" for ends in BOUNDS.values()))
    return cells


def _inside(score: Vector, quantiles: Vector, ends: tuple[float, float]) -> float:
    low, high = (quantiles[:, int(np.argmin(np.abs(LEVELS - end)))] for end in ends)
    return float(((low <= score) & (score <= high)).mean())


def _told(learn: Part, asked: Part) -> Vector:
    found: Vector = predict_spread(fit_spread(learn.rows, learn.residual, seed=0, threads=2), asked.rows)
    return found


def _last(origin: Origin) -> Scores:
    part = origin.calibrate
    return part.residual / _told(origin.learn, part), part.slices, part.day


def _alone(scores: Vector, slices: np.ndarray) -> Scores:
    """Return the scores as if each were of a day of its own: with next to nothing of their opposites."""
    return scores, slices, np.arange(scores.size)


def _without_opposites(origin: Origin) -> Scores:
    return _alone(*_last(origin)[:2])


def _both(origin: Origin) -> Scores:
    """Both later windows, each with the spread that the other tells."""
    earlier = origin.learn.residual / _told(origin.calibrate, origin.learn)
    last, slices, _ = _last(origin)
    return _alone(np.concatenate([earlier, last]), np.concatenate([origin.learn.slices, slices]))


def _mirrored(origin: Origin) -> Scores:
    """Each score with its opposite across zero: the level is left to the point."""
    scores, slices, _ = _last(origin)
    return _alone(np.concatenate([scores, -scores]), np.concatenate([slices, slices]))


def _with_days(origin: Origin) -> Scores:
    """Each score twice, moved up and down by how much the medians of days differ: a day not seen yet has a level of its own."""
    (earlier, names, _), (last, slices, _) = _both(origin), _last(origin)
    day = np.concatenate([origin.learn.day, origin.calibrate.day])
    apart = np.zeros(last.size)
    for name in np.unique(slices):
        mine = names == name
        levels = [
            float(np.median(earlier[mine & (day == one)]))
            for one in np.unique(day)
            if (mine & (day == one)).sum() >= LEAST_OF_A_DAY
        ]
        apart[slices == name] = np.std(levels, ddof=1) if len(levels) > 1 else 0.0
    return _alone(np.concatenate([last - apart, last + apart]), np.concatenate([slices, slices]))


def _without_days(part: Part) -> Vector:
    found = part.residual.copy()
    for name in np.unique(part.slices):
        for day in np.unique(part.day):
            mine = (part.slices == name) & (part.day == day)
            found[mine] -= np.median(found[mine]) if mine.any() else 0.0
    return found


WAYS: Final[dict[str, Callable[[Origin], Scores]]] = {
    "**the last window, at publication with opposites by the number of days and the level as far as it stands out of them: as served**": _last,
    "the last window alone": _without_opposites,
    "both later windows, each with the other's spread": _both,
    "the last window, each score with its opposite across zero": _mirrored,
    "the last window, and how much days differ": _with_days,
}


if __name__ == "__main__":
    main()
