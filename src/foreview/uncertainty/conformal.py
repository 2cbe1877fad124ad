"""A conformal predictive distribution: quantiles of out-of-time scores, slice by slice, shrunk where a slice is small.

A score is ``(outcome - location) / spread``, so the distribution of a forecast is ``location + spread * quantiles`` (Lei et al. 2018,
locally weighted; Vovk et al. 2017, predictive distributions). Slices are named ``target/format/days seen``; a slice's
parent pools the formats, and the parent of that is the target.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt

from foreview.options import DEFAULTS

Vector: TypeAlias = npt.NDArray[np.float64]

LEVELS: Final[Vector] = np.arange(1, 80, dtype=np.float64) * np.float64(0.0125)
"""The 79 probability levels at which distributions are held; all served quantiles are among them."""
PARENT_WEIGHT: Final = DEFAULTS.parent_weight
"""Scores that the parent's quantiles are worth when they are mixed with a slice's own."""
DAYS_WEIGHT: Final = 5.0
"""Days of publication that the symmetry of scores, and :data:`DAYS_DIFFER`, are worth where nothing is known of a video yet."""
DAYS_DIFFER: Final = 0.2
"""How much the medians of days differ [units of spread] before there are days enough to tell: as on the trending panel."""
PRIOR_WEIGHT: Final = 3.0
"""Videos that the documented prior is worth where a catalogue has few."""
FORMATS_WEIGHT: Final = 15.0
"""Videos that both formats together are worth there when they are mixed with one of them."""
_MEDIAN: Final = LEVELS.size // 2


@dataclass(frozen=True, slots=True)
class Calibration:
    """For each slice the quantiles of its scores at :data:`LEVELS`, already shrunk, and how many scores there were."""

    quantiles: Mapping[str, Vector]
    counts: Mapping[str, int]


def fit_calibration(
    scores: Vector, slices: np.ndarray, days: np.ndarray, parent_weight: float = PARENT_WEIGHT
) -> Calibration:
    """Return the calibration of n scores with their slices (n names) and the days of publication of their videos (n).

    The p-quantile of m scores is the order statistic ``(m + 1) p``, so that a new exchangeable score lies below it with probability p
    (up to interpolation). At publication the videos of a day rise and fall together, and of few days many scores tell neither skew nor
    level: there each score's opposite across the median counts too, the less the more days there are (counted in full they give the
    conformal intervals of absolute residuals, Lei et al. 2018), and the median is believed as far as it stands out of how much days differ
    (James and Stein 1961, the positive part).
    """
    quantiles: dict[str, Vector] = {}
    counts: dict[str, int] = {}
    ancestors = np.array([parents(str(name)) for name in slices], dtype=object).reshape(-1, 2)
    for names in (ancestors[:, 1], ancestors[:, 0], slices):
        for name in sorted({str(n) for n in names}):
            mine = names == name
            n = int(mine.sum())
            own = _at_publication(scores[mine], days[mine]) if name.endswith("/0") else _own(scores[mine])
            parent = quantiles.get(_parent(name), own)
            quantiles[name] = (n * own + parent_weight * parent) / (n + parent_weight)
            counts[name] = n
    return Calibration(quantiles, counts)


def fit_to_prior(scores: Vector, slices: np.ndarray, videos: np.ndarray, priors: Mapping[str, Vector]) -> Calibration:
    """Return the calibration of few scores (n, perhaps none) with their slices and videos, for each slice of ``priors``.

    The quantiles of both formats together are mixed with the prior, a format's own with those. What counts is the number of videos, for
    their replays at several ages rise and fall together. All are taken around their median: where videos are few it is noise, and what is
    served stays where the baseline puts it.
    """
    both = np.array([parents(str(name))[0] for name in slices], dtype=np.str_)
    quantiles, counts = {}, {}
    for name, prior in priors.items():
        mine, alike = slices == name, both == parents(name)[0]
        pooled = _mixed_by_videos(scores[alike], videos[alike], prior, PRIOR_WEIGHT)
        quantiles[name] = _mixed_by_videos(scores[mine], videos[mine], pooled, FORMATS_WEIGHT)
        counts[name] = int(mine.sum())
    return Calibration(quantiles, counts)


def score_quantiles(calibration: Calibration, slices: np.ndarray) -> Vector:
    """Return (n, 79) score quantiles: of each forecast's slice, or of the nearest ancestor that was calibrated."""
    names, code = np.unique(slices, return_inverse=True)
    found = [_lookup(calibration, str(name)) for name in names]
    return np.stack(found)[code] if found else np.zeros((0, LEVELS.size))


def parents(slice_name: str) -> tuple[str, str]:
    """Return the parent of a slice and its parent.

    Examples
    --------
    >>> parents("views_30d/short/3")
    ('views_30d//3', 'views_30d')

    """
    target, _, seen = slice_name.split("/")
    return f"{target}//{seen}", target


def _parent(name: str) -> str:
    parts = name.split("/")
    if len(parts) == 1:
        return ""
    return parts[0] if parts[1] == "" else f"{parts[0]}//{parts[2]}"


def _lookup(calibration: Calibration, name: str) -> Vector:
    for candidate in (name, *parents(name)):
        if candidate in calibration.quantiles:
            return calibration.quantiles[candidate]
    raise KeyError(name)


def _own(scores: Vector) -> Vector:
    return np.asarray(np.quantile(scores, LEVELS, method="weibull"), dtype=np.float64)


def _at_publication(scores: Vector, days: np.ndarray) -> Vector:
    found: Vector = _with_opposites(scores, days) - _disbelieved(scores, days)
    return found


def _disbelieved(scores: Vector, days: np.ndarray) -> float:
    """Return how much of the median of n scores is put down to the days that they happen to come from."""
    median = float(np.median(scores))
    of_days = _medians(scores, days)
    differ = np.square(of_days - of_days.mean()).sum() + DAYS_WEIGHT * DAYS_DIFFER**2
    doubt = differ / (of_days.size - 1 + DAYS_WEIGHT) / of_days.size
    return float(doubt / median) if median**2 > doubt else median


def _medians(scores: Vector, days: np.ndarray) -> Vector:
    """Return the median of the scores of each day; all at once, as tuning asks for many."""
    ordered = scores[np.lexsort((scores, days))]
    _, first, count = np.unique(np.sort(days), return_index=True, return_counts=True)
    found: Vector = (ordered[first + (count - 1) // 2] + ordered[first + count // 2]) / 2
    return found


def _with_opposites(scores: Vector, days: np.ndarray) -> Vector:
    """Return the quantiles of n scores that count ``1 - share`` each and their opposites across the median that count ``share`` each."""
    share = 0.5 * DAYS_WEIGHT / (np.unique(days).size + DAYS_WEIGHT)
    both = np.concatenate([scores, 2 * np.median(scores) - scores])
    order = np.argsort(both, kind="stable")
    weight = np.repeat([1 - share, share], scores.size)[order]
    # The middle of each score's weight, as i / (n + 1) is of n alike.
    levels = (weight.cumsum() - weight / 2 + 0.5) / (scores.size + 1)
    found: Vector = np.interp(LEVELS, levels, both[order])
    return found


def _mixed_by_videos(scores: Vector, videos: np.ndarray, other: Vector, weight: float) -> Vector:
    if not scores.size:
        return other
    own, n = _own(scores), np.unique(videos).size
    mixed: Vector = (n * (own - own[_MEDIAN]) + weight * other) / (n + weight)
    return mixed
