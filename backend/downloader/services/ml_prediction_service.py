"""Forecasts of the videos in the database."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import polars as pl
from django.db import transaction
from django.utils import timezone

from downloader import selectors
from downloader.gateways.catalogue import forecast_catalogue
from downloader.gateways.forecasts import save_forecasts
from downloader.models import MLPrediction
from downloader.services.clock import issue_time
from downloader.services.confirming import Confirm, unasked
from downloader.services.ml_model_trainer import MLModelTrainer
from downloader.services.serving import serving_release
from foreview.errors import InputError
from foreview.features.matrix import feature_table
from foreview.features.spec import features_with
from foreview.forecasting.forecaster import forecast, issues_as_of
from foreview.options import Progress, silent
from foreview.releases.manifest import Manifest
from foreview.tables.catalogue import Catalogue


class MLPredictionService:
    """Forecasts and retraining, under the names that existing code calls."""

    def predict_video_performance(self, video_id: Any, *, as_of: datetime | None = None) -> MLPrediction:
        """Forecast one video, save the forecast with its copies on the video in one transaction, and return it.

        Parameters
        ----------
        video_id:
            Primary key of the video.
        as_of:
            Issue time; nothing that became known later is used. Default: now.

        Raises
        ------
        VideoUnknown
            If there is no such video.
        ReleaseError
            If the release that serves is damaged or of another version.

        """
        self.predict_videos([video_id], as_of=as_of)
        return selectors.prediction_of(video_id)

    def predict_videos(
        self,
        video_ids: Iterable[Any] | None = None,
        *,
        as_of: datetime | None = None,
        progress: Progress = silent,
        confirm: Confirm = unasked,
    ) -> int:
        """Forecast these videos, or all usable ones, save all forecasts in one transaction, and return how many.

        ``confirm`` is called last in that transaction; where it raises, the old forecasts stand.

        The number of queries does not depend on the number of videos. A video that is not public at ``as_of`` is forecast as if it
        were published then.
        """
        t = issue_time(as_of)
        keys = None if video_ids is None else selectors.known_keys(video_ids)
        release = serving_release()
        progress("reading", 0, 3)
        catalogue = forecast_catalogue(t, keys)
        progress("forecasting", 1, 3)
        issues = _issues(catalogue, t, keys)
        forecasts = forecast(catalogue, release, issues, progress=progress)
        features = feature_table(catalogue, issues)
        progress("saving", 2, 3)
        with transaction.atomic():
            saved = save_forecasts(forecasts, features, features_with(catalogue.declared), timezone.now())
            confirm()
        progress("saving", 3, 3)
        return saved

    def retrain_models(self, *, as_of: datetime | None = None, progress: Progress = silent) -> Manifest:
        """Train on everything known at ``as_of`` (default: now) and let the new release serve; return what it says of itself."""
        return MLModelTrainer().train_all_models(as_of=as_of, progress=progress)


def _issues(catalogue: Catalogue, as_of: datetime, keys: list[Any] | None) -> pl.DataFrame:
    issues = issues_as_of(catalogue, as_of)
    if keys is None:
        return issues
    asked = [str(key) for key in keys]
    issues = issues.filter(pl.col("video_id").is_in(asked))
    if missing := sorted(set(asked) - set(issues["video_id"])):
        raise InputError(
            "a video's publication time is one that can be",
            f"the video with the id {missing[0]} has one that was left out, see the log",
            "Correct it, or leave it empty for a video that is not public yet",
        )
    return issues
