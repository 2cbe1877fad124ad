"""Are the videos still such as the champion was trained on? Features ranked by how far they moved, flagged within a yearly budget of false alarms."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Final

import numpy as np
import polars as pl

from foreview.errors import UsageError
from foreview.metrics.point import Floats

YEARLY_ALARMS: Final = 0.1
"""False alarms a year that all features together may raise where nothing drifts."""
LEAST_EFFECT: Final = 0.2
"""Effect below which nothing is flagged, however sure it is: small, after Cohen 1988."""
BLOCKS_IN_RECENT: Final = 3
"""Into how many blocks as many videos as the last ones are cut."""
LEAST_BLOCKS: Final = 8
"""Blocks of the reference below which nothing is flagged: how much blocks differ is not known."""
LEAST_SHARE: Final = 0.02
"""Share of the reference that a value of a category needs to be looked at on its own."""
MOST_VALUES: Final = 5
"""Values of a category that are looked at on their own, the most frequent first."""


def input_drift(reference: pl.DataFrame, recent: pl.DataFrame, *, looks_a_year: int = 52) -> pl.DataFrame:
    """Return every feature by how far the last videos lie from those that the champion was trained on, the farthest first.

    Parameters
    ----------
    reference, recent:
        Features, one row a video, in the order of publication: the videos that the champion was trained on, and the last ones. Numbers, booleans and
        categories are compared; other columns are left out.
    looks_a_year:
        How often this is asked in a year. All features and looks share :data:`YEARLY_ALARMS`.

    Returns
    -------
    ``feature``: a column, a frequent value of one (``category = music``), or whether it is missing (``category is missing``); ``effect``: difference of the
    means [standard deviations of the reference], of normal scores by rank where it is a number, so that outliers count little; ``limit``: what it must exceed to be
    flagged, infinite where the reference is too short to tell; ``flagged``.

    Notes
    -----
    The reference is cut into consecutive blocks, each a third of ``recent``. How much their means differ, and for how long a block resembles those after it
    (Geyer 1992), says how far the mean of as many videos as ``recent`` strays where nothing drifts, whatever videos of a channel or a season have in common. ``limit`` is that
    times a quantile of Student's t, with as many degrees of freedom as there are independent blocks, at the budget divided by looks and features (Bonferroni).
    For how long blocks resemble each other is hard to tell from few of them, and the features for which it is underestimated would be the ones that are flagged. So
    half of it is what the feature itself says, half the median of all features: they are of the same channels.

    Raises
    ------
    UsageError
        Where a table has no row, or both differ in their columns.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> before = pl.DataFrame({"duration_s": rng.normal(60, 9, 800), "is_short": rng.random(800) < 0.5})
    >>> now = pl.DataFrame({"duration_s": rng.normal(75, 9, 40), "is_short": rng.random(40) < 0.5})
    >>> input_drift(before, now).select("feature", "flagged").rows()
    [('duration_s', True), ('is_short', False)]

    """
    if reference.is_empty() or recent.is_empty() or reference.columns != recent.columns:
        raise UsageError(
            "drift compares two tables of the same features that have rows",
            f"found {reference.shape} and {recent.shape}",
        )
    compared = dict(_compared(reference, recent))
    if not compared:
        return pl.DataFrame(schema=DRIFT)
    before, now = (_side(compared, side) for side in (0, 1))
    effect = now.mean(axis=0) - before.mean(axis=0)
    chance = YEARLY_ALARMS / (looks_a_year * len(compared))
    length = max(recent.height // BLOCKS_IN_RECENT, 1)
    own = memory(before, length=length)
    together = (own + np.median(own)) / 2
    limit = np.maximum(limits(before, recent.height, chance, length=length, together=together), LEAST_EFFECT)
    found = pl.DataFrame(
        {"feature": list(compared), "effect": effect, "limit": limit, "flagged": np.abs(effect) > limit},
        schema=DRIFT,
    )
    return found.sort(pl.col("effect").abs(), descending=True, maintain_order=True)


def _side(compared: Mapping[str, tuple[Floats, Floats]], side: int) -> Floats:
    return np.column_stack([pair[side] for pair in compared.values()])


def _compared(reference: pl.DataFrame, recent: pl.DataFrame) -> Iterator[tuple[str, tuple[Floats, Floats]]]:
    """Yield for everything that is compared its standardised values in both tables; a missing value counts as the mean."""
    for name in reference.columns:
        before, now = reference[name], recent[name]
        numbers = list(_numbers(before, now))
        if numbers and (before.null_count() or now.null_count()):
            yield (
                f"{name} is missing",
                _standardised(*(part.is_null().cast(pl.Float64).to_numpy() for part in (before, now))),
            )
        for label, one, other in numbers:
            yield label, _standardised(one, other)


def _numbers(before: pl.Series, now: pl.Series) -> Iterator[tuple[str, Floats, Floats]]:
    """Yield the numbers that stand for a column: itself, or for each frequent value of a category whether it is that; NaN where missing."""
    kind = before.dtype
    if kind.is_numeric() or kind == pl.Boolean:
        yield before.name, before.cast(pl.Float64).to_numpy(), now.cast(pl.Float64).to_numpy()
    elif kind == pl.String:
        counts = before.drop_nulls().value_counts(sort=True).head(MOST_VALUES)
        for value in counts.filter(pl.col("count") >= LEAST_SHARE * before.len())[before.name].sort().to_list():
            one, other = ((part == value).cast(pl.Float64).to_numpy() for part in (before, now))
            yield f"{before.name} = {value}", one, other


def _standardised(before: Floats, now: Floats) -> tuple[Floats, Floats]:
    """Return both as normal scores by their rank in ``before``, with mean 0 and standard deviation 1 there; 0 where missing."""
    known = np.sort(before[~np.isnan(before)])
    if not known.size:
        return np.zeros(before.size), np.zeros(now.size)
    table = _normal_ranks(known.size)
    one, other = (
        table[np.searchsorted(known, part, side="left") + np.searchsorted(known, part, side="right")]
        for part in (before, now)
    )
    usual = one[~np.isnan(before)]
    mean, spread = usual.mean(), usual.std() or 1.0
    return np.where(np.isnan(before), 0.0, (one - mean) / spread), np.where(np.isnan(now), 0.0, (other - mean) / spread)


@lru_cache(maxsize=8)
def _normal_ranks(n: int) -> Floats:
    """Return (2n + 1): the normal score of each half rank among n values, from below the first to above the last."""
    from scipy.special import ndtri

    found: Floats = ndtri(np.clip(np.arange(2 * n + 1) / 2, 0.5, n - 0.5) / n)
    return found


def limits(before: Floats, size: int, chance: float, *, length: int, together: Floats) -> Floats:
    """Return for each column how far the mean of the next ``size`` rows strays from that of ``before`` with probability ``chance``.

    ``before`` (n, columns) has standard deviation 1 and is cut into blocks of ``length`` rows, of which ``together`` tell what one that is drawn alone would: see
    :func:`memory`. Infinite with fewer than :data:`LEAST_BLOCKS` of them.
    """
    from scipy.stats import t

    away = _block_means(before, length)
    blocks = away.shape[0]
    if blocks < LEAST_BLOCKS:
        return np.full(before.shape[1], np.inf)
    worth = np.maximum(blocks / together, 2.0)
    # Drawn one by one, the mean of a block varies by 1/length at least.
    variance = np.maximum((away**2).mean(axis=0) / (1 - 1 / worth), 1 / length) * together
    limit: Floats = t.isf(chance / 2, worth - 1) * np.sqrt(variance * (length / size + 1 / blocks))
    return limit


def memory(before: Floats, *, length: int) -> Floats:
    """Return for each column of ``before`` (n, columns) how many blocks of ``length`` rows tell what one that is drawn alone would."""
    away = _block_means(before, length)
    return repeats(away / np.sqrt(np.maximum((away**2).sum(axis=0), 1e-12)))


def _block_means(before: Floats, length: int) -> Floats:
    """Return (blocks, columns): the means of consecutive blocks that end with the last row, less their mean."""
    blocks = before.shape[0] // length
    means = before[before.shape[0] - blocks * length :].reshape(blocks, length, before.shape[1]).mean(axis=1)
    away: Floats = means - means.mean(axis=0) if blocks else means
    return away


def repeats(away: Floats) -> Floats:
    """Return for each column of block means (blocks, columns; mean 0, sum of squares 1) how many of them tell what one that is drawn alone would.

    That is 1 plus twice their correlations with later ones, up to the first that is not positive: Geyer 1992, *Practical Markov chain Monte Carlo*, who
    sums pairs of them.
    """
    blocks = away.shape[0]
    found, growing = np.ones(away.shape[1]), np.ones(away.shape[1], dtype=np.bool_)
    for lag in range(1, blocks // 2):
        # A short series understates how much its parts resemble each other by about 1/blocks.
        alike = (away[lag:] * away[:-lag]).sum(axis=0) + 1 / blocks
        growing &= alike > 0
        found += np.where(growing, 2 * alike, 0.0)
    return found


DRIFT: Final[dict[str, pl.DataType]] = {
    "feature": pl.String(),
    "effect": pl.Float64(),
    "limit": pl.Float64(),
    "flagged": pl.Boolean(),
}
"""Columns of what :func:`input_drift` returns."""
