"""The wording of a video: its words as they are, and what can be counted of its title."""

from __future__ import annotations

from typing import Final

import polars as pl

from foreview.vocabulary import WORDING

DESCRIPTION: Final = 500
"""Characters of the description that are read: what follows is mostly the same below every video of a channel."""


def text_features() -> list[pl.Expr]:
    """Return the text group as expressions over ``catalogue.videos``; null where the title is, the wording where all texts are."""
    title = pl.col("title")
    letters = title.str.count_matches(r"\p{L}").cast(pl.Float64)
    capitals = title.str.count_matches(r"\p{Lu}").cast(pl.Float64)
    words = (title, pl.col("tags").list.join(" "), pl.col("description").str.slice(0, DESCRIPTION))
    return [
        pl.when(pl.any_horizontal(part.is_not_null() for part in words))
        .then(pl.concat_str(*words, separator="\n", ignore_nulls=True))
        .alias(WORDING),
        title.str.len_chars().cast(pl.Float64).alias("title_length"),
        title.str.count_matches(r"\S+").cast(pl.Float64).alias("title_words"),
        pl.when(letters > 0).then(capitals / letters).alias("title_capitals"),
        title.str.count_matches(r"\p{Nd}").cast(pl.Float64).alias("title_digits"),
        title.str.contains(r"[?？]").cast(pl.Float64).alias("title_question"),
        title.str.contains(r"[!！]").cast(pl.Float64).alias("title_exclamation"),
        title.str.count_matches(r"#\w").cast(pl.Float64).alias("title_hashtags"),
    ]
