"""Where low, medium and high begin: what a forecast's class probabilities are about, so that they can be scored."""

from __future__ import annotations

import numpy as np
import polars as pl

from foreview.forecasting.forecaster import forecast_table, issue_table
from foreview.learners.structure import thirds
from foreview.releases.manifest import Release
from foreview.releases.models import models_of
from foreview.tables.catalogue import Catalogue
from foreview.vocabulary import KIND_OF_TARGET, TARGETS


def forecast_with_bounds(catalogue: Catalogue, release: Release, issues: pl.DataFrame) -> pl.DataFrame:
    """Return :func:`~foreview.forecasting.forecaster.forecast` with ``low_third`` and ``high_third``, in the target's unit.

    ``p_low`` is the probability of an outcome below ``low_third``, ``p_high`` of one above ``high_third``: the thirds of the
    channel-format's own history as known at the issue time.
    """
    table, models = issue_table(catalogue, release, issues), models_of(release)
    forecasts = forecast_table(catalogue, release, table)
    bounds = np.empty((table.height, len(TARGETS), 2))
    for position, target in enumerate(TARGETS):
        structure = models[KIND_OF_TARGET[target]].location.structure
        bounds[:, position, 0], bounds[:, position, 1] = thirds(structure, table, target)
    # One row an issue and target, in the order of the forecasts.
    low, high = np.expm1(bounds.reshape(-1, 2)).T
    return forecasts.with_columns(low_third=pl.Series(low), high_third=pl.Series(high))
