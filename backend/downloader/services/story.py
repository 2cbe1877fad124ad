"""The story of one video: what was counted, what was forecast of it and when, and what happened."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import numpy as np
from django.utils import timezone

from downloader.models import LedgerRow, MLPrediction, VideoDownload
from downloader.services.access import Account
from foreview.vocabulary import DAY_MS, HORIZON_DAYS

MOST_DAYS: Final = 1.2 * max(HORIZON_DAYS.values())
"""Age up to which counts are shown: a little beyond the last horizon."""


@dataclass(frozen=True, slots=True)
class Issued:
    """A forecast of the ledger."""

    number: int
    as_of: datetime
    issue_age_days: float
    release: str
    served: bool
    by_target: Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Story:
    """All that is known of one video."""

    video: VideoDownload
    forecast: MLPrediction | None
    counted: list[tuple[float, float]]
    """Age [d] and views until then, as known now."""
    issued: list[Issued]
    """Every forecast of it, the oldest first, shadows too."""
    outcomes: Mapping[str, float | None]
    """Target → what it came to; None where it never became known."""


def story_of(account: Account, key: int) -> Story:
    """Return the story of a video that the account sees.

    Raises
    ------
    VideoUnknown
        If there is none, or it is of a channel the account does not see.

    """
    from downloader import selectors

    video = selectors.video_seen(account.channels, key)
    rows = selectors.ledger_of(str(key))
    forecasts = [_issued(row) for row in rows if row.kind == LedgerRow.Kind.FORECAST]
    outcomes = {row.target: json.loads(row.record).get("value") for row in rows if row.kind == LedgerRow.Kind.OUTCOME}
    found = selectors.forecasts_of([key])
    return Story(video, found[0] if found else None, _counted(video), forecasts, outcomes)


def _issued(row: LedgerRow) -> Issued:
    said, as_of, issue_age = json.loads(row.record), row.as_of, row.issue_age_days
    assert as_of is not None  # noqa: S101  (a forecast has both)
    assert issue_age is not None  # noqa: S101
    return Issued(row.number, as_of, issue_age, row.release, row.role == LedgerRow.Role.SERVED, said["forecast"])


def _counted(video: VideoDownload) -> list[tuple[float, float]]:
    from downloader.gateways.catalogue import forecast_catalogue
    from foreview.curves.curve import view_curves

    if video.published_at is None or video.published_at > timezone.now():
        return []
    catalogue = forecast_catalogue(timezone.now(), [video.pk])
    curves, ids = view_curves(catalogue), catalogue.videos["video_id"].to_list()
    at = ids.index(str(video.pk)) if str(video.pk) in ids else None
    points = slice(0, 0) if at is None else slice(curves.starts[at], curves.starts[at + 1])
    ages, peaks = curves.age[points] / DAY_MS, np.rint(curves.peak[points])
    return [(float(age), float(views)) for age, views in zip(ages, peaks, strict=True) if 0 < age <= MOST_DAYS]
