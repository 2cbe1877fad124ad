"""Columns of predictions as numbers."""

from __future__ import annotations

from typing import Final

import numpy as np
import polars as pl

from foreview.metrics.point import Floats
from foreview.vocabulary import QUANTILES

LN_GRID: Final = np.array(list(QUANTILES.values()))
"""The probability levels of :func:`ln_quantiles`, shape (7,)."""


def numbers(rows: pl.DataFrame, column: str) -> Floats:
    """Return a column of n rows, in its own unit; NaN for null."""
    return rows[column].cast(pl.Float64).to_numpy().astype(np.float64)


def ln_numbers(rows: pl.DataFrame, column: str) -> Floats:
    """Return ln(1+y) of a column of n rows."""
    return np.log1p(numbers(rows, column))


def ln_quantiles(rows: pl.DataFrame) -> Floats:
    """Return ln(1+y) of the served quantiles, shape (n, 7)."""
    return np.column_stack([ln_numbers(rows, name) for name in QUANTILES])
