"""The wording of the title."""

from __future__ import annotations

import polars as pl


def text_features() -> list[pl.Expr]:
    """Return the text group as expressions over ``catalogue.videos``; null where the title is."""
    title = pl.col("title")
    letters = title.str.count_matches(r"\p{L}").cast(pl.Float64)
    capitals = title.str.count_matches(r"\p{Lu}").cast(pl.Float64)
    return [
        title.str.len_chars().cast(pl.Float64).alias("title_length"),
        title.str.count_matches(r"\S+").cast(pl.Float64).alias("title_words"),
        pl.when(letters > 0).then(capitals / letters).alias("title_capitals"),
        title.str.count_matches(r"\p{Nd}").cast(pl.Float64).alias("title_digits"),
        title.str.contains(r"[?？]").cast(pl.Float64).alias("title_question"),
        title.str.contains(r"[!！]").cast(pl.Float64).alias("title_exclamation"),
        title.str.count_matches(r"#\w").cast(pl.Float64).alias("title_hashtags"),
    ]
