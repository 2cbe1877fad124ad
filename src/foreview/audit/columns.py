"""The columns under audit, each as numbers with the age at which it claims to be known."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl

from foreview.curves.curve import Floats
from foreview.tables.catalogue import Catalogue
from foreview.tables.schema import ColumnKind

COUNTERS: Final = ("channel_followers", "channel_prior_videos", "channel_prior_views")
"""Columns that count something of the channel, which grows."""
MOST_LEVELS: Final = 12
"""A category's rarer levels are taken together; a number with at most as many values is also looked at value by value."""


@dataclass(frozen=True, slots=True)
class Audited:
    """One column of n videos. ``values`` are numbers, NaN where missing; of a category they are codes without an order."""

    name: str
    kind: ColumnKind
    known_after_days: float
    values: Floats

    @property
    def missing(self) -> Floats:
        """1 where there is no value, else 0."""
        return np.isnan(self.values).astype(np.float64)


def audited_columns(catalogue: Catalogue) -> tuple[Audited, ...]:
    """Return every column that becomes a feature and was not computed from the counts, and the order of the ids.

    Format and platform are left out: videos are compared within them. A column that is empty is left out too.
    """
    videos = catalogue.videos
    texts = {name: pl.col(name).str.len_chars() for name in ("title", "description")}
    lists = {name: pl.col(name).list.len() for name in ("tags", "ai_tags", "target_keywords")}
    numbers = {"video_id": pl.col("video_id").rank("ordinal"), **texts, **lists} | {
        name: pl.col(name) for name in ("duration_s", *COUNTERS)
    }
    found = [Audited(name, "number", 0.0, _numbers(videos, expression)) for name, expression in numbers.items()]
    found += [Audited(name, "category", 0.0, _codes(videos[name])) for name in ("category", "language")]
    found.append(Audited("has_transcript", "boolean", 0.0, _numbers(videos, pl.col("has_transcript"))))
    for column in catalogue.declared:
        category = column.kind == "category"
        values = _codes(videos[column.name]) if category else _numbers(videos, pl.col(column.name))
        found.append(Audited(column.name, column.kind, column.known_after_days, values))
    return tuple(column for column in found if not np.isnan(column.values).all())


def _numbers(videos: pl.DataFrame, expression: pl.Expr) -> Floats:
    values = videos.select(expression.cast(pl.Float64)).to_series().fill_null(np.nan)
    return values.to_numpy().astype(np.float64)


def _codes(values: pl.Series) -> Floats:
    """Return the level of each text: 1 for the most frequent, 0 for those beyond :data:`MOST_LEVELS`."""
    frequent = values.drop_nulls().value_counts(sort=True).head(MOST_LEVELS)
    level = pl.DataFrame({"text": frequent[:, 0], "code": np.arange(1.0, frequent.height + 1)})
    coded = pl.DataFrame({"text": values}).join(level, on="text", how="left", maintain_order="left")
    found = coded.select(pl.when(pl.col("text").is_not_null()).then(pl.col("code").fill_null(0.0)))
    return found.to_series().fill_null(np.nan).to_numpy().astype(np.float64)
