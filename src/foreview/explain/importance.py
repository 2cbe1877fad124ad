"""What a release would lose without a feature, measured on videos it has not seen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from foreview.explain.placing import Place
from foreview.explain.window import Window
from foreview.learners.matrix import Vector
from foreview.metrics.bootstrap import Estimate, bootstrap_means
from foreview.options import Progress, silent


@dataclass(frozen=True, slots=True)
class Importance:
    """How much larger the mean absolute error [ln units] is when a feature, or a group of them, is another video's."""

    name: str
    increase: Estimate


def permutation_importance(
    place: Place,
    window: Window,
    parts: Mapping[str, Sequence[str]],
    *,
    repeats: int = 5,
    draws: int = 500,
    seed: int = 0,
    progress: Progress = silent,
) -> tuple[Importance, ...]:
    """Return the importance of each part (its name → the columns permuted together), in the order given.

    Columns are permuted among the rows of the same slice (target, format, days seen), so that no video gets a value that its format or age
    cannot have: Breiman (2001); Fisher, Rudin and Dominici (2019) for data not trained on. Each row's error is the mean over
    ``repeats`` permutations, of which each part has its own stream: leaving another part out changes nothing. The 95 % interval
    comes from drawing whole channels (or videos, see :class:`~foreview.explain.window.Window`). What never varies within a slice,
    such as the format, is worth 0 by construction.

    Parameters
    ----------
    place:
        The forecasts that are taken apart, on the scale of ``window.actual``.
    repeats, draws, seed:
        Permutations of each part; resamples of the bootstrap; where both start.

    """
    error = np.abs(place(window.table) - window.actual)
    increases = np.zeros((window.actual.size, len(parts) + 1))  # the first column permutes nothing
    for position, (name, columns) in enumerate(parts.items()):
        progress("permutations", position, len(parts))
        stream = _stream(seed, name)
        increases[:, position + 1] = _increases(place, window, columns, error, repeats=repeats, stream=stream)
    progress("permutations", len(parts), len(parts))
    means = bootstrap_means(increases, window.owners, draws=draws, seed=seed)
    return tuple(Importance(name, means.difference(position + 1, 0)) for position, name in enumerate(parts))


def _increases(
    place: Place,
    window: Window,
    columns: Sequence[str],
    error: Vector,
    *,
    repeats: int,
    stream: np.random.Generator,
) -> Vector:
    """Return for each row (n) by how much its ``error`` rises [ln units], and by how much, beyond the mean, it makes another's rise.

    A row has an error of its own and lends its value to another: by both it moves the mean, which is a U-statistic of pairs
    (Hoeffding 1948). From the first alone intervals would be too narrow. The mean over rows is the mean rise.
    """
    own, lent = np.zeros(error.size), np.zeros(error.size)
    for _ in range(repeats):
        order = _permutation_within(window.slices, stream)
        permuted = window.table.with_columns(window.table[name].gather(order) for name in columns)
        rise = np.abs(place(permuted) - window.actual) - error
        own += rise
        lent[order] += rise
    both: Vector = (own + lent - lent.mean()) / repeats
    return both


def _permutation_within(slices: np.ndarray, stream: np.random.Generator) -> np.ndarray:
    """Return n positions: each row's stand-in, of its own slice."""
    drawn = np.lexsort((stream.random(slices.size), slices))
    order = np.empty(slices.size, dtype=np.int64)
    order[np.argsort(slices, kind="stable")] = drawn
    return order


def _stream(seed: int, name: str) -> np.random.Generator:
    return np.random.default_rng([seed, *name.encode()])
