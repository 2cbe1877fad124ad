"""From a feature table to the matrix that learners read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import polars as pl

from foreview.learners.words import Words, fit_words, has_texts, held_out_scores, score_words
from foreview.vocabulary import WORDING

Matrix: TypeAlias = npt.NDArray[np.float32]
Vector: TypeAlias = npt.NDArray[np.float64]

SMOOTHING = 20.0
"""Rows of the overall mean that a category's own mean is mixed with (Micci-Barreca 2001)."""


@dataclass(frozen=True, slots=True)
class Encoder:
    """Columns in order, and for each category column the number of each of its values. Missing stays missing (NaN).

    With ``words`` the last column is what they say of the wording.
    """

    columns: tuple[str, ...]
    categories: Mapping[str, Mapping[str, float]]
    words: Words | None = None

    def matrix(self, table: pl.DataFrame) -> Matrix:
        """Return (n, columns) float32; values never seen in training count as the average value (0)."""
        exprs = []
        for name in self.columns:
            if name in self.categories:
                known = self.categories[name]
                found = pl.col(name).replace_strict(
                    list(known), list(known.values()), default=0.0, return_dtype=pl.Float64
                )
                exprs.append(pl.when(pl.col(name).is_not_null()).then(found).alias(name))
            elif name == WORDING and self.words is not None:
                exprs.append(pl.lit(pl.Series(name, score_words(self.words, table[name]), dtype=pl.Float64)))
            else:
                exprs.append(pl.col(name).cast(pl.Float64))
        filled = table.select(expr.cast(pl.Float32).fill_null(float("nan")) for expr in exprs)
        return np.ascontiguousarray(filled.to_numpy(), dtype=np.float32)


def fit_encoder(table: pl.DataFrame, target: Vector) -> Encoder:
    """Return an encoder for the columns of ``table`` (n rows) that replaces a category by its smoothed mean of ``target`` (n).

    Columns without any value, and those that never vary, are left out: they can teach nothing. So is the wording, see
    :func:`fit_encoder_with_words`.
    """
    table = table.drop(WORDING, strict=False)
    varying = table.select(pl.all().drop_nulls().n_unique()).row(0)
    missing = table.null_count().row(0)
    columns = tuple(
        name
        for name, kinds, nulls in zip(table.columns, varying, missing, strict=True)
        if kinds > 1 or (kinds == 1 and nulls)
    )
    centred = target - target.mean()
    categories = {name: _category_means(table[name], centred) for name in columns if table.schema[name] == pl.String()}
    return Encoder(columns, categories)


def fit_encoder_with_words(table: pl.DataFrame, target: Vector) -> tuple[Encoder, Matrix]:
    """Return an encoder that also reads the wording, where there are texts to learn from, and the matrix to fit learners on.

    In that matrix the words' score of a row is by words that knew nothing of it. ``target`` (n) has about unit spread.
    """
    encoder = fit_encoder(table, target)
    if WORDING not in table.columns or not has_texts(table[WORDING]):
        return encoder, encoder.matrix(table)
    held_out = held_out_scores(table[WORDING], target).astype(np.float32)
    rows = np.concatenate([encoder.matrix(table), held_out[:, None]], axis=1)
    words = fit_words(table[WORDING], target)
    return Encoder((*encoder.columns, WORDING), encoder.categories, words), np.ascontiguousarray(rows)


def _category_means(values: pl.Series, centred: Vector) -> dict[str, float]:
    """Return the smoothed mean of ``centred`` for each value, in the order of the values; summed row by row, so always alike."""
    given = values.is_not_null().to_numpy()
    names, code = np.unique(values.drop_nulls().to_numpy().astype(np.str_), return_inverse=True)
    totals = np.bincount(code, weights=centred[given], minlength=names.size)
    counts = np.bincount(code, minlength=names.size)
    return {str(name): float(total / (n + SMOOTHING)) for name, total, n in zip(names, totals, counts, strict=True)}
