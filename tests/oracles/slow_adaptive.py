"""The correction of a forecast by its outcomes, from the definition: slow, obvious, one number at a time."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import NormalDist

from foreview.uncertainty.adaptive import EARLY_WEIGHT, HALF_LIFE, LIMIT, OUTER, SHIFT_WEIGHT, STRETCH_WEIGHT

LEVELS = [k / 80 for k in range(1, 80)]
NORMAL = [NormalDist().inv_cdf(level) for level in LEVELS]


@dataclass(frozen=True)
class Outcome:
    """The normal scores of the forecasts of one video in one slice, and the moment at which they could be told."""

    slice: str
    video: str
    moment: int
    scores: tuple[float, ...]


def slow_correction(outcomes: Iterable[Outcome], name: str, moment: int) -> tuple[int, float, float]:
    """Return how many outcomes correct a forecast of slice ``name`` at ``moment``, its shift and its stretch."""
    outcomes = list(outcomes)
    mine = _known(outcomes, name, moment)
    shift, effective = _shift(mine)
    around = _weighted_mean([_mean((z - shift) ** 2 for z in o.scores) for o in mine])
    stretch = math.sqrt((STRETCH_WEIGHT + effective * around) / (STRETCH_WEIGHT + effective))
    if name.startswith("views_30d/"):
        week = name.replace("views_30d", "views_7d")
        of_video = {o.video: o for o in outcomes if o.slice == week}
        same = [of_video.get(o.video, Outcome("", "", 0, (0.0,))) for o in mine]
        shift += EARLY_WEIGHT * (_shift(_known(outcomes, week, moment))[0] - _shift(same)[0])
    return len(mine), shift, stretch


def slow_normal_score(score: float, quantiles: Sequence[float]) -> float:
    """Return the standard normal quantile at which a score falls in a distribution of 79 quantiles that all differ."""
    if score < quantiles[0]:
        slope = (quantiles[OUTER] - quantiles[0]) / (NORMAL[OUTER] - NORMAL[0])
        return max(NORMAL[0] + (score - quantiles[0]) / max(slope, 1e-9), -LIMIT)
    if score > quantiles[-1]:
        slope = (quantiles[-1] - quantiles[-1 - OUTER]) / (NORMAL[-1] - NORMAL[-1 - OUTER])
        return min(NORMAL[-1] + (score - quantiles[-1]) / max(slope, 1e-9), LIMIT)
    for k in range(78):
        if quantiles[k] <= score <= quantiles[k + 1]:
            share = (score - quantiles[k]) / (quantiles[k + 1] - quantiles[k])
            return NORMAL[k] + share * (NORMAL[k + 1] - NORMAL[k])
    raise AssertionError("quantiles do not ascend")


def slow_corrected(quantiles: Sequence[float], shift: float, stretch: float) -> list[float]:
    """Return the 79 quantiles read off at ``shift + stretch * z``."""
    return [_read(quantiles, shift + stretch * z) for z in NORMAL]


def _read(quantiles: Sequence[float], z: float) -> float:
    if z < NORMAL[0]:
        return quantiles[0] + (z - NORMAL[0]) * (quantiles[OUTER] - quantiles[0]) / (NORMAL[OUTER] - NORMAL[0])
    if z > NORMAL[-1]:
        slope = (quantiles[-1] - quantiles[-1 - OUTER]) / (NORMAL[-1] - NORMAL[-1 - OUTER])
        return quantiles[-1] + (z - NORMAL[-1]) * slope
    k = max(k for k in range(78) if NORMAL[k] <= z)
    share = (z - NORMAL[k]) / (NORMAL[k + 1] - NORMAL[k])
    return quantiles[k] + share * (quantiles[k + 1] - quantiles[k])


def _known(outcomes: Sequence[Outcome], name: str, moment: int) -> list[Outcome]:
    return sorted(
        (o for o in outcomes if o.slice == name and o.moment <= moment), key=lambda found: (found.moment, found.video)
    )


def _shift(ordered: Sequence[Outcome]) -> tuple[float, float]:
    """Return the shift that outcomes in their order say, and how many equally weighted ones would say as much."""
    weights = _weights(len(ordered))
    effective = sum(weights) ** 2 / sum(w * w for w in weights) if weights else 0.0
    mean = _weighted_mean([_mean(o.scores) for o in ordered])
    return mean * effective / (effective + SHIFT_WEIGHT), effective


def _weights(n: int) -> list[float]:
    return [0.5 ** (later / HALF_LIFE) for later in reversed(range(n))]


def _weighted_mean(values: Sequence[float]) -> float:
    weights = _weights(len(values))
    return sum(w * value for w, value in zip(weights, values, strict=True)) / sum(weights) if weights else 0.0


def _mean(values: Iterable[float]) -> float:
    found = list(values)
    return sum(found) / len(found)
