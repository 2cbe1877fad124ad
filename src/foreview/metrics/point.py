"""Errors of a single number against what happened."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import polars as pl

from foreview.errors import UsageError

Floats: TypeAlias = npt.NDArray[np.float64]
Strings: TypeAlias = npt.NDArray[np.str_] | npt.NDArray[np.object_]


def ln_errors(actual: Floats, predicted: Floats) -> Floats:
    """Return |ln(1+predicted) − ln(1+actual)|, one a row; 0.69 is a factor of two where counts are large."""
    errors: Floats = np.abs(np.log1p(predicted) - np.log1p(actual))
    return errors


def relative_errors(actual: Floats, predicted: Floats) -> Floats:
    """Return (predicted − actual)/actual, one a row.

    Raises
    ------
    UsageError
        If an actual value is not positive: its relative error does not exist.

    """
    if actual.size and not actual.min() > 0:
        raise UsageError("a relative error needs a positive actual value", f"found {actual.min():g}")
    return (predicted - actual) / actual


def mae_ln(actual: Floats, predicted: Floats) -> float:
    """Return the mean of |ln(1+predicted) − ln(1+actual)|; nan without rows.

    Examples
    --------
    >>> import numpy as np
    >>> round(mae_ln(np.array([99.0, 0.0]), np.array([199.0, 0.0])), 4)
    0.3466

    """
    return _mean(ln_errors(actual, predicted))


def mrse(actual: Floats, predicted: Floats) -> float:
    """Return the mean relative squared error, mean of ((predicted − actual)/actual)²; nan without rows.

    It punishes too much far more than too little (a forecast of zero costs 1, of ten times the truth 81): it is fair only
    to points made for it, see :func:`mrse_point`. Szabo and Huberman 2010; Pinto, Almeida and Gonçalves 2013.

    Raises
    ------
    UsageError
        If an actual value is not positive.

    """
    return _mean(relative_errors(actual, predicted) ** 2)


def mrse_point(outcomes: Floats, weights: Floats | None = None) -> Floats:
    """Return the point that minimises the expected relative squared error over weighted outcomes.

    Parameters
    ----------
    outcomes:
        Shape (…, n): n possible outcomes a row, each positive.
    weights:
        Shape (n,) or as ``outcomes``, not negative; equal when left out.

    Returns
    -------
    Shape (…): Σ(w/y) / Σ(w/y²).

    Examples
    --------
    >>> import numpy as np
    >>> mrse_point(np.array([[1.0, 2.0], [4.0, 4.0]])).tolist()
    [1.2, 4.0]

    """
    inverse = 1 / outcomes
    if weights is None:
        weights = np.ones(outcomes.shape[-1])
    points: Floats = (weights * inverse).sum(axis=-1) / (weights * inverse**2).sum(axis=-1)
    return points


def median_ape(actual: Floats, predicted: Floats) -> float:
    """Return the median absolute percentage error [percent]; nan without rows.

    Raises
    ------
    UsageError
        If an actual value is not positive.

    """
    errors = relative_errors(actual, predicted)
    return float(100 * np.median(np.abs(errors))) if errors.size else float("nan")


@dataclass(frozen=True, slots=True)
class GroupedCorrelation:
    """Spearman's correlation within groups, and what it rests on."""

    value: float
    """−1 .. 1; nan where no group qualifies."""
    groups: int
    rows: int


def spearman_within(actual: Floats, predicted: Floats, group: Strings) -> GroupedCorrelation:
    """Return Spearman's rank correlation within each group, averaged with weights n−1 (the inverse of its variance).

    Groups with fewer than three rows, or with one value only, say nothing about order and are left out.

    Examples
    --------
    >>> import numpy as np
    >>> spearman_within(np.array([1.0, 2, 3, 9]), np.array([10.0, 20, 30, 1]), np.array(["a", "a", "a", "b"]))
    GroupedCorrelation(value=1.0, groups=1, rows=3)

    """
    ranks = pl.DataFrame({"group": group, "actual": actual, "predicted": predicted}).select(
        "group", pl.col("actual", "predicted").rank("average").over("group")
    )
    per_group = (
        ranks.group_by("group")
        .agg(
            n=pl.len(),
            rho=pl.corr("actual", "predicted"),
            varies=(pl.col("actual").n_unique() > 1) & (pl.col("predicted").n_unique() > 1),
        )
        .filter((pl.col("n") >= 3) & pl.col("varies"))
        .sort("group")
    )
    if per_group.is_empty():
        return GroupedCorrelation(float("nan"), 0, 0)
    n = per_group["n"].to_numpy().astype(float)
    value = float(np.average(per_group["rho"].to_numpy(), weights=n - 1))
    return GroupedCorrelation(value, per_group.height, int(n.sum()))


def _mean(values: Floats) -> float:
    return float(values.mean()) if values.size else float("nan")
