"""The moment of publication, as the audience's clock shows it."""

from __future__ import annotations

from math import tau

import polars as pl


def timing_features(timezone: str) -> list[pl.Expr]:
    """Return the timing group as expressions over ``catalogue.videos``, in ``timezone`` (IANA name)."""
    local = pl.col("published_at").dt.convert_time_zone(timezone)
    hour = local.dt.hour().cast(pl.Float64)
    # Multiplied, never divided: polars divides a column by a number as it multiplies by the inverse, but not a column of one row.
    turn = (hour * 60 + local.dt.minute().cast(pl.Float64)) * (tau / 1440)
    weekday = (local.dt.weekday() - 1).cast(pl.Float64)
    return [
        hour.alias("hour_posted"),
        turn.sin().alias("hour_sin"),
        turn.cos().alias("hour_cos"),
        weekday.alias("day_of_week"),
        (weekday * (tau / 7)).sin().alias("weekday_sin"),
        (weekday * (tau / 7)).cos().alias("weekday_cos"),
    ]
