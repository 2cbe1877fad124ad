"""The inner split in time: fit, then choose weights and spread, then calibrate; each on later videos than the one before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from foreview.learners.slices import in_stage
from foreview.learners.structure import slices_of
from foreview.options import Embargo
from foreview.training.rows import Rows, is_told

FIT_SHARE = 0.7
"""Share of the mature videos published before the inner origin."""
MIN_FIT_ROWS = 60
MIN_SEEN_SHARE = 1 / 3
"""Share of the videos from which those with an early count set the origin: a tenth of all videos is then still published after it."""


@dataclass(frozen=True, slots=True)
class InnerSplit:
    """The inner origin, the start of calibration [ms since 1970], and whether the embargo holds inside as well."""

    origin: int
    calibrate_from: int
    embargoed: bool

    def fit(self, rows: Rows) -> np.ndarray:
        """Return which rows the members are fitted on."""
        return self.known(rows, self.origin)

    def known(self, rows: Rows, at: int) -> np.ndarray:
        """Return which rows' labels were mature at a time; without the embargo inside, which were published by then."""
        moment = rows.matured if self.embargoed else rows.published
        return np.asarray(moment <= at)

    def validate(self, rows: Rows) -> np.ndarray:
        """Return which rows choose the weights, the spread and what has skill."""
        return np.asarray((rows.published > self.origin) & (rows.published <= self.calibrate_from))

    def calibrate(self, rows: Rows) -> np.ndarray:
        """Return which rows the conformal scores come from."""
        return np.asarray(rows.published > self.calibrate_from)


def inner_splits(all_rows: Sequence[Rows], embargo: Embargo) -> tuple[InnerSplit, ...]:
    """Return the split of each target's videos by publication, with one origin for all of them.

    The origin is the earliest by which 70 % of a target's videos were published, counting those of which as much is known as will be of
    the videos to come: else models might be judged that never saw what they will know. The videos after it are halved target by target,
    because 30-day labels mature later than 7-day ones. With the full embargo a row is fitted on only if its label was mature at the origin.
    A history too short for that is split by publication alone, and the split says so.
    """
    telling = [rows.part(_telling(rows)) for rows in all_rows]
    times = [np.unique(rows.published) for rows in telling]
    origin = min(int(found[min(int(FIT_SHARE * found.size), found.size - 1)]) for found in times)
    fitted = min(int((rows.matured <= origin).sum()) for rows in telling)
    embargoed = embargo == "full" and fitted >= MIN_FIT_ROWS
    return tuple(InnerSplit(origin, _middle(found[found > origin], origin), embargoed) for found in times)


def _telling(rows: Rows) -> np.ndarray:
    """Return which rows tell what will be known: those with an early count where they are many, else those with any fact, else all."""
    told = is_told(rows.table)
    told = told if told.any() else np.ones(told.size, dtype=np.bool_)
    seen = told & in_stage(slices_of(rows.table, rows.target), "seen")
    enough = np.unique(rows.video[seen]).size >= MIN_SEEN_SHARE * np.unique(rows.video[told]).size
    return seen if enough and seen.any() else told


def _middle(times: np.ndarray, otherwise: int) -> int:
    return int(times[times.size // 2]) if times.size else otherwise
