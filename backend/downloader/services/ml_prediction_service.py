"""Forecasts of the videos in the database."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import polars as pl
from django.db import transaction

from downloader import selectors
from downloader.gateways.catalogue import forecast_catalogue
from downloader.gateways.forecasts import save_forecasts
from downloader.gateways.ledger import Record, append, forecast_records, is_to_come
from downloader.models import LedgerRow, MLPrediction
from downloader.services.clock import issue_time, past_time
from downloader.services.confirming import Confirm, unasked
from downloader.services.experiments import served_by_challenger
from downloader.services.ml_model_trainer import MLModelTrainer
from downloader.services.serving import serving_release, shadow_releases
from foreview.errors import InputError, UsageError
from foreview.features.spec import features_with
from foreview.forecasting.forecaster import forecast_inputs, issues_as_of
from foreview.forecasting.inputs import inputs_table
from foreview.options import Progress, silent
from foreview.releases.manifest import Manifest, Release
from foreview.releases.prior import prior_release
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
        UsageError
            If ``as_of`` is to come, or before the training cutoff of the release that serves.
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

        In the same transaction they are added to the ledger, with those of the releases in the shadow. The number of queries does not
        depend on the number of videos. A video that is not public at ``as_of`` is forecast as if it were published then.
        A forecast of a later issue time stands: the older one then goes into the ledger alone. ``confirm`` is called last in that
        transaction; where it raises, the old forecasts stand.
        """
        t, now = past_time(as_of), issue_time(None)
        keys = None if video_ids is None else selectors.known_keys(video_ids)
        release = serving_release()
        _check_not_learned(release, t)
        shadows = [shadow for shadow in shadow_releases(release) if not _may_have_learned(shadow, t)]
        progress("reading", 0, 3)
        catalogue = forecast_catalogue(t, keys)
        progress("forecasting", 1, 3)
        inputs = inputs_table(catalogue, release, _issues(catalogue, t, keys))
        channels = dict(catalogue.videos.select("video_id", "channel_id").iter_rows())
        standing = selectors.with_younger_forecast(keys, t)
        forecasts, records = _forecast_all([release, *shadows], inputs, standing, {"channels": channels, "now": now})
        progress("saving", 2, 3)
        with transaction.atomic():
            saved = save_forecasts(forecasts, inputs, features_with(catalogue.declared), now)
            append(records)
            confirm()
        progress("saving", 3, 3)
        return saved

    def retrain_models(self, *, as_of: datetime | None = None, progress: Progress = silent) -> Manifest:
        """Train on everything known at ``as_of`` (default: now) and return what the new release says of itself.

        It serves at once where nothing served before. Otherwise it is a candidate: see ``MLModelTrainer.train_all_models``.
        """
        return MLModelTrainer().train_all_models(as_of=as_of, progress=progress)


def _forecast_all(
    releases: Sequence[Release], inputs: pl.DataFrame, standing: Collection[str], said: Mapping[str, Any]
) -> tuple[pl.DataFrame, list[Record]]:
    """Return the forecasts that are served, and what goes into the ledger: those, and what the other releases forecast of what is to come.

    The first of ``releases``, the champion, serves, but for the videos that a split gives to its challenger; of the videos ``standing`` a later
    forecast is served. Without adaptation all releases have the same inputs.
    """
    beside = {release.manifest.model_version for release in releases[1:]}
    challenger, its = served_by_challenger(inputs["video_id"], beside)
    given_away, shows = pl.Series(its, dtype=pl.Boolean), ~inputs["video_id"].is_in(list(standing))
    served, records = [], []
    for release in releases:
        mine = ~given_away if release is releases[0] else given_away & (release.manifest.model_version == challenger)
        shown, unshown = inputs.filter(mine & shows), inputs.filter(~(mine & shows) & is_to_come())
        served.append(forecast_inputs(release, shown))
        records += forecast_records(release, shown, served[-1], role=LedgerRow.Role.SERVED.value, **said)
        if unshown.height:
            told = forecast_inputs(release, unshown)
            records += forecast_records(release, unshown, told, role=LedgerRow.Role.SHADOW.value, **said)
    return pl.concat([frame for frame in served if frame.height] or served[:1]), records


def _check_not_learned(release: Release, as_of: datetime) -> None:
    if _may_have_learned(release, as_of):
        cutoff = release.manifest.as_of.isoformat()
        raise UsageError(
            "a forecast that is kept is not made as of a time before the training cutoff of its release",
            f"asked as of {as_of.isoformat()}, and the cutoff of {release.manifest.model_version} is {cutoff}",
            "Ask `POST /api/v1/predictions` with `as_of`: the release that served then forecasts, and nothing is kept",
        )


def _may_have_learned(release: Release, as_of: datetime) -> bool:
    """Return whether the release was trained on what was still to come at ``as_of``: it would be scored on labels it knows.

    The documented prior was trained on nothing; its cutoff is the day on which it was written down.
    """
    is_prior = release.manifest.model_version == prior_release().manifest.model_version
    return as_of < release.manifest.as_of and not is_prior


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
