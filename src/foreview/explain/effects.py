"""How forecasts move with one feature, without inventing videos that cannot exist: accumulated local effects."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from foreview.errors import UsageError
from foreview.explain.placing import Place
from foreview.learners.matrix import Vector


@dataclass(frozen=True, slots=True)
class Effect:
    """The effect of a feature on the location [ln units] at k + 1 values of it, centred: its mean over the videos is 0."""

    feature: str
    at: Vector
    """Shape (k + 1,): the ends of k bins of about equally many videos."""
    effect: Vector
    low: Vector
    high: Vector
    """The 95 % interval at each value, from drawing whole owners."""
    counts: np.ndarray
    """Shape (k,): rows in each bin."""
    missing: int
    """Rows without a value; they are left out."""


def accumulated_local_effect(
    place: Place,
    table: pl.DataFrame,
    feature: str,
    owners: np.ndarray,
    *,
    bins: int = 10,
    draws: int = 500,
    seed: int = 0,
) -> Effect:
    """Return the accumulated local effect of a numeric feature over the rows of a feature table.

    Within each bin between two quantiles, every video's feature is set to both ends of the bin and the mean difference of its forecasts
    taken; the differences are added up from bin to bin and centred. Videos move only within their bin, so correlated features stay
    near where they are, unlike in a partial dependence plot: Apley and Zhu, *Visualizing the effects of predictor variables in
    black box supervised learning models*, 2020.

    ``owners`` (n names, such as channels) are what the bootstrap draws; a bin that a draw leaves empty keeps its difference of all rows.

    Raises
    ------
    UsageError
        Where the feature is not a number or takes fewer than two values here.

    """
    values, edges = _binned(table, feature, bins)
    used = ~np.isnan(values)
    rows, owner = table.filter(pl.Series(used)), np.unique(owners[used], return_inverse=True)[1]
    number = np.clip(np.searchsorted(edges, values[used], side="left") - 1, 0, edges.size - 2)
    dtype = table.schema[feature]
    below, above = (
        place(rows.with_columns(pl.Series(feature, ends).cast(dtype))) for ends in (edges[number], edges[number + 1])
    )
    size, clusters = edges.size - 1, int(owner.max()) + 1
    sums = np.bincount(owner * size + number, weights=above - below, minlength=clusters * size).reshape(clusters, size)
    counts = np.bincount(owner * size + number, minlength=clusters * size).reshape(clusters, size).astype(np.float64)
    whole = sums.sum(axis=0) / counts.sum(axis=0)
    rng = np.random.default_rng(seed)
    drawn = np.empty((draws, edges.size))
    for draw in range(draws):
        times = np.bincount(rng.integers(0, clusters, clusters), minlength=clusters).astype(np.float64)
        drawn[draw] = _accumulated(times @ sums, times @ counts, whole)
    low, high = np.quantile(drawn, [0.025, 0.975], axis=0)
    effect = _accumulated(sums.sum(axis=0), counts.sum(axis=0), whole)
    n = counts.sum(axis=0).astype(np.int64)
    return Effect(feature, edges, effect, low, high, n, int((~used).sum()))


def _binned(table: pl.DataFrame, feature: str, bins: int) -> tuple[Vector, Vector]:
    """Return the values (NaN for missing) and the ends of the bins: quantiles that occur, each once."""
    if feature not in table.columns or not table.schema[feature].is_numeric():
        raise UsageError(
            "an effect is that of a numeric feature", f"{feature!r} is none", "See docs/reference/features.md"
        )
    values = table[feature].cast(pl.Float64).fill_null(float("nan")).to_numpy().astype(np.float64)
    present = values[~np.isnan(values)]
    edges = (
        np.unique(np.quantile(present, np.linspace(0, 1, bins + 1), method="inverted_cdf")) if present.size else present
    )
    if edges.size < 2:
        raise UsageError("an effect needs a feature that varies", f"{feature!r} takes {edges.size} value(s) here")
    return values, edges


def _accumulated(sums: Vector, counts: Vector, whole: Vector) -> Vector:
    """Return the effect at k + 1 ends from the k sums of local differences, centred by the rows of each bin."""
    local = np.where(counts > 0, sums / np.maximum(counts, 1.0), whole)
    effect = np.concatenate([[0.0], np.cumsum(local)])
    middle = (effect[:-1] + effect[1:]) / 2
    centred: Vector = effect - (counts @ middle) / counts.sum()
    return centred
