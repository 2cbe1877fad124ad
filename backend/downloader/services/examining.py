"""A release looked at on videos it has never seen: how right it was, and what its forecasts rest on. Kept beside the releases."""

from __future__ import annotations

import json
import logging
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any, Final

from django.utils import timezone

from downloader import selectors
from downloader.configuration import releases_folder
from downloader.gateways.catalogue import training_catalogue
from downloader.services.clock import issue_time
from downloader.services.confirming import Confirm, unasked
from downloader.services.serving import release_of
from foreview.backtest.replay import Method, backtest
from foreview.backtest.scores import SliceScores
from foreview.drafts import whole_file
from foreview.errors import NotEnoughHistory
from foreview.explain.ranking import Ranking, rank_features
from foreview.explain.window import future_window
from foreview.features.spec import features_with
from foreview.forecasting.classes import forecast_with_bounds
from foreview.options import Progress, TrainingOptions, silent
from foreview.releases.manifest import Release, calibration_videos, summary_of
from foreview.releases.models import models_of
from foreview.releases.strict import dataclass_of, to_json
from foreview.tables.catalogue import Catalogue
from foreview.vocabulary import Target

logger = logging.getLogger(__name__)
WEIGHED: Final[tuple[Target, ...]] = ("views_7d", "views_30d")
"""Targets whose features are weighed: that takes the longest."""
MOST_ROWS: Final = 1_000
"""Forecasts on which features are weighed: more would take minutes and move no place in the order."""
REPEATS: Final = 3


@dataclass(frozen=True, slots=True)
class Examination:
    """What was found on the videos published since ``since``, all of them after the release's cutoff."""

    model_version: str
    examined_at: datetime
    since: str
    videos: int
    """Of which an outcome was known."""
    scores: tuple[SliceScores, ...]
    worth: dict[str, Ranking]
    """What the features are worth for :data:`WEIGHED`; without a target of which no outcome is known yet."""

    def scores_of(self, target: str) -> tuple[SliceScores, ...]:
        """Return the scores of one target."""
        return tuple(score for score in self.scores if score.target == target)


def examinations_folder() -> Path:
    """Return the folder of the examinations, inside that of the releases."""
    return releases_folder() / "examined"


def examine(
    version: str, *, as_of: datetime | None = None, progress: Progress = silent, confirm: Confirm = unasked
) -> Examination:
    """Forecast the videos published after the release's cutoff as of their issue ages, put what is known at ``as_of`` beside it, and keep it.

    ``confirm`` is called before anything is written; what was kept of this release before is replaced.

    Raises
    ------
    NotEnoughHistory
        Where no such video has an outcome yet.
    UsageError, ReleaseError
        Where there is no such release, or it is damaged.

    """
    release = release_of(selectors.release_named(version).version)
    progress("reading", 0, 1)
    catalogue = training_catalogue(issue_time(as_of))
    cutoff = release.manifest.as_of.astimezone(UTC).date()
    since = cutoff + timedelta(days=1)
    replayed = backtest(
        catalogue,
        Method(lambda *_, **__: release, forecast_with_bounds, summary_of, calibration_videos),
        train_until=cutoff - timedelta(days=1),
        test_from=since,
        options=TrainingOptions(),
        created_at=timezone.now(),
        progress=progress,
    )
    found = Examination(
        model_version=version,
        examined_at=issue_time(None),
        since=since.isoformat(),
        videos=replayed.predictions["video_id"].n_unique(),
        scores=replayed.scores,
        worth=_worth(catalogue, release, since, progress),
    )
    confirm()
    path = _file_of(version)
    path.parent.mkdir(parents=True, exist_ok=True)
    whole_file(path, json.dumps(to_json(found)).encode())
    return found


def examination_of(version: str) -> Examination | None:
    """Return what was kept of a release; None where it was not examined, or by another version of Foreview."""
    path = _file_of(version)
    if not path.is_file():
        return None
    try:
        return dataclass_of(Examination, json.loads(path.read_bytes()))
    except ValueError as error:
        logger.warning("the examination of %s is not shown: %s", version, error)
        return None


def _file_of(version: str) -> Path:
    return examinations_folder() / f"{version}.json"


def _worth(catalogue: Catalogue, release: Release, since: date, progress: Progress) -> dict[str, Ranking]:
    models = {kind: model.location for kind, model in models_of(release).items()}
    features = features_with(catalogue.declared)
    asked: dict[str, Any] = {
        "learnt_until": release.manifest.as_of,
        "since": datetime.combine(since, time(), UTC),
        "max_rows": MOST_ROWS,
    }
    found: dict[str, Ranking] = {}
    for target in WEIGHED:
        try:
            window = future_window(catalogue, target, **asked)
        except NotEnoughHistory:
            continue  # of this target nothing has matured yet
        found[target] = rank_features(models, window, features, repeats=REPEATS, progress=progress)
    return found
