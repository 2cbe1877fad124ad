"""What a forecast's class probabilities are about and where they come from, so that they can be scored."""

from __future__ import annotations

import polars as pl

from foreview.forecasting.forecaster import forecast_inputs
from foreview.forecasting.inputs import inputs_table
from foreview.releases.manifest import Release
from foreview.tables.catalogue import Catalogue


def forecast_with_bounds(catalogue: Catalogue, release: Release, issues: pl.DataFrame) -> pl.DataFrame:
    """Return :func:`~foreview.forecasting.forecaster.forecast` with ``low_third`` and ``high_third``, and with both ways to the classes.

    ``p_low`` is the probability of an outcome below ``low_third``, ``p_high`` of one above ``high_third``, in the target's unit: the
    thirds of the channel-format's own history as known at the issue time. ``p_low_distribution`` … are read off the distribution,
    ``p_low_classifier`` … said by the classifier, null where there is none; ``p_low`` … are one of the two, as ``class_source`` says.
    """
    return forecast_inputs(release, inputs_table(catalogue, release, issues))
