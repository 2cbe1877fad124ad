"""Labels: the true values at the horizons, where they are known and not a guess; and when they became known."""

from __future__ import annotations

import polars as pl

from foreview.curves.curve import revenue_curves, view_curves
from foreview.curves.maturity import matured_targets
from foreview.options import LabelOptions
from foreview.tables.catalogue import Catalogue


def labels(catalogue: Catalogue, options: LabelOptions | None = None) -> pl.DataFrame:
    """Return one row a video: each target (null where missing) and ``<target>_matured_at`` (UTC, when it became known).

    Views [count] are the running maximum at age 7 and 30 d; ``engagement_rate`` [percent] is
    ``100 * (likes + comments + shares) / views`` of the first 30 d, missing where there are no views or likes are hidden, 0 where more
    were taken back; ``revenue_30d`` [USD] the sum of the first 30 d, 0 where corrections exceed it. A label exists where the curve was
    observed at the horizon, or on both sides of it at most ``options.max_gap_days`` apart. Labels of ``catalogue.as_of(t)`` are the labels mature at ``t``.

    Examples
    --------
    >>> from datetime import datetime, timedelta, timezone
    >>> noon = datetime(2026, 1, 1, 12, tzinfo=timezone.utc)
    >>> videos = pl.DataFrame({"video_id": ["a"], "published_at": [noon]})
    >>> seen = [(noon + timedelta(days=day), 10 * day) for day in (6, 8)]
    >>> snapshots = pl.DataFrame({"video_id": "a", "observed_at": [t for t, _ in seen], "views": [v for _, v in seen]})
    >>> row = labels(Catalogue.of(videos, snapshots=snapshots)).row(0, named=True)
    >>> round(row["views_7d"], 2), row["views_7d_matured_at"].isoformat(), row["views_30d"]
    (69.29, '2026-01-09T12:00:00+00:00', None)

    """
    published = catalogue.videos["published_at"]
    columns = [catalogue.videos["video_id"]]
    for target, found in matured_targets(catalogue, view_curves(catalogue), revenue_curves(catalogue), options).items():
        value = pl.Series(target, found.value).fill_nan(None)
        at = (published + pl.Series(found.age).cast(pl.Duration("ms"))).alias(f"{target}_matured_at")
        columns += [value, at.zip_with(value.is_not_null(), pl.Series([None], dtype=at.dtype))]
    return pl.DataFrame(columns)
