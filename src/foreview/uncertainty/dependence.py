"""How far the outcomes of several videos miss together: a Gaussian copula with a factor for the month and one for the channel in it.

The normal scores of two videos are taken to be correlated by ``channel`` where they are of one channel and month, by ``month`` where of one
month and two channels, and not at all otherwise. Both are mean products of pairs out of time, mixed with a documented prior where groups
are few.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from foreview.uncertainty.adaptive import normal_scores
from foreview.uncertainty.conformal import LEVELS, Calibration, Vector, score_quantiles
from foreview.uncertainty.record import Record

Ints = npt.NDArray[np.int64]

PRIOR_WEIGHT: Final = 10.0
"""Groups (channels in a month, or months) that the prior is worth."""
MOST: Final = 0.9
DRAWS: Final = 4_000
"""Draws of a sum: the ends of its 80 % interval then move by about a fiftieth of its width from seed to seed."""
_PART: Final = 500


@dataclass(frozen=True, slots=True)
class Dependence:
    """Correlations of normal scores, and how many channels in a month they were seen in (0: the prior alone)."""

    channel: float
    month: float
    groups: int


PRIOR: Final = Dependence(0.1, 0.02, 0)
"""Where nothing is known: about what the simulated worlds show at publication."""


def months_of(day: Ints) -> Ints:
    """Return the calendar month (UTC, counted from 1970) of n days since 1970.

    Examples
    --------
    >>> months_of(np.array([0, 30, 31])).tolist()
    [0, 0, 1]

    """
    return day.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)


def dependence(record: Record, calibration: Calibration) -> Dependence:
    """Return the correlations that the outcomes of a record show, each slice beside its own."""
    products, pairs, groups = np.zeros(2), np.zeros(2), np.zeros(2)
    for name in np.unique(record.slices):
        mine = _last_of_each(record.video, record.slices == name)
        z = normal_scores(record.score[mine], score_quantiles(calibration, np.array([name]))[0])
        if mine.size < 2 or (square := float((z * z).mean())) == 0:
            continue
        month = months_of(record.day[mine])
        within = np.unique(np.stack([month, record.owner[mine]]), axis=1, return_inverse=True)[1].ravel()
        found = _pairs(z / np.sqrt(square), np.unique(month, return_inverse=True)[1], within)
        products += found[0]
        pairs += found[1]
        groups = np.maximum(groups, found[2])
    means = np.where(pairs > 0, products / np.maximum(pairs, 1e-12), 0.0)
    channel, month_ = (
        (n * mean + PRIOR_WEIGHT * prior) / (n + PRIOR_WEIGHT)
        for n, mean, prior in zip(groups, means, (PRIOR.channel, PRIOR.month), strict=True)
    )
    month_ = float(np.clip(month_, 0.0, MOST))
    return Dependence(float(np.clip(channel, month_, MOST)), month_, int(groups[0]))


def _last_of_each(video: Ints, rows: np.ndarray) -> Ints:
    """Return the positions of the last of ``rows`` (n booleans) of each video: a video goes together with others, not with itself."""
    mine = np.flatnonzero(rows)[::-1]
    return np.sort(mine[np.unique(video[mine], return_index=True)[1]])


def _pairs(z: Vector, month: Ints, within: Ints) -> tuple[Vector, Vector, Vector]:
    """Return for pairs of one channel and month, and of one month and two channels: sums of products, of weights, and groups.

    A group of n weighs n - 1: what it tells grows with its videos, not with its pairs.
    """
    size, total, square = (np.bincount(within, weights=w) for w in (np.ones(z.size), z, z * z))
    several = size > 1
    own = ((total**2 - square)[several] / size[several]).sum(), (size[several] - 1).sum(), several.sum()
    of_month = np.zeros(size.size, dtype=np.int64)
    of_month[within] = month
    sums, squares, sizes = (
        np.bincount(month, weights=z),
        np.bincount(of_month, total**2),
        np.bincount(of_month, size**2),
    )
    n = np.bincount(month).astype(np.float64)
    pairs = n**2 - sizes
    both = pairs > 0
    cross = ((sums**2 - squares)[both] / n[both]).sum(), (pairs[both] / n[both]).sum(), both.sum()
    return tuple(np.array(part, dtype=np.float64) for part in zip(own, cross, strict=True))  # type: ignore[return-value]  # three in, three out


def drawn_sums(values: Vector, channel: Ints, month: Ints, by: Dependence, *, seed: int = 0) -> Vector:
    """Return :data:`DRAWS` draws of the sum of n outcomes (raw scale) with distributions ``values`` (n, 79; ln(1+y)), the same each time.

    ``channel`` and ``month`` (n) number whose and when each is. Beyond its outermost levels a distribution goes on with its last slope.
    """
    from scipy.special import ndtr

    rng = np.random.default_rng(seed)
    of_month = np.unique(month, return_inverse=True)[1].ravel()
    within = np.unique(np.stack([month, channel]), axis=1, return_inverse=True)[1].ravel()
    shared = np.sqrt(by.month) * rng.standard_normal((int(of_month.max(initial=-1)) + 1, DRAWS))
    own = np.sqrt(by.channel - by.month) * rng.standard_normal((int(within.max(initial=-1)) + 1, DRAWS))
    total = np.zeros(DRAWS)
    for start in range(0, len(values), _PART):
        part = slice(start, start + _PART)
        chance = rng.standard_normal((len(values[part]), DRAWS))
        z = shared[of_month[part]] + own[within[part]] + np.sqrt(1.0 - by.channel) * chance
        total += np.expm1(_at(values[part], ndtr(z))).sum(axis=0)
    return total


def _at(values: Vector, level: Vector) -> Vector:
    """Return the quantiles of n distributions (n, 79) at levels (n, m) between 0 and 1, never below 0."""
    first, last = 2 * values[:, :1] - values[:, 1:2], 2 * values[:, -1:] - values[:, -2:-1]
    whole = np.concatenate([np.maximum(first, 0.0), values, last], axis=1)
    position = np.clip(level / LEVELS[0], 0.0, LEVELS.size + 1.0)
    low = np.minimum(position.astype(np.int64), LEVELS.size)
    below, above = np.take_along_axis(whole, low, axis=1), np.take_along_axis(whole, low + 1, axis=1)
    found: Vector = below + (position - low) * (above - below)
    return found
