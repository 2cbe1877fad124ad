"""What a channel's earlier videos did, whatever else the catalogue holds."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import polars as pl

from foreview.features.matrix import feature_table
from foreview.tables.catalogue import Catalogue

START = datetime(2026, 1, 1, tzinfo=UTC)


def catalogue(first: datetime) -> Catalogue:
    """One video of ``first`` and twelve of 2026, a day apart, of the channels a, b and c in turn; each has 10 views a day."""
    published = [first, *(START + timedelta(days=day) for day in range(12))]
    names = ["old", *(f"{'abc'[day % 3]}{day}" for day in range(12))]
    videos = pl.DataFrame({"video_id": names, "published_at": published, "channel_id": [name[0] for name in names]})
    seen = [
        (n, at + timedelta(days=day), 10 * day) for n, at in zip(names, published, strict=True) for day in range(31)
    ]
    return Catalogue.of(videos, snapshots=pl.DataFrame(seen, schema=["video_id", "observed_at", "views"], orient="row"))


def test_a_video_of_1970_lets_no_future_and_no_other_channel_in():
    at = START + timedelta(days=10)
    long_ago = catalogue(datetime(1970, 1, 2, tzinfo=UTC))
    issues = pl.DataFrame({"video_id": ["a9", "c8", "b1"], "as_of": [at] * 3}).cast({"as_of": pl.Datetime("ms", "UTC")})
    found = feature_table(long_ago, issues)
    assert found["channel_n_7d"].to_list() == [2, 1, 0]
    assert found.equals(feature_table(long_ago.as_of(at), issues))
    recent = feature_table(catalogue(START - timedelta(days=1)), issues)
    assert found.equals(recent)
