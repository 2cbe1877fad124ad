"""Invented titles, descriptions and tags, and what each of them does to views."""

from __future__ import annotations

from typing import Final

import numpy as np
import polars as pl

from foreview.simulation.channels import NICHES, Floats

# fmt: off
WORDS: Final = (
    "simple", "quick", "honest", "secret", "first", "new", "daily", "real", "better",
    "small", "big", "easy", "full", "best", "hidden", "wild", "slow", "old",
    "calm", "bright", "story", "guide", "review", "test", "trip", "plan", "ideas",
    "rules", "facts", "notes", "tricks", "lessons", "mistakes", "steps", "tools", "moments",
    "results",
)
# fmt: on
TOPICS: Final = {
    "Education": {"algebra": -0.3, "history": 0.0, "space": 0.35},
    "Gaming": {"speedrun": 0.3, "update": -0.1, "tutorial": -0.25},
    "Music": {"cover": 0.2, "remix": 0.1, "theory": -0.35},
    "Howto": {"kitchen": 0.15, "garden": -0.2, "repair": 0.05},
    "Sports": {"final": 0.4, "training": -0.2, "interview": -0.25},
}
"""For each niche its topics, the first word of a title, with their effect on ln views."""

EFFECTS: Final = {
    "question": 0.18,
    "number": 0.10,
    "word_off_seven": -0.05,
    "evening": 0.20,
    "weekend": 0.12,
    "tag": 0.03,
    "sentence": 0.02,
    "transcript": 0.05,
}
"""Effects on ln views: of a question; of a number in the title; of each title word more or fewer than seven; of 18:00 in the
source's time zone (falling as a cosine to minus that at 06:00); of Saturday and Sunday there; of each tag, sentence of the
description; of a transcript."""


def draw_content(rng: np.random.Generator, videos: pl.DataFrame) -> pl.DataFrame:
    """Return one row a video of what it says, and ``content_effect``: what all of it does to ln views.

    ``videos`` has ``niche`` (index), ``is_short`` and ``published_local`` (wall clock of the source).
    """
    n = videos.height
    topic = rng.integers(0, 3, n)
    words, tags, sentences = rng.integers(3, 13, n), rng.integers(0, 9, n), rng.integers(0, 7, n)
    question, number, transcript = rng.random(n) < 0.3, rng.random(n) < 0.25, rng.random(n) < 0.6
    niche = videos["niche"].to_numpy()
    picked = rng.integers(0, len(WORDS), (n, 12)).tolist()
    topics = [list(TOPICS[name]) for name in NICHES]
    first = [topics[i][j] for i, j in zip(niche, topic, strict=True)]
    effect = (
        np.array([list(TOPICS[name].values()) for name in NICHES])[niche, topic]
        + EFFECTS["question"] * question
        + EFFECTS["number"] * number
        + EFFECTS["word_off_seven"] * np.abs(words - 7)
        + EFFECTS["tag"] * tags
        + EFFECTS["sentence"] * sentences
        + EFFECTS["transcript"] * transcript
        + _timing_effect(videos)
    )
    rows = zip(first, picked, words, question, number, strict=True)
    return pl.DataFrame(
        {
            "title": [_title(*row) for row in rows],
            "description": [
                " ".join(f"{WORDS[i].capitalize()} {word}." for i in row[:k])
                for word, row, k in zip(first, picked, sentences, strict=True)
            ],
            "tags": [
                [word, *(WORDS[i] for i in row[: k - 1])] if k else []
                for word, row, k in zip(first, picked, tags, strict=True)
            ],
            "has_transcript": transcript,
            "duration_s": _durations(rng, videos["is_short"].to_numpy()),
            "content_effect": effect,
        },
        schema_overrides={"tags": pl.List(pl.String)},
    )


def _title(topic: str, picked: list[int], words: int, question: bool, number: bool) -> str:
    said = [topic.capitalize(), *(WORDS[i] for i in picked[: words - 1])]
    if number:
        said[1] = str(3 + picked[0] % 10)
    return " ".join(said) + ("?" if question else "")


def _timing_effect(videos: pl.DataFrame) -> Floats:
    local = videos.select(
        hour=pl.col("published_local").dt.hour().cast(pl.Float64), weekend=pl.col("published_local").dt.weekday() >= 6
    )
    evening = np.cos(2 * np.pi * (local["hour"].to_numpy() - 18) / 24)
    return EFFECTS["evening"] * evening + EFFECTS["weekend"] * local["weekend"].cast(pl.Float64).to_numpy()


def _durations(rng: np.random.Generator, is_short: np.ndarray) -> Floats:
    """Lengths [s]: short ones 12 to 60 s, long ones around 9 min and above 3."""
    short = rng.uniform(12, 60, len(is_short))
    long = np.maximum(200.0, np.exp(rng.normal(np.log(540), 0.5, len(is_short))))
    lengths: Floats = np.round(np.where(is_short, short, long)).astype(np.float64)
    return lengths
