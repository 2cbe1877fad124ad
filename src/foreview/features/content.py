"""Facts of the publication: format, length, description, tags, language, and what the catalogue declares."""

from __future__ import annotations

import polars as pl

from foreview.curves.regimes import regime


def content_features() -> list[pl.Expr]:
    """Return the content group as expressions over ``catalogue.videos``."""
    return [
        pl.col("duration_s"),
        (pl.col("format") == "short").cast(pl.Float64).alias("is_short"),
        pl.col("has_transcript").cast(pl.Float64),
        pl.when(pl.col("ai_tags").is_not_null())
        .then(pl.col("ai_tags").list.len() > 0)
        .cast(pl.Float64)
        .alias("has_ai_tags"),
        pl.col("tags").list.len().cast(pl.Float64).alias("tag_count"),
        pl.col("target_keywords").list.len().cast(pl.Float64).alias("keyword_count"),
        pl.col("description").str.len_chars().cast(pl.Float64).alias("description_length"),
        pl.col("description").str.count_matches("https?://").cast(pl.Float64).alias("description_links"),
        pl.col("category"),
        pl.col("language"),
        pl.col("platform").str.to_lowercase(),
        regime().alias("metric_regime"),
        pl.col("is_monetised").cast(pl.Float64),
    ]
