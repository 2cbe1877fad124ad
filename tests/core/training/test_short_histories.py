"""A history too short to judge a model on is served from typical, not with a model nobody has tried."""

from __future__ import annotations

from datetime import UTC, datetime

from foreview.forecasting.forecaster import forecast, issues_as_of
from foreview.simulation.world import simulate
from foreview.training.trainer import train

CUTOFF = datetime(2025, 10, 30, tzinfo=UTC)
# 26 days after the first video: 7-day labels are mature, 30-day ones are not.


def test_a_horizon_without_labels_leaves_views_to_typical():
    catalogue = simulate(channels=6, videos=600, seed=1).catalogue
    release = train(catalogue, CUTOFF, created_at=CUTOFF)
    assert release.manifest.kinds["views"].state == "typical"

    forecasts = forecast(catalogue, release, issues_as_of(catalogue, CUTOFF))
    views = forecasts.filter(target="views_30d").group_by("model_type").len().sort("model_type")
    assert set(views["model_type"]) == {"typical"}
