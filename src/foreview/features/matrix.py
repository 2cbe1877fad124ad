"""All features of a set of issues as one table: the same function for training, batch and a single request."""

from __future__ import annotations

import numpy as np
import polars as pl

from foreview.curves.curve import Floats, Ints, revenue_curves, view_curves
from foreview.errors import UsageError
from foreview.features.channel import channel_features, standing_features
from foreview.features.content import content_features
from foreview.features.early import early_features
from foreview.features.spec import features_with
from foreview.features.text import text_features
from foreview.features.timing import timing_features
from foreview.tables.catalogue import Catalogue
from foreview.vocabulary import DAY_MS


def feature_table(catalogue: Catalogue, issues: pl.DataFrame) -> pl.DataFrame:
    """Return ``issues`` with ``issue_age_days`` and one column a feature (null where missing), row by row.

    ``issues`` has ``video_id`` and ``as_of`` (UTC). Each row uses what was known at its own ``as_of`` and nothing else, so the
    catalogue may hold the future: the row is the same, bit for bit, computed from ``catalogue.as_of(as_of)``, alone or in
    a batch.

    Raises
    ------
    UsageError
        Where a video is not in the catalogue or ``as_of`` lies before its publication.

    """
    video, issue_age = _locate(catalogue, issues)
    views, revenue = view_curves(catalogue), revenue_curves(catalogue)
    numbers: dict[str, Floats] = {
        **channel_features(catalogue, views, revenue, video, issue_age),
        **early_features(views, revenue, video, issue_age),
    }
    facts = catalogue.videos.select(
        *content_features(),
        *text_features(),
        *timing_features(catalogue.clock.timezone),
        *standing_features(),
        *(column.name for column in catalogue.declared),
    )[video]
    own = pl.DataFrame(numbers).with_columns(pl.all().fill_nan(None))
    age = pl.Series("issue_age_days", issue_age / DAY_MS)
    table = pl.concat([issues, age.to_frame(), facts, own], how="horizontal")
    withheld = [
        pl.when(pl.col("issue_age_days") >= c.known_after_days)
        .then(pl.col(c.name) if c.kind != "boolean" else pl.col(c.name).cast(pl.Float64))
        .alias(c.name)
        for c in catalogue.declared
    ]
    names = [feature.name for feature in features_with(catalogue.declared)]
    return table.with_columns(withheld).select(*issues.columns, "issue_age_days", *names)


def _locate(catalogue: Catalogue, issues: pl.DataFrame) -> tuple[Ints, Ints]:
    """Return the position of each issue's video and its issue age [ms]."""
    known = catalogue.videos.select("video_id", "published_at").with_row_index("video")
    found = issues.select("video_id", "as_of").join(known, on="video_id", how="left", maintain_order="left")
    if found["video"].null_count():
        missing = found.filter(pl.col("video").is_null())["video_id"][0]
        raise UsageError("a forecast is asked for a video of the catalogue", f"{missing!r} is not in it")
    age = (found["as_of"].cast(pl.Datetime("ms", "UTC")) - found["published_at"]).dt.total_milliseconds()
    if (age < 0).any():
        early = found.filter(age < 0).row(0, named=True)
        raise UsageError(
            "a forecast is made at or after publication",
            f"{early['video_id']!r} was published {early['published_at']} and asked for as of {early['as_of']}",
            "Ask with a later as_of",
        )
    return found["video"].to_numpy().astype(np.int64), age.to_numpy().astype(np.int64)
