"""Should one act on days 1 to 3? An early warning says how often it is raised for nothing, and is not raised where that is not known."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

import numpy as np
import polars as pl

from foreview.errors import UsageError
from foreview.forecasting.distributions import predicted
from foreview.forecasting.inputs import corrections_of, inputs_table, settled_of
from foreview.learners.matrix import Vector
from foreview.learners.structure import column, typical
from foreview.releases.manifest import Release
from foreview.releases.models import models_of
from foreview.tables.catalogue import Catalogue
from foreview.uncertainty.conformal import parents
from foreview.uncertainty.dependence import PRIOR
from foreview.uncertainty.distribution import below
from foreview.uncertainty.record import Record
from foreview.vocabulary import Target

TARGET: Final[Target] = "views_30d"
RATE: Final = 0.05
"""Share of ordinary videos, those that do not end on the side that is warned of, that may be warned of all the same."""
SURE: Final = 0.9
"""Probability that the true rate is at most that."""
LEAST_ORDINARY: Final = 30
"""Ordinary videos, as many as their channels make of them, below which no rate is stated."""
LEAST_CHANCE: Final = 0.9
"""A warning is more likely right than this, whatever the threshold: a world may have changed since that was chosen."""
EARLY_DAYS: Final = 4.0
"""Age [d] of the last count from which it is no early warning any more: day 3 is over."""
LOOKED_AT_DAYS: Final = 8.0
"""Age [d] up to which a video may still have a count of its first days only, as a source is late."""
_BUCKETS: Final = ("1", "3")

Side: TypeAlias = Literal["below", "above"]
SIDES: Final[tuple[Side, ...]] = ("below", "above")
State: TypeAlias = Literal["warned", "not warned", "too few", "not early"]


@dataclass(frozen=True, slots=True)
class Threshold:
    """From where on a side is warned of, and how often that was for nothing: on ``flagged`` of ``ordinary`` later videos.

    ``rate`` is expected of further ordinary videos; its 95 % interval is ``low`` to ``high``. ``at`` is on the scale of scores; None: ordinary
    videos are too few for the rate that was asked for.
    """

    side: Side
    at: float | None
    ordinary: int
    flagged: int
    rate: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class Warned:
    """Whether one video is warned of on one side, and the probability that it ends there (below or above typical at 30 days)."""

    video_id: str
    side: Side
    state: State
    probability: float
    observed_age_days: float
    threshold: Threshold
    because: str


def warnings(catalogue: Catalogue, release: Release, issues: pl.DataFrame, *, rate: float = RATE) -> tuple[Warned, ...]:
    """Return for each issue (``video_id, as_of``) and side whether the video is warned of.

    Warned of is a video for which typical lies so high, or so low, in the forecast's own spreads as for at most a share ``rate`` of the
    *ordinary* videos that the release was calibrated on: those that did not end on that side. The threshold is their order statistic
    for which the true rate is at most ``rate`` with a probability of 90 %, of one format and days seen, or of both formats where one has
    too few. And it must be likely, 90 %, that the video ends on that side.

    Raises
    ------
    UsageError
        Where ``rate`` lies outside 0 to 1, a video is not in the catalogue, or ``as_of`` lies before its publication.

    """
    if not 0 < rate < 1:
        raise UsageError("a false-alarm rate lies between 0 and 1", f"found {rate}")
    inputs = inputs_table(catalogue, release, issues)
    models = models_of(release)
    model = models["views"]
    forecasts = predicted(models, inputs, settled_of(inputs), corrections_of(inputs))[TARGET]
    at = forecasts.at
    usual = typical(model.location.structure, inputs, TARGET)
    position = (usual - at.location) / at.spread
    weak = below(forecasts.values, usual)
    observed = column(inputs, "observed_age_days")
    thresholds = {name: _thresholds(model.record, name, rate) for name in np.unique(at.slices).tolist()}
    found = []
    for row, name in enumerate(at.slices.tolist()):
        early = name.rsplit("/", 1)[1] in _BUCKETS and observed[row] < EARLY_DAYS
        for side, sign, chance in (("below", 1.0, weak[row]), ("above", -1.0, 1.0 - weak[row])):
            threshold = thresholds[name][side]
            state = _state(threshold, sign * float(position[row]), float(chance), early=early)
            facts = (inputs["video_id"][row], threshold.side, state, float(chance), float(observed[row]))
            found.append(Warned(*facts, threshold, _said(state, threshold)))
    return tuple(found)


def _state(threshold: Threshold, position: float, chance: float, *, early: bool) -> State:
    if not early:
        return "not early"
    if threshold.at is None:
        return "too few"
    return "warned" if position > threshold.at and chance >= LEAST_CHANCE else "not warned"


def _said(state: State, by: Threshold) -> str:
    if state == "not early":
        return "an early warning is for days 1 to 3, once the video was counted"
    if by.rate is None or by.low is None or by.high is None:
        return f"{by.ordinary} ordinary later videos are too few to state a false-alarm rate"
    said = f"of ordinary videos {by.rate:.1%} are warned of ({by.low:.1%} to {by.high:.1%}, seen on {by.ordinary})"
    return f"{'ends' if state == 'warned' else 'nothing says that it ends'} {by.side} typical; {said}"


def _thresholds(record: Record | None, name: str, rate: float) -> dict[str, Threshold]:
    """Return the threshold of each side in a slice: its own, or that of both formats where its own are too few."""
    found: dict[str, Threshold] = {}
    for side, sign in zip(SIDES, (1.0, -1.0), strict=True):
        own = _threshold(side, np.zeros(0), np.zeros(0), rate)
        if record is not None and record.typical.size:
            ended_there = sign * record.score < sign * record.typical
            for mine in (record.slices == name, _both_formats(record.slices, name)):
                ordinary = mine & ~ended_there
                own = _threshold(side, *_farthest(record, sign, ordinary), rate)
                if own.at is not None:
                    break
        found[side] = own
    return found


def _farthest(record: Record, sign: float, rows: np.ndarray) -> tuple[Vector, np.ndarray]:
    """Return for each video of ``rows`` the farthest that typical ever lay, and whose it is: it may be looked at at any age of these days."""
    mine = np.flatnonzero(rows)
    mine = mine[np.argsort(-sign * record.typical[mine], kind="stable")]
    mine = mine[np.unique(record.video[mine], return_index=True)[1]]
    return sign * record.typical[mine], record.owner[mine]


def _both_formats(slices: np.ndarray, name: str) -> np.ndarray:
    parent = parents(name)[0]
    return np.array([parents(str(other))[0] == parent for other in slices], dtype=np.bool_)


def _threshold(side: Side, positions: Vector, owner: np.ndarray, rate: float) -> Threshold:
    """Return the threshold by where typical lay for n ordinary videos.

    Above the k-th highest of n lies a share of all later ones that is Beta(k, n + 1 - k): k is the largest with which that is at most
    ``rate`` in 90 % of cases. As the videos of a channel go together, both are as for fewer videos.
    """
    from scipy.stats import beta

    n = positions.size
    counts, believed = np.arange(1, n + 1), _believed(owner)
    allowed = counts[beta.ppf(SURE, believed * counts, believed * (n + 1 - counts)) <= rate]
    if believed * n < LEAST_ORDINARY or not allowed.size:
        return Threshold(side, None, n, 0, None, None, None)
    k = int(allowed[-1])
    at = float(np.sort(positions)[n - k])
    low, high = beta.interval(0.95, believed * k, believed * (n + 1 - k))
    return Threshold(side, at, n, int((positions > at).sum()), k / (n + 1), float(low), float(high))


def _believed(owner: np.ndarray) -> float:
    """Return the share of its videos that a sample of whole channels is worth (Kish's design effect, with the documented correlation)."""
    if not owner.size:
        return 1.0
    sizes = np.unique(owner, return_counts=True)[1].astype(np.float64)
    return float(1.0 / (1.0 + ((sizes**2).sum() / owner.size - 1.0) * PRIOR.channel))
