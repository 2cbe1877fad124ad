"""One served forecast and the factors that lead to it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import polars as pl

from foreview.explain.attribution import SCALES, Attribution, attribute
from foreview.forecasting.forecaster import forecast_inputs
from foreview.forecasting.inputs import inputs_table
from foreview.releases.manifest import Release
from foreview.releases.models import models_of
from foreview.tables.catalogue import Catalogue
from foreview.vocabulary import Target


@dataclass(frozen=True, slots=True)
class Explained:
    """A forecast taken apart: start times all factors is where the models place it, times ``calibration_and_bounds`` what is served.

    All in units of ``scale`` but for ``point``, the forecast as served.
    """

    video_id: str
    as_of: datetime
    issue_age_days: float
    model_version: str
    model_type: str
    scale: str
    found: Attribution
    calibration_and_bounds: float
    point: float


def explained(catalogue: Catalogue, release: Release, issue: pl.DataFrame, target: Target) -> Explained:
    """Return the forecast of one issue (``video_id, as_of``, one row) and its factors, from what was known at that moment.

    Raises
    ------
    UsageError
        Where the video is not in the catalogue, or ``as_of`` lies before its publication.
    ReleaseFeaturesDiffer
        Where the catalogue lacks a declared column that the release was trained with.

    """
    inputs = inputs_table(catalogue, release, issue)
    served = forecast_inputs(release, inputs).filter(target=target).row(0, named=True)
    models = {kind: model.location for kind, model in models_of(release).items()}
    (found,) = attribute(models, inputs, target)
    # What is left between where the models place the forecast and the point: calibration, what is settled, P(no revenue).
    point = served["point"] + (0.0 if target == "revenue_30d" else 1.0)
    names = ("video_id", "as_of", "issue_age_days", "model_version", "model_type", "point")
    said = {name: served[name] for name in names}
    return Explained(**said, scale=SCALES[target], found=found, calibration_and_bounds=point / found.location)
