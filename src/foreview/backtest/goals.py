"""What is asked of a forecast's uncertainty, and whether a slice of a backtest keeps it."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from foreview.backtest.intervals import IntervalScores
from foreview.backtest.scores import SliceScores
from foreview.metrics.ranking import ReliabilityBin
from foreview.vocabulary import CLASSES, INTERVALS

ENOUGH: Final = 3000
"""Videos of a slice, in calibration and test each, from which a share can be told to two points."""
COVERAGE_WITHIN: Final = 0.02
INTERVAL_SCORE_AT_MOST: Final = 0.90
CRPS_AT_MOST: Final = 0.95
CALIBRATION_ERROR_AT_MOST: Final = 0.03
ASKED: Final = f"""\
What is asked of the uncertainty: ✓ met, ✗ not met, · cannot be told. Coverage within {100 * COVERAGE_WITHIN:g} points of the level where \
calibration and test have {ENOUGH:,} videos each, and in smaller slices not refuted by an exact binomial test at 5 %; interval score at most \
{INTERVAL_SCORE_AT_MOST:.2f} × that of the best constant width, CRPS at most {CRPS_AT_MOST:.2f} × that of the best single shape (of the \
baselines the closest is shown); expected calibration error (ECE) at most {CALIBRATION_ERROR_AT_MOST:.2f}, on at least {ENOUGH:,} videos."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """One figure of a slice beside what is asked of it.

    ``subject`` is ``coverage``, ``interval_score``, ``crps`` or ``calibration_error``, ``of`` says of which interval, against which other
    uncertainty, or of which probability. ``met`` is None where there is no figure, or too few videos to tell.
    """

    subject: str
    of: str
    figure: float
    goal: str
    met: bool | None


def verdicts(scores: SliceScores) -> tuple[Verdict, ...]:
    """Return what is asked of a slice and whether it is met.

    - coverage: within two points of the level where calibration and test have :data:`ENOUGH` videos each; in smaller slices not
      refuted by an exact binomial test of the level, two-sided at 5 % (the level lies in the exact 95 % interval of the share).
    - interval score at most 0.90 × that of the best constant width, CRPS at most 0.95 × that of the best constant shape, around the same
      points and around each baseline's.
    - expected calibration error of each probability at most 0.03, on at least :data:`ENOUGH` videos.
    """
    return (*(_coverage(scores, found) for found in scores.intervals), *_sharper(scores), *_calibrated(scores))


def _coverage(scores: SliceScores, found: IntervalScores) -> Verdict:
    level, share = found.level / 100, found.covered
    of = f"{found.level} %"
    if min(scores.calibration_videos, scores.rows) >= ENOUGH:
        met = round(abs(share.value - level), 9) <= COVERAGE_WITHIN
        return Verdict("coverage", of, share.value, f"{of} ± {100 * COVERAGE_WITHIN:g} points", met)
    return Verdict("coverage", of, share.value, f"{of} not refuted", share.low <= level <= share.high)


def _sharper(scores: SliceScores) -> Iterator[Verdict]:
    for found in scores.sharpness:
        subject, at_most = (
            ("crps", CRPS_AT_MOST) if found.score == "crps" else ("interval_score", INTERVAL_SCORE_AT_MOST)
        )
        of = found.against if found.score == "crps" else f"{found.score.removeprefix('interval_')} %"
        yield _at_most(subject, of, found.ratio.value, at_most)


def _calibrated(scores: SliceScores) -> Iterator[Verdict]:
    said: list[tuple[str, float, tuple[ReliabilityBin, ...]]] = [
        ("confidence", scores.confidence.error, scores.confidence.bins),
        *((found.name, found.calibration_error, found.bins) for found in (scores.beats_typical, *scores.classes)),
    ]
    for of, error, bins in said:
        enough = sum(found.n for found in bins) >= ENOUGH
        found = _at_most("calibration_error", of, error, CALIBRATION_ERROR_AT_MOST)
        yield found if enough else Verdict(found.subject, of, error, f"{found.goal} (on {ENOUGH:,} videos)", None)


def _at_most(subject: str, of: str, figure: float, most: float) -> Verdict:
    return Verdict(subject, of, figure, f"≤ {most:.2f}", figure <= most if math.isfinite(figure) else None)


GOAL_HEAD: Final = (
    *(f"covers {level} %" for level in INTERVALS),
    *(f"interval score {level} %" for level in INTERVALS),
    "CRPS ÷ one shape",
    "CRPS ÷ baselines",
    *(f"ECE {name}" for name in ("confidence", "beats typical", *CLASSES)),
)
"""The columns of :func:`goal_cells`."""


def goal_cells(found: Sequence[Verdict]) -> list[str]:
    """Return the verdicts of a slice as cells: the figure with ✓ where it is met, ✗ where not, · where that cannot be told.

    Of several baselines the cell shows the one that comes closest to the forecasts.
    """
    beside = [one for one in found if one.subject == "crps" and one.of != "residuals"]
    cells = [_cell(found, "coverage", f"{level} %") for level in INTERVALS]
    cells += [_cell(found, "interval_score", f"{level} %") for level in INTERVALS]
    cells += [_cell(found, "crps", "residuals"), _shown(max(beside, key=lambda one: one.figure, default=None))]
    return cells + [_cell(found, "calibration_error", name) for name in ("confidence", "beats typical", *CLASSES)]


def _cell(found: Sequence[Verdict], subject: str, of: str) -> str:
    return _shown(next((one for one in found if (one.subject, one.of) == (subject, of)), None))


def _shown(one: Verdict | None) -> str:
    if one is None or not math.isfinite(one.figure):
        return "–"
    figure = f"{100 * one.figure:.1f}" if one.subject == "coverage" else f"{one.figure:.3f}"
    return f"{figure} {_MARKS[one.met]}"


_MARKS: Final = {True: "✓", False: "✗", None: "·"}
