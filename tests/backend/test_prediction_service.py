"""Forecasts of the videos in the database."""

from __future__ import annotations

import pytest

from downloader.models import MLPrediction, VideoDownload
from downloader.services.ml_prediction_service import MLPredictionService

pytestmark = pytest.mark.django_db


def test_a_video_on_an_empty_database_gets_a_saved_forecast_labelled_as_a_cold_start_prior():
    video = VideoDownload.objects.create(title="Test Video", duration=45, is_short=True)
    prediction = MLPredictionService().predict_video_performance(video.id)
    assert prediction.predicted_views_30d > 0
    assert prediction.model_type == "prior"
    assert MLPrediction.objects.get(video=video) == prediction
