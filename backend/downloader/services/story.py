"""The story of one video: what was counted, what was forecast of it and when, and what happened."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from django.utils import timezone

from downloader.models import LedgerRow, MLPrediction, VideoDownload
from downloader.services.access import Account
from foreview.vocabulary import DAY_MS, HORIZON_DAYS

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from foreview.tables.catalogue import Catalogue

MOST_DAYS: Final = 1.2 * max(HORIZON_DAYS.values())
"""Age up to which counts are shown: a little beyond the last horizon."""
SIMILAR: Final = 5


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
class Similar:
    """An earlier video of the channel and format: its views at the age of the one that is looked at, and after 30 days."""

    key: int
    title: str
    then: float
    came_to: float


@dataclass(frozen=True, slots=True)
class Story:
    """All that is known of one video."""

    video: VideoDownload
    forecast: MLPrediction | None
    counted: list[tuple[float, float]]
    """Age [d] and views until then, as known now."""
    typical: list[tuple[float, float]]
    """Age [d] and what is typical of the channel's videos of this format until then."""
    similar: list[Similar]
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
    curves = _curves(video)
    return Story(video, found[0] if found else None, issued=forecasts, outcomes=outcomes, **curves)


def _issued(row: LedgerRow) -> Issued:
    said, as_of, issue_age = json.loads(row.record), row.as_of, row.issue_age_days
    assert as_of is not None  # noqa: S101  (a forecast has both)
    assert issue_age is not None  # noqa: S101
    return Issued(row.number, as_of, issue_age, row.release, row.role == LedgerRow.Role.SERVED, said["forecast"])


def _curves(video: VideoDownload) -> dict[str, Any]:
    """Return what is drawn of a video: nothing of one that is not published."""
    from downloader.gateways.catalogue import forecast_catalogue
    from foreview.forecasting.at_age import timelines

    now = timezone.now()
    nothing: dict[str, Any] = {"counted": [], "typical": [], "similar": []}
    if video.published_at is None or video.published_at > now:
        return nothing
    catalogue = forecast_catalogue(now, [video.pk])
    lines = timelines(catalogue, now)
    ids = lines.videos["video_id"].to_list()
    if str(video.pk) not in ids:
        return nothing
    at = ids.index(str(video.pk))
    similar = [
        (ids[one], *_views(lines.views[one, [max(int(lines.day[at]), 1), -1]])) for one in lines.similar(at, SIMILAR)
    ]
    return {"counted": _counted(catalogue, at), "typical": _by_day(lines.typical_curve(at)), "similar": _named(similar)}


def _counted(catalogue: Catalogue, at: int) -> list[tuple[float, float]]:
    import numpy as np

    from foreview.curves.curve import view_curves

    curves = view_curves(catalogue)
    points = slice(curves.starts[at], curves.starts[at + 1])
    ages, peaks = curves.age[points] / DAY_MS, np.rint(curves.peak[points])
    return [(float(age), float(views)) for age, views in zip(ages, peaks, strict=True) if 0 < age <= MOST_DAYS]


def _by_day(typical: npt.NDArray[np.float64]) -> list[tuple[float, float]]:
    return [(day, views) for day, views in enumerate(_views(typical), start=1) if not math.isnan(views)]


def _views(ln: npt.NDArray[np.float64]) -> list[float]:
    import numpy as np

    return [float(views) for views in np.rint(np.expm1(ln))]


def _named(similar: Sequence[tuple[str, float, float]]) -> list[Similar]:
    from downloader import selectors

    titles = selectors.titles_of(None, (int(key) for key, _, _ in similar))
    return [Similar(int(key), titles.get(int(key), ""), then, came_to) for key, then, came_to in similar]
