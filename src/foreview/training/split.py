"""The inner split in time: fit, then choose weights and spread, then calibrate; each on later videos than the one before."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from foreview.options import Embargo
from foreview.training.rows import Rows

FIT_SHARE = 0.7
"""Share of the mature videos published before the inner origin."""
MIN_FIT_ROWS = 60


@dataclass(frozen=True, slots=True)
class InnerSplit:
    """The inner origin, the start of calibration [ms since 1970], and whether the embargo holds inside as well."""

    origin: int
    calibrate_from: int
    embargoed: bool

    def fit(self, rows: Rows) -> np.ndarray:
        """Return which rows the members are fitted on."""
        moment = rows.matured if self.embargoed else rows.published
        return np.asarray(moment <= self.origin)

    def validate(self, rows: Rows) -> np.ndarray:
        """Return which rows choose the weights, the spread and what has skill."""
        return np.asarray((rows.published > self.origin) & (rows.published <= self.calibrate_from))

    def calibrate(self, rows: Rows) -> np.ndarray:
        """Return which rows the conformal scores come from."""
        return np.asarray(rows.published > self.calibrate_from)


def inner_split(rows: Rows, embargo: Embargo) -> InnerSplit:
    """Return the split of the videos behind ``rows`` by publication: 70 % before the origin, then two halves.

    With the full embargo a row is fitted on only if its label was mature at the origin. A history too short for that is split by
    publication alone, and the split says so.
    """
    times = np.unique(rows.published)
    origin = int(times[min(int(FIT_SHARE * times.size), times.size - 1)])
    calibrate_from = int(times[min(int((1 + FIT_SHARE) / 2 * times.size), times.size - 1)])
    fitted = int((rows.matured <= origin).sum())
    embargoed = embargo == "full" and fitted >= MIN_FIT_ROWS
    return InnerSplit(origin, calibrate_from, embargoed)
