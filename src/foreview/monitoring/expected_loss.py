"""How large errors are going to be, before anybody knows the outcome.

A forecast is a distribution, and a distribution says how far from its point the outcome is to be expected. That is corrected by how it held on the videos of
the same release that had matured. Direct loss estimation does the same with a second model (NannyML, 2022); here the forecast itself is that model.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt
import polars as pl

from foreview.learners.slices import seen_bucket
from foreview.metrics.point import Floats, ln_errors
from foreview.vocabulary import QUANTILES

LATEST: Final = 300
"""Outcomes of a slice that correct it: the latest so many."""
PARENT_WEIGHT: Final = 50.0
"""Forecasts that the correction of the wider slice is worth when it is mixed with what a slice's own outcomes say."""
_WITHIN: Final = (("target",), ("target", "seen"), ("target", "format", "seen"))
"""From the widest slice of a release to the finest."""
_POINTS: Final = 200
"""Equally probable outcomes by which a distribution is averaged."""

Moments = npt.NDArray[np.int64]


def expected_ln_errors(rows: pl.DataFrame) -> Floats:
    """Return for n forecasts the |ln(1+outcome) − ln(1+point)| that the distribution itself expects.

    ``rows`` has ``point`` and the quantiles ``p2_5`` … ``p97_5``. Between them and beyond, the distribution of ln(1+y) is linear in standard normal quantiles,
    which is exact where it is normal.

    Examples
    --------
    >>> from scipy.special import ndtri
    >>> normal = {name: [float(np.exp(5 + ndtri(level)) - 1)] for name, level in QUANTILES.items()}
    >>> expected_ln_errors(pl.DataFrame(normal | {"point": normal["p50"]})).round(2).tolist()
    [0.8]

    """
    quantiles = np.log1p(rows.select(pl.col(list(QUANTILES)).cast(pl.Float64)).to_numpy())
    away = np.abs(quantiles @ _weights() - np.log1p(_numbers(rows, "point"))[:, None])
    found: Floats = away.mean(axis=1)
    return found


def expected_loss(forecasts: pl.DataFrame, matured: pl.DataFrame) -> pl.DataFrame:
    """Return ``forecasts`` with the error that was to be expected of each at ``estimated_at``, whose means are the expected MAE ln.

    Parameters
    ----------
    forecasts:
        One row a forecast and target: ``model_version, target, format, issue_age_days`` [d], ``point``, the quantiles, and ``estimated_at`` [UTC].
    matured:
        The same without ``estimated_at``, with ``actual`` and ``matured_at`` [UTC]: forecasts whose outcome is known, of any release and time. Only what had
        matured by ``estimated_at`` is used.

    Returns
    -------
    ``forecasts`` with ``said_error``, what the distribution says; ``outcomes`` of its slice that corrected it (at most :data:`LATEST`); and
    ``expected_error``, both [ln units].

    """
    asked, known = (
        _prepared(forecasts, "estimated_at"),
        _prepared(matured, "matured_at").sort("moment", maintain_order=True),
    )
    errors = ln_errors(_numbers(known, "actual"), _numbers(known, "point"))
    known = known.with_columns(error=pl.Series(errors)).filter(pl.col("error").is_finite())
    factor, outcomes = np.ones(asked.height), np.zeros(asked.height, dtype=np.int64)
    for names in _WITHIN:
        keys = ["model_version", *names]
        slices = known.partition_by(keys, as_dict=True)
        for key, part in asked.group_by(keys):
            rows = part["row"].to_numpy()
            mine = slices.get(key, known.clear())
            factor[rows], outcomes[rows] = _corrected(mine, part["moment"].to_numpy(), factor[rows])
    said = asked["said"].to_numpy()
    return forecasts.with_columns(
        said_error=pl.Series(said), outcomes=pl.Series(outcomes), expected_error=pl.Series(said * factor)
    )


def _corrected(known: pl.DataFrame, moments: Moments, parent: Floats) -> tuple[Floats, Moments]:
    """Return for n moments by what to multiply what is said, and how many outcomes of a slice say so; ``parent`` (n) where there are none."""
    last = np.searchsorted(known["moment"].to_numpy(), moments, side="right")
    first = np.maximum(last - LATEST, 0)
    sums = {name: np.concatenate([[0.0], known[name].to_numpy().cumsum()]) for name in ("error", "said")}
    came, said = (total[last] - total[first] for total in sums.values())
    outcomes = last - first
    # The parent counts as so many forecasts of the usual size.
    worth = PARENT_WEIGHT * said / np.maximum(outcomes, 1)
    mixed = np.where(said > 0, (worth * parent + came) / np.where(said > 0, worth + said, 1.0), parent)
    return mixed, outcomes


def _prepared(rows: pl.DataFrame, moment: str) -> pl.DataFrame:
    return rows.with_columns(
        said=pl.Series(expected_ln_errors(rows)),
        seen=pl.Series(seen_bucket(_numbers(rows, "issue_age_days"))),
        moment=pl.col(moment).dt.timestamp("ms"),
        row=pl.int_range(pl.len()),
    )


def _numbers(rows: pl.DataFrame, column: str) -> Floats:
    return rows[column].cast(pl.Float64).to_numpy().astype(np.float64)


def _weights() -> Floats:
    """Return (7, 200): of which served quantiles each of so many equally probable outcomes is made."""
    from scipy.special import ndtri

    at, wanted = ndtri(list(QUANTILES.values())), ndtri((np.arange(_POINTS) + 0.5) / _POINTS)
    left = np.clip(np.searchsorted(at, wanted) - 1, 0, at.size - 2)
    share = (wanted - at[left]) / (at[left + 1] - at[left])
    weights = np.zeros((at.size, _POINTS))
    weights[left, np.arange(_POINTS)] = 1 - share
    weights[left + 1, np.arange(_POINTS)] = share
    return weights
