"""Training rows: each mature video replayed at each issue age, with its label and when that matured."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import polars as pl

from foreview.curves.labels import labels
from foreview.errors import NotEnoughHistory
from foreview.features.matrix import feature_table
from foreview.learners.matrix import Vector
from foreview.options import TrainingOptions
from foreview.tables.catalogue import Catalogue
from foreview.vocabulary import DAY_MS, HORIZON_DAYS, TARGETS, Target

_ISSUE = ("video_id", "as_of", "issue_age_days")


@dataclass(frozen=True, slots=True)
class Rows:
    """n training rows of one target, ordered by publication: features, outcome and times [ms since 1970]."""

    target: Target
    table: pl.DataFrame
    actual: Vector
    views: Vector
    """Views at 30 d, NaN where missing: revenue is modelled per thousand of them."""
    published: np.ndarray
    matured: np.ndarray
    owner: np.ndarray
    """Whose video it is: its channel, or the video itself where no channel is known."""

    def part(self, chosen: np.ndarray) -> Rows:
        """Return the rows for which ``chosen`` (n booleans) holds."""
        mask = pl.Series(chosen)
        return Rows(
            self.target,
            self.table.filter(mask),
            self.actual[chosen],
            self.views[chosen],
            self.published[chosen],
            self.matured[chosen],
            self.owner[chosen],
        )


def training_rows(catalogue: Catalogue, options: TrainingOptions) -> pl.DataFrame:
    """Return the replayed issues of all videos with a label: identifiers, features, labels and when these matured.

    Beyond ``options.max_rows`` a seeded draw of videos is kept; a video stays with all its issue ages or not at all.
    """
    known = labels(catalogue, options.labels)
    mature = known.filter(pl.any_horizontal(pl.col(t).is_not_null() for t in TARGETS))
    mature = _thinned(mature, options)
    owner = pl.coalesce("channel_id", pl.format("video {}", "video_id")).alias("owner")
    published = catalogue.videos.select("video_id", "published_at", owner)
    issues = _issues(mature.join(published, on="video_id", maintain_order="left"), options.issue_ages)
    table = feature_table(catalogue, issues.select("video_id", "as_of"))
    return pl.concat([table, issues.drop("video_id", "as_of")], how="horizontal")


def check_has_labels(catalogue: Catalogue, as_of: datetime) -> None:
    """Raise NotEnoughHistory, with the reason, unless a label of a video's views is mature."""
    known = labels(catalogue)
    if known["views_7d"].null_count() + known["views_30d"].null_count() < 2 * known.height:
        return
    n = catalogue.videos.height
    fact = f"none is, of {n} videos known at {as_of.isoformat()}"
    if n:
        first = catalogue.videos["published_at"][0]
        fact += f"; the first was published {first} and matures 7 days after, if its counts were observed then"
    raise NotEnoughHistory(
        "training needs a label that is mature at the cutoff",
        fact,
        "Choose a later --as-of or --train-until, or add history; a panel shorter than the horizon needs --embargo none",
    )


def rows_of(target: Target, table: pl.DataFrame) -> Rows:
    """Return the rows of ``target``: those with a label that was not yet known at the issue time."""
    matured_at = pl.col(f"{target}_matured_at")
    chosen = table.filter(pl.col(target).is_not_null() & (matured_at > pl.col("as_of")))
    features = chosen.drop(*_ISSUE, "published_at", "owner", *TARGETS, *(f"{t}_matured_at" for t in TARGETS))
    return Rows(
        target,
        features.with_columns(horizon_days=pl.lit(float(HORIZON_DAYS[target]))),
        chosen[target].to_numpy().astype(np.float64),
        chosen["views_30d"].fill_null(float("nan")).to_numpy().astype(np.float64),
        chosen["published_at"].dt.timestamp("ms").to_numpy().astype(np.int64),
        chosen[f"{target}_matured_at"].dt.timestamp("ms").to_numpy().astype(np.int64),
        chosen["owner"].to_numpy(),
    )


def _issues(mature: pl.DataFrame, ages: Sequence[float]) -> pl.DataFrame:
    at_each_age = [
        mature.with_columns(as_of=pl.col("published_at") + pl.duration(milliseconds=round(age * DAY_MS)))
        for age in ages
    ]
    return pl.concat(at_each_age).sort("published_at", "video_id", "as_of")


def _thinned(mature: pl.DataFrame, options: TrainingOptions) -> pl.DataFrame:
    limit = max(options.max_rows // len(options.issue_ages), 1)
    if mature.height <= limit:
        return mature
    drawn = np.random.default_rng(options.seed).choice(mature.height, size=limit, replace=False)
    return mature[np.sort(drawn)]
