"""The published methods every forecast is compared with: fit → frozen parameters → predict.

Counts are those known at the issue time, outcomes those at the horizon; both as counted, at least 1 view. *Typical*, the
third baseline, needs no fit: it comes with the features.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from foreview.errors import NotEnoughHistory, UsageError

Floats: TypeAlias = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class SzaboHuberman:
    """Parameters of Szabo and Huberman's growth on the log scale, for one issue age and horizon."""

    log_growth: float
    """Median of ln(outcome/count). The paper takes the mean; the median has the smaller absolute log error."""
    mrse_factor: float
    """The factor that minimises the mean relative squared error."""


def fit_szabo_huberman(counts: Floats, outcomes: Floats) -> SzaboHuberman:
    """Return what videos of one age grow by until the horizon.

    ln N(horizon) = ln N(age) + growth: Szabo and Huberman, *Predicting the popularity of online content*, CACM 2010. Its form for
    relative squared error is the factor Σ(c/y) / Σ(c/y)².

    Parameters
    ----------
    counts, outcomes:
        Shape (n,): views at the issue age and at the horizon, each at least 1.

    Raises
    ------
    NotEnoughHistory
        Without a row.
    UsageError
        If a count or an outcome is below 1.

    Examples
    --------
    >>> import numpy as np
    >>> fit_szabo_huberman(np.array([10.0, 5.0]), np.array([20.0, 10.0])).mrse_factor
    2.0

    """
    check_history(counts[:, None], outcomes)
    if counts.min() < 1:
        raise UsageError("a count that grows is at least 1", f"found {counts.min():g}", "Leave such videos out")
    share = counts / outcomes
    return SzaboHuberman(float(np.median(-np.log(share))), float(share.sum() / (share**2).sum()))


def predict_szabo_huberman(fitted: SzaboHuberman, counts: Floats) -> Floats:
    """Return the views at the horizon [views], shape as ``counts``."""
    return counts * float(np.exp(fitted.log_growth))


def predict_szabo_huberman_mrse(fitted: SzaboHuberman, counts: Floats) -> Floats:
    """Return the point [views] made for the mean relative squared error, shape as ``counts``."""
    return counts * fitted.mrse_factor


@dataclass(frozen=True, slots=True)
class PintoML:
    """Weights of Pinto's multivariate linear model, one a day of age, for one issue age and horizon."""

    weights: tuple[float, ...]


def fit_pinto_ml(counts: Floats, outcomes: Floats) -> PintoML:
    """Return the weights of daily increments that minimise the mean relative squared error.

    Pinto, Almeida and Gonçalves, *Using early view patterns to predict the popularity of YouTube videos*, WSDM 2013: no
    intercept. Its point is made for mRSE; the paper, and reports here, use it for every error.

    Parameters
    ----------
    counts:
        Shape (n, days): cumulative views known at age 1, 2, …, the last at the issue age.
    outcomes:
        Shape (n,): views at the horizon, each at least 1.

    Raises
    ------
    NotEnoughHistory
        With fewer rows than days.
    UsageError
        If an outcome is below 1.

    Examples
    --------
    >>> import numpy as np
    >>> fitted = fit_pinto_ml(np.array([[10.0, 15.0], [4.0, 5.0]]), np.array([35.0, 11.0]))
    >>> np.round(fitted.weights, 6).tolist()
    [2.0, 3.0]

    """
    check_history(counts, outcomes)
    relative = daily_increments(counts) / outcomes[:, None]
    weights, *_ = np.linalg.lstsq(relative, np.ones(outcomes.size), rcond=None)
    return PintoML(tuple(weights.tolist()))


def predict_pinto_ml(fitted: PintoML, counts: Floats) -> Floats:
    """Return the views at the horizon [views] for ``counts`` of shape (n, days); a negative sum is served as 0."""
    points: Floats = np.maximum(daily_increments(counts) @ np.array(fitted.weights), 0.0)
    return points


def daily_increments(counts: Floats) -> Floats:
    """Return the views of each day from cumulative ``counts`` of shape (n, days); negative where the counter fell."""
    increments: Floats = np.diff(counts, axis=1, prepend=0.0)
    return increments


def check_history(counts: Floats, outcomes: Floats) -> None:
    """Raise NotEnoughHistory with fewer rows than days in ``counts`` (n, days), UsageError where an outcome (n) is below 1."""
    rows, days = counts.shape
    if rows < days or not rows:
        raise NotEnoughHistory("a baseline needs at least one mature video a parameter", f"found {rows} for {days}")
    if outcomes.min() < 1:
        raise UsageError("an outcome is at least 1", f"found {outcomes.min():g}", "Leave such videos out")
