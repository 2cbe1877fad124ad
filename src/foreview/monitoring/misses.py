"""Forecasts beside what happened, one by one: a few of many, and those that were wrong by most."""

from __future__ import annotations

import numpy as np
import polars as pl

from foreview.vocabulary import INTERVALS, SMALLEST_UNIT, Target


def evenly(rows: pl.DataFrame, most: int) -> pl.DataFrame:
    """Return at most ``most`` of the rows, at even distances: the first and the last are among them.

    Examples
    --------
    >>> evenly(pl.DataFrame({"n": range(10)}), 4)["n"].to_list()
    [0, 3, 6, 9]

    """
    if rows.height <= most:
        return rows
    return rows[np.linspace(0, rows.height - 1, most).round().astype(np.int64)]


def misses(rows: pl.DataFrame, target: Target, most: int) -> pl.DataFrame:
    """Return the forecasts of a target whose outcome lay farthest outside the 95 % interval, one a video, the farthest first.

    Parameters
    ----------
    rows:
        As of :func:`foreview.monitoring.track_record.track_record`.
    target:
        Whose smallest unit counts: below it a ratio means nothing.
    most:
        How many are returned at most.

    Returns
    -------
    The rows with ``ratio``, how many times beyond the nearer end of the interval the outcome lay (> 1), and ``above``, on which side.

    """
    low, high = (pl.col(name).clip(SMALLEST_UNIT[target]) for name in INTERVALS[95])
    came_to = pl.col("actual").clip(SMALLEST_UNIT[target])
    known = rows.filter(pl.col("target") == target, pl.col("actual").is_not_null(), pl.col("p2_5") < pl.col("p97_5"))
    told = known.with_columns(ratio=pl.max_horizontal(came_to / high, low / came_to), above=came_to > high)
    missed = told.filter(pl.col("ratio") > 1).sort("ratio", descending=True, maintain_order=True)
    return missed.unique("video_id", keep="first", maintain_order=True).head(most)
