"""Methods 3 and 4: the column was read when the catalogue was made, not when the video was published."""

from __future__ import annotations

from typing import Final

import numpy as np
import polars as pl
from scipy import stats

from foreview.audit.columns import COUNTERS, Audited
from foreview.audit.evidence import Evidence
from foreview.audit.known import Known, projection
from foreview.audit.tells import AFTER_WAIT
from foreview.curves.curve import Floats

AGEING: Final = "ages with the export"
STANDING_STILL: Final = "was read once"
COUNTER_UNITS: Final = ("followers", "subscribers")
TELLING: Final = 0.25
"""Correlation with what came after the wait from which a column that ages is accused."""
YOUNG_DAYS: Final = 35.0
PLACEBO_STEP_DAYS: Final = 10.0
FEWEST_YOUNG: Final = 20
BELIEVED_F_RATIO: Final = 1.5
"""How much more the youngest videos may deviate at the export than at any other day that could have been one."""
STILL_DAYS: Final = 60.0
STILL_VIDEOS: Final = 8


def ageing(column: Audited, known: Known, tells: Evidence | None) -> Evidence | None:
    """Return evidence that values grow with the age at the export among the youngest videos, as totals do; None where too few.

    A fact of the publication may change with the calendar, but it knows no day of export: the same test at earlier days, as if
    they had been the export, says how far such changes reach. Only a column that also tells the outcome is accused.
    """
    values = column.missing if column.kind == "category" else column.values
    rows = ~np.isnan(values)
    if column.kind == "number" and rows.any():
        values = values.copy()
        values[rows] = stats.rankdata(values[rows]) / rows.sum()
    found = _deviation(values, known, 0.0)
    if found is None:
        return None
    span = -float(known.time.min())
    ends = np.arange(YOUNG_DAYS, span - 2 * YOUNG_DAYS, PLACEBO_STEP_DAYS)
    placebos = [one[0] for end in ends if (one := _deviation(values, known, float(end))) is not None]
    if len(placebos) < 3:
        return None
    f, p_value = found
    ratio = f / max(*placebos, 1.0)
    telling = tells is not None and abs(float(tells.numbers[AFTER_WAIT])) > TELLING
    numbers = {"f": f, "largest_f_at_other_days": max(placebos), "other_days": len(placebos)}
    sentence = (
        f"among the youngest videos it changes with their age at the export (F = {f:.0f}; at {len(placebos)} other days at most "
        f"{max(placebos):.0f}), {'and it also tells' if telling else 'but it does not tell'} what came later"
    )
    return Evidence(column, AGEING, p_value, ratio > BELIEVED_F_RATIO and telling, numbers, sentence)


def standing_still(column: Audited, known: Known, unit: str) -> Evidence | None:
    """Return evidence that a counter of the channel is the same in all its videos over months; None where it is no such counter."""
    if column.name not in COUNTERS and unit not in COUNTER_UNITS:
        return None
    table = pl.DataFrame({"stratum": known.stratum, "time": known.time, "value": column.values}).filter(
        pl.col("value").is_not_nan()
    )
    spans = table.group_by("stratum").agg(
        pl.len(), days=pl.max("time") - pl.min("time"), still=pl.n_unique("value") == 1
    )
    long = spans.filter(pl.col("len") >= STILL_VIDEOS, pl.col("days") >= STILL_DAYS)
    channels, still = long.height, int(long["still"].sum())
    if not channels:
        return None
    # An audience that neither grows nor shrinks for two months happens to one channel in a hundred at most.
    p_value = float(stats.binom.sf(still - 1, channels, 0.001)) if still else 1.0
    sentence = (
        f"in {still} of {channels} channel-formats it is the same number in all videos over {STILL_DAYS:g} days or more: "
        "a count at publication would have moved, this one was read once, after them"
    )
    numbers = {"still": still, "channel_formats": channels}
    return Evidence(column, STANDING_STILL, p_value, still > 0.5 * channels, numbers, sentence)


def _deviation(values: Floats, known: Known, end: float) -> tuple[float, float] | None:
    """Return F and p-value of the age at ``end`` [d before the last publication], beyond strata, trend and cycles."""
    age = -known.time - end
    rows = ~np.isnan(values) & (age >= 0)
    if np.count_nonzero(rows & (age < YOUNG_DAYS)) < FEWEST_YOUNG or rows.sum() < 3 * FEWEST_YOUNG:
        return None
    off = projection(known.stratum[rows], known.at(0.0)[rows])
    left = off.residual(values[rows])
    shape = np.column_stack([off.residual(np.exp(-age[rows] / days)) for days in (3.0, 12.0)])
    explained = shape @ np.linalg.lstsq(shape, left, rcond=None)[0]
    rest = float(((left - explained) ** 2).sum())
    freedom = off.freedom - 2
    if freedom < FEWEST_YOUNG or float(left @ left) < 1e-9:
        return None
    f = float(explained @ explained) / 2 / max(rest / freedom, 1e-12)
    return f, float(stats.f.sf(f, 2, freedom))
