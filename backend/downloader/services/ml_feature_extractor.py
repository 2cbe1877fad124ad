"""What is known of one video."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

import polars as pl
from django.db.models import Model

from downloader.gateways.catalogue import forecast_catalogue
from downloader.services.clock import issue_time
from foreview.features.matrix import feature_table
from foreview.features.spec import features_with


class Measured(NamedTuple):
    """A value with its unit; None is not known."""

    value: float | bool | str | None
    unit: str


class MLFeatureExtractor:
    """Features, under the name that existing code calls."""

    def extract_features(self, video: Model, *, as_of: datetime | None = None) -> dict[str, Measured]:
        """Return every feature of ``video`` as known at ``as_of`` (default: now): name → value and unit.

        Among them ``duration_s, title_length, description_length, has_transcript, has_ai_tags, initial_views,
        initial_engagement, keyword_count, hour_posted, day_of_week, is_short``. Hour and weekday are those of the publication
        in the time zone of ``FOREVIEW``, and, of a video not public yet, those of ``as_of``; never those of the row.
        """
        t = issue_time(as_of)
        catalogue = forecast_catalogue(t, [video.pk])
        issue = pl.DataFrame({"video_id": [str(video.pk)], "as_of": [t]})
        row = feature_table(catalogue, issue).row(0, named=True)
        return {
            feature.name: Measured(row[feature.name], feature.unit) for feature in features_with(catalogue.declared)
        }
