"""Outcomes beside what was honestly known: what of them was a surprise at the claimed age, and what still was later."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from foreview.audit.known import Known, Projection, pairs_within, projection
from foreview.audit.outcomes import Outcome
from foreview.curves.curve import Floats, Ints

WAIT_DAYS: Final = 1.0
"""Days seen of a video after which an honest fact of its publication has had most of its say."""
FEWEST: Final = 60
"""Videos below which nothing is said."""
_BINS: Final = 12

Rows = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Compared:
    """An outcome of m of the videos (``rows`` marks them): what columns are held against.

    ``surprise`` (m) is what the claimed age left open of it, ``growth`` (m) what was open :data:`WAIT_DAYS` later still, off
    ``after``; ``one`` and ``other`` are pairs of positions among the m, of one stratum each.
    """

    outcome: Outcome
    rows: Rows
    surprise: Floats
    growth: Floats
    after: Projection
    one: Ints
    other: Ints


def compared(outcome: Outcome, claimed: float, present: Rows, known: Known) -> Compared | None:
    """Return the comparison at a claimed age [d] over the videos that are ``present``; None where they are too few.

    Where the outcome is a total so far, the age at which it was counted is taken out of it too.
    """
    later = claimed + WAIT_DAYS
    at_claim, at_wait = known.at(claimed), known.at(later)
    rows = present & ~np.isnan(outcome.values) & (outcome.age >= later + WAIT_DAYS) & ~np.isnan(at_wait).any(axis=1)
    if rows.sum() < FEWEST:
        return None
    counted = np.column_stack([np.exp(-outcome.age[rows] / days) for days in (3.0, 12.0, 100.0)])
    stratum, values = known.stratum[rows], outcome.values[rows]
    surprise = projection(stratum, np.column_stack([at_claim[rows], counted])).residual(values)
    foreseen = np.column_stack([at_wait[rows], counted])
    growth = projection(stratum, foreseen).residual(values)
    # A flag set above a threshold is no straight line in what was foreseen: bins let it be any function of it.
    bins = [_bins(index) for index in (surprise - growth, values - growth)]
    after = projection(stratum, np.column_stack([foreseen, *bins]))
    one, other = pairs_within(after.stratum)
    return Compared(outcome, rows, surprise, after.residual(values), after, one, other)


def _bins(index: Floats) -> Floats:
    """Return (m, bins): to which of equally many an index belongs."""
    edges = np.quantile(index, np.linspace(0, 1, _BINS + 1)[1:-1])
    return np.eye(_BINS)[np.searchsorted(edges, index)][:, 1:]
