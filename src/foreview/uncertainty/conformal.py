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


@dataclass(frozen=True, slots=True)
class Calibration:
    """For each slice the quantiles of its scores at :data:`LEVELS`, already shrunk, and how many scores there were."""

    quantiles: Mapping[str, Vector]
    counts: Mapping[str, int]


def fit_calibration(scores: Vector, slices: np.ndarray, parent_weight: float = PARENT_WEIGHT) -> Calibration:
    """Return the calibration of n scores with their slices (n names).

    The p-quantile of m scores is the order statistic ``(m + 1) p``, so that a new exchangeable score lies below it with probability p
    (up to interpolation).
    """
    quantiles: dict[str, Vector] = {}
    counts: dict[str, int] = {}
    ancestors = np.array([parents(str(name)) for name in slices], dtype=object).reshape(-1, 2)
    for names in (ancestors[:, 1], ancestors[:, 0], slices):
        for name in sorted({str(n) for n in names}):
            own = scores[names == name]
            parent = quantiles.get(_parent(name))
            quantiles[name] = _own(own) if parent is None else _mixed(own, parent, parent_weight)
            counts[name] = int(own.size)
    return Calibration(quantiles, counts)


def fit_to_prior(scores: Vector, slices: np.ndarray, priors: Mapping[str, Vector]) -> Calibration:
    """Return the calibration of few scores (n, perhaps none): each slice's own quantiles mixed with those of ``priors``."""
    own = {name: scores[slices == name] for name in priors}
    quantiles = {name: _mixed(own[name], prior) for name, prior in priors.items()}
    return Calibration(quantiles, {name: int(found.size) for name, found in own.items()})


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


def _mixed(own: Vector, parent: Vector, weight: float = PARENT_WEIGHT) -> Vector:
    if not own.size:
        return parent
    return (own.size * _own(own) + weight * parent) / (own.size + weight)
