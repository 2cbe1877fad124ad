"""Ways to follow outcomes that were tried beside the one that serves: each from the scores of one slice to its quantiles over time."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Final, TypeAlias

import numpy as np
from scipy.special import ndtri

from foreview.uncertainty.adaptive import Correction, Course, corrected, correction, normal_scores
from foreview.uncertainty.conformal import LEVELS, Vector

LEVEL: Final = 0.8
"""The interval that schemes follow which know a single one."""
LOW, HIGH = 7, 71
"""Positions of its ends among the levels."""
ACI_STEP: Final = 0.02
TRACKING_STEP: Final = 0.1
WINDOW: Final = 100
WINDOW_WEIGHT: Final = 20.0


@dataclass(frozen=True, slots=True)
class Past:
    """The forecasts of a slice whose outcomes are known, one a video, in the order in which they matured.

    ``quantiles`` (79) of the scores as released; for each of m forecasts when it was issued and when its outcome matured [ms], and its score.
    """

    name: str
    quantiles: Vector
    issued: np.ndarray
    matured: np.ndarray
    scores: Vector


Scheme: TypeAlias = Callable[[Past, Mapping[str, Course], np.ndarray], Vector]
"""The past, the courses of all slices, and n moments [ms] → the quantiles (n, 79) that are served at each."""


def as_released(past: Past, _: Mapping[str, Course], moments: np.ndarray) -> Vector:
    """Return the quantiles as they were released."""
    return np.tile(past.quantiles, (moments.size, 1))


def aci(past: Past, _: Mapping[str, Course], moments: np.ndarray) -> Vector:
    """Adaptive conformal inference (Gibbs and Candès 2021): the miscoverage rate of a symmetric interval, from intervals as issued."""
    distance = np.abs(normal_scores(past.scores, past.quantiles))
    rates = [1 - LEVEL]
    for known, found in zip(_known(past, past.issued), distance, strict=True):
        missed = float(found > _half_width(rates[known]))
        rates.append(rates[-1] + ACI_STEP * (1 - LEVEL - missed))
    widths = np.array([_half_width(rate) for rate in rates]) / ndtri((1 + LEVEL) / 2)
    served = widths[_known(past, moments)]
    return corrected(as_released(past, _, moments), Correction(served, np.zeros(served.size), served))


def tracking_as_issued(past: Past, _: Mapping[str, Course], moments: np.ndarray) -> Vector:
    """Quantile tracking, the P of conformal PID (Angelopoulos et al. 2023), level by level, from quantiles as issued."""
    return _tracked(past, _known(past, past.issued), moments)


def tracking(past: Past, _: Mapping[str, Course], moments: np.ndarray) -> Vector:
    """The same, each outcome judged by the quantiles of the moment when it is counted."""
    return _tracked(past, np.arange(past.scores.size), moments)


def window(past: Past, _: Mapping[str, Course], moments: np.ndarray) -> Vector:
    """The quantiles of the last hundred scores, mixed with those of the release as calibration mixes a slice with its parent."""
    states = [past.quantiles]
    for end in range(1, past.scores.size + 1):
        recent = past.scores[max(end - WINDOW, 0) : end]
        own = np.quantile(recent, LEVELS, method="weibull")
        states.append((recent.size * own + WINDOW_WEIGHT * past.quantiles) / (recent.size + WINDOW_WEIGHT))
    found: Vector = np.stack(states)[_known(past, moments)]
    return found


def shift_alone(past: Past, courses: Mapping[str, Course], moments: np.ndarray) -> Vector:
    """What serves, without its stretch and without what 7 days say of 30."""
    found = _corrected_alone(past, courses, moments)
    by = Correction(found.outcomes, found.shift, np.ones(moments.size))
    return corrected(as_released(past, courses, moments), by)


def evident_shift(past: Past, courses: Mapping[str, Course], moments: np.ndarray) -> Vector:
    """Shift and stretch, the shift shrunk by its evidence (positive-part James–Stein) instead of by the number of outcomes."""
    own, at = courses[past.name], np.searchsorted(courses[past.name].moments, moments, side="right")
    effective, mean = own.effective[at], own.score[at]
    share = np.maximum(1.0 - 2.0 / np.maximum(effective * mean * mean, 1e-9), 0.0)
    found = _corrected_alone(past, courses, moments)
    return corrected(as_released(past, courses, moments), Correction(found.outcomes, share * mean, found.stretch))


def each_horizon_alone(past: Past, courses: Mapping[str, Course], moments: np.ndarray) -> Vector:
    """What serves, without what 7 days say of 30."""
    return corrected(as_released(past, courses, moments), _corrected_alone(past, courses, moments))


def served(past: Past, courses: Mapping[str, Course], moments: np.ndarray) -> Vector:
    """Shift and stretch, 30 days helped by 7: what ``forecast`` does."""
    by = correction(courses, np.full(moments.size, past.name), moments)
    return corrected(as_released(past, courses, moments), by)


SCHEMES: Final[dict[str, Scheme]] = {
    "as released": as_released,
    "ACI, width alone, as issued": aci,
    "quantile tracking, as issued": tracking_as_issued,
    "quantile tracking, scored anew": tracking,
    "quantiles of the last 100": window,
    "shift alone": shift_alone,
    "shift by evidence, and stretch": evident_shift,
    "shift and stretch": each_horizon_alone,
    "the same, 30 d helped by 7 d (served)": served,
}


def _known(past: Past, moments: np.ndarray) -> np.ndarray:
    """Return how many outcomes had matured at each moment."""
    return np.searchsorted(past.matured, moments, side="right")


def _half_width(rate: float) -> float:
    return float(ndtri(1 - min(max(rate, 0.001), 0.999) / 2))


def _tracked(past: Past, judged_by: np.ndarray, moments: np.ndarray) -> Vector:
    """Return quantiles that step up where an outcome lay above them and down where below; ``judged_by``: the state that judges each."""
    step = TRACKING_STEP * (past.quantiles[HIGH] - past.quantiles[LOW])
    states = [past.quantiles]
    for state, score in zip(judged_by, past.scores, strict=True):
        states.append(states[-1] + step * (LEVELS - (score < states[state])))
    found: Vector = np.sort(np.stack(states), axis=1)[_known(past, moments)]
    return found


def _corrected_alone(past: Past, courses: Mapping[str, Course], moments: np.ndarray) -> Correction:
    own = courses[past.name]
    alone = replace(own, early=np.zeros_like(own.early))
    return correction({past.name: alone}, np.full(moments.size, past.name), moments)
