"""The moment of publication."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import polars as pl

from foreview.features.timing import timing_features


def test_one_publication_alone_is_timed_as_in_a_batch():
    """Polars divides a column by a number another way when the column has one row."""
    start = datetime(2026, 1, 1, tzinfo=UTC)
    batch = pl.DataFrame({"published_at": [start + timedelta(minutes=minute) for minute in range(1440)]})
    together = batch.select(timing_features("UTC"))
    for row in range(0, 1440, 7):
        assert batch[row : row + 1].select(timing_features("UTC")).equals(together[row : row + 1])
