"""What was honestly known of a video at an age, taken out of whatever is compared."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from foreview.audit.outcomes import views_at
from foreview.curves.curve import Curves, Floats, Ints
from foreview.tables.catalogue import Catalogue
from foreview.vocabulary import DAY_MS


@dataclass(frozen=True, slots=True)
class Known:
    """Of n videos: the ``stratum`` of each (channel and format), ``time`` of publication [d], its ``cycles`` (n, 4), the curves."""

    stratum: Ints
    time: Floats
    cycles: Floats
    curves: Curves

    def at(self, age: float) -> Floats:
        """Return (n, k): season, time of day, weekday, and the curve up to ``age`` [d]; NaN where it was not observed so long."""
        trend = self.time / max(float(np.abs(self.time).max()), 1.0)
        seen = [views_at(self.curves, age * share) for share in (0.25, 0.5, 0.75, 1.0)] if age > 0 else []
        return np.column_stack([trend, trend**2, self.cycles, *seen])


@dataclass(frozen=True, slots=True)
class Projection:
    """Takes out of a column all that strata and a matrix explain of it, by least squares over its rows."""

    stratum: Ints
    basis: Floats
    freedom: int
    """Degrees of freedom that are left."""

    def residual(self, values: Floats) -> Floats:
        """Return what is left of ``values`` (rows)."""
        within = _within(values[:, None], self.stratum)[:, 0]
        left: Floats = within - self.basis @ (self.basis.T @ within)
        return left


def known_of(catalogue: Catalogue, curves: Curves) -> Known:
    """Return what may be compared with what."""
    local = pl.col("published_at").dt.convert_time_zone(catalogue.clock.timezone)
    table = catalogue.videos.select(
        stratum=pl.struct("channel_id", "format", "platform").rank("dense"),
        hour=local.dt.hour(),
        day=local.dt.weekday(),
    )
    circle = [2 * np.pi * table[name].to_numpy() / size for name, size in (("hour", 24), ("day", 7))]
    published = catalogue.videos["published_at"].dt.timestamp("ms").to_numpy().astype(np.float64) / DAY_MS
    cycles = np.column_stack([turn(angle) for angle in circle for turn in (np.sin, np.cos)])
    return Known(table["stratum"].to_numpy().astype(np.int64), published - published.max(), cycles, curves)


def projection(stratum: Ints, matrix: Floats) -> Projection:
    """Return the projection off the strata and ``matrix`` (rows, k), which has no NaN."""
    codes = np.unique(stratum, return_inverse=True)[1].astype(np.int64)
    within = _within(matrix, codes)
    left, size, _ = np.linalg.svd(within, full_matrices=False)
    basis = left[:, size > 1e-8 * max(float(size.max(initial=0.0)), 1.0)]
    return Projection(codes, basis, len(codes) - int(codes.max(initial=-1)) - 1 - basis.shape[1])


def pairs_within(stratum: Ints, shifts: int = 15) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Return positions of videos of one stratum, pair by pair: each with about ``shifts`` others, drawn with a fixed seed."""
    shuffled = np.random.default_rng(0).permutation(len(stratum))
    order = shuffled[np.argsort(stratum[shuffled], kind="stable")]
    left = [order[:-shift] for shift in range(1, min(shifts + 1, len(order)))]
    right = [order[shift:] for shift in range(1, min(shifts + 1, len(order)))]
    if not left:
        return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
    one, other = np.concatenate(left), np.concatenate(right)
    same = stratum[one] == stratum[other]
    return one[same], other[same]


def _within(matrix: Floats, stratum: Ints) -> Floats:
    """Return ``matrix`` (rows, k) less the mean of each row's stratum (codes from 0)."""
    size = np.maximum(np.bincount(stratum), 1)
    means = np.column_stack([np.bincount(stratum, weights=column) / size for column in matrix.T])
    within: Floats = matrix - means[stratum]
    return within
