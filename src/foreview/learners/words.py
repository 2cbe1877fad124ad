"""What the words of a title, its tags and its description tell, as one number that the other learners read as a feature.

Single words and pairs of neighbours are hashed into buckets (Weinberger et al. 2009, by scikit-learn) and weighted by ridge regression.
Nothing is downloaded and no list of words is kept: a release holds one weight a bucket.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final, TypeAlias
from zlib import crc32

import numpy as np
import numpy.typing as npt
import polars as pl

Vector: TypeAlias = npt.NDArray[np.float64]

BUCKETS: Final = 2**14
ALPHA: Final = 3.0
FOLDS: Final = 5
REACH: Final = 4.0
"""Targets are cut at so many units of spread: one runaway success is no reason to trust its words."""
WORD: Final = r"(?u)\b\w+\b"
MIN_TEXTS: Final = 200
"""Different texts below which their words say nothing."""


@dataclass(frozen=True, slots=True)
class Words:
    """A weight for each of :data:`BUCKETS` and an intercept."""

    weights: Vector
    intercept: float


def has_texts(texts: pl.Series) -> bool:
    """Whether ``texts`` (null where missing) differ enough to learn from."""
    return texts.drop_nulls().n_unique() >= MIN_TEXTS


def fit_words(texts: pl.Series, target: Vector) -> Words:
    """Return the words fitted to ``target`` (n, about unit spread) over n ``texts``; those without a text teach nothing.

    Equal texts count by their mean, as heavy as they are many, which is the same least squares in fewer rows.
    """
    from sklearn.linear_model import Ridge
    from threadpoolctl import threadpool_limits

    rows = pl.DataFrame({"text": texts, "target": np.clip(target, -REACH, REACH)}).drop_nulls("text")
    each = rows.group_by("text", maintain_order=True).agg(pl.col("target").sort().mean(), pl.len())
    with threadpool_limits(limits=1):  # sums in one order: the same bits on every run
        ridge = Ridge(alpha=ALPHA, solver="sparse_cg").fit(
            _hashed(each["text"]), each["target"].to_numpy(), sample_weight=each["len"].to_numpy().astype(np.float64)
        )
    return Words(np.asarray(ridge.coef_, dtype=np.float64), float(ridge.intercept_))


def score_words(words: Words, texts: pl.Series) -> Vector:
    """Return a score for each text, in the unit of the target it was fitted to; NaN where there is no text."""
    given = texts.is_not_null().to_numpy()
    found = np.full(len(texts), np.nan)
    if given.any():
        found[given] = _hashed(texts.drop_nulls()) @ words.weights + words.intercept
    return found


def held_out_scores(texts: pl.Series, target: Vector) -> Vector:
    """Return the score of each of n texts by words fitted to the others, fold by fold; equal texts share a fold.

    It is what learners are to be fitted on: the score of a text by words that knew its own outcome is too good to be true.
    """
    fold = np.array([-1 if text is None else crc32(text.encode()) % FOLDS for text in texts])
    found = np.full(len(texts), np.nan)
    for held_out in range(FOLDS):
        mine = fold == held_out
        if mine.any() and (~mine & (fold >= 0)).any():
            words = fit_words(texts.filter(pl.Series(~mine)), target[~mine])
            found[mine] = score_words(words, texts.filter(pl.Series(mine)))
    return found


def _hashed(texts: pl.Series) -> Any:
    """Return a sparse matrix (n, buckets) of at least one text; a row depends on its own text alone, and equal texts are hashed once."""
    distinct, code = np.unique(texts.to_numpy(), return_inverse=True)
    return _hasher().transform(distinct)[code]


@lru_cache(maxsize=1)
def _hasher() -> Any:
    from sklearn.feature_extraction.text import HashingVectorizer

    return HashingVectorizer(n_features=BUCKETS, ngram_range=(1, 2), token_pattern=WORD)
