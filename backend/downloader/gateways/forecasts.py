"""From forecasts to rows: each video's forecast and its copies on the video, in one transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

import polars as pl
from django.db.models import OuterRef, Subquery

from downloader import selectors
from downloader.configuration import video_table
from downloader.models import MLPrediction
from downloader.upserts import upsert
from foreview.features.spec import Feature
from foreview.vocabulary import QUANTILES, TARGETS

_POINTS: Final = {
    "views_7d": "predicted_views_7d",
    "views_30d": "predicted_views_30d",
    "engagement_rate": "predicted_engagement_rate",
    "revenue_30d": "predicted_revenue_30d",
}
_CONFIDENCES: Final = {
    "views_30d": "views_confidence",
    "engagement_rate": "engagement_confidence",
    "revenue_30d": "revenue_confidence",
}
_OF_A_TARGET: Final = (
    "point",
    "point_mrse",
    *QUANTILES,
    "p_low",
    "p_medium",
    "p_high",
    "class_source",
    "typical",
    "p_beats_typical",
    "confidence",
    "p_above_zero",
    "model_type",
)
_CACHED: Final = {
    "ml_predicted_views_30d": "predicted_views_30d",
    "ml_predicted_revenue_30d": "predicted_revenue_30d",
    "ml_confidence": "confidence_score",
}


def save_forecasts(forecasts: pl.DataFrame, features: pl.DataFrame, spec: Sequence[Feature], now: datetime) -> int:
    """Write the forecasts (one row a video and target) of one issue time, and return of how many videos.

    A video of which a forecast of a later issue time stands keeps that. ``features`` has one row a video. Call it inside a transaction: interrupted, all forecasts are the old ones; else all are new.
    """
    rows = _by_video(forecasts)
    used = {row["video_id"]: row for row in features.iter_rows(named=True)}
    predictions = [
        {"video": selectors.key_of(video_id), **_told(by_target), **_points(by_target), **_used(used[video_id], spec)}
        for video_id, by_target in rows.items()
    ]
    if not predictions:
        return 0
    columns: dict[str, list[Any]] = {name: [row[name] for row in predictions] for name in predictions[0]}
    columns["updated_at"] = [now] * len(predictions)
    update = [name for name in columns if name != "video"]
    upsert(MLPrediction, columns, unique=["video"], update=update, keep_later="as_of")
    _repeat_on_videos(now)
    return len(predictions)


def _by_video(forecasts: pl.DataFrame) -> dict[str, dict[str, dict[str, Any]]]:
    clean = forecasts.with_columns(pl.col(pl.Float64).fill_nan(None))
    rows: dict[str, dict[str, dict[str, Any]]] = {}
    for row in clean.iter_rows(named=True):
        rows.setdefault(row["video_id"], {})[row["target"]] = row
    return rows


def forecasts_told(forecasts: pl.DataFrame) -> dict[str, dict[str, Any]]:
    """Return for each video, in their order, what is told of forecasts that nothing keeps: issue time, release, confidence, targets."""
    return {video_id: _told(by_target) for video_id, by_target in _by_video(forecasts).items()}


def _told(by_target: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    headline = by_target["views_30d"]
    confidences = [by_target[target]["confidence"] for target in _CONFIDENCES]
    return {
        "confidence_score": min(value for value in confidences if value is not None),
        "by_target": {target: {name: by_target[target][name] for name in _OF_A_TARGET} for target in TARGETS},
        "as_of": headline["as_of"],
        "issue_age_days": headline["issue_age_days"],
        "model_version": headline["model_version"],
        "model_type": headline["model_type"],
    }


def _points(by_target: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    return {
        **{column: by_target[target]["point"] for target, column in _POINTS.items()},
        **{column: by_target[target]["confidence"] for target, column in _CONFIDENCES.items()},
        "p_beats_typical": by_target["views_30d"]["p_beats_typical"],
    }


def _used(features: Mapping[str, Any], spec: Sequence[Feature]) -> dict[str, Any]:
    known = (feature for feature in spec if features[feature.name] is not None and feature.kind != "text")
    return {"features_used": {f.name: {"value": features[f.name], "unit": f.unit} for f in known}}


def _repeat_on_videos(now: datetime) -> None:
    """Copy what was written at ``now`` to the videos that have columns for it, in one statement."""
    fields = video_table().fields
    forecast = MLPrediction.objects.filter(video=OuterRef("pk"))
    copies = {fields[name]: Subquery(forecast.values(column)[:1]) for name, column in _CACHED.items() if name in fields}
    if copies:
        written = MLPrediction.objects.filter(updated_at=now).values("video")
        selectors.video_model()._default_manager.filter(pk__in=written).update(**copies)
