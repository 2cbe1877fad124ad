"""The past of the site replayed: what a release trained then would have said since, and what happened."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Final

from django.utils import timezone

from downloader.configuration import clock_settings, releases_folder
from downloader.gateways.catalogue import training_catalogue
from downloader.services.clock import issue_time
from downloader.services.confirming import Confirm, unasked
from foreview.backtest.replay import Method
from foreview.backtest.replay import backtest as replay
from foreview.backtest.report import write_report
from foreview.forecasting.classes import forecast_with_bounds
from foreview.options import Progress, TrainingOptions, silent
from foreview.releases.manifest import calibration_videos, summary_of
from foreview.tables.catalogue import DEFAULT_DELAY_HOURS
from foreview.training.trainer import train
from foreview.vocabulary import HORIZON_DAYS

TEST_DAYS: Final = 60
"""Days of publications that are tested on, where nothing else is asked."""


@dataclass(frozen=True, slots=True)
class Report:
    """A backtest that was written."""

    folder: Path
    """Holds ``report.html``, ``report.md``, ``report.json`` and ``predictions.parquet``."""
    train_until: date
    test_from: date
    errors: dict[str, float]
    """MAE ln by target and issue age, such as ``views_30d/3``, of all formats together."""


def reports_folder() -> Path:
    """Return the folder of the reports, inside that of the releases."""
    return releases_folder() / "reports"


def backtest(
    *,
    as_of: datetime | None = None,
    train_until: date | None = None,
    test_from: date | None = None,
    progress: Progress = silent,
    confirm: Confirm = unasked,
) -> Report:
    """Train on what was known at the end of ``train_until``, forecast the videos published since ``test_from``, score, and write the report.

    Without ``test_from`` the test begins 60 days before the youngest publications whose labels can be mature at ``as_of`` (default: now),
    without ``train_until`` the training ends the day before. ``confirm`` is called before the report is written.

    Raises
    ------
    UsageError
        Where the test does not begin after the training.
    NotEnoughHistory
        Where no label was mature at the end of the training, or no video is left to test on.

    """
    t = issue_time(as_of)
    begins = test_from or (t - timedelta(days=max(HORIZON_DAYS.values()) + TEST_DAYS, hours=_delay())).date()
    ends = train_until or begins - timedelta(days=1)
    progress("reading", 0, 1)
    done = replay(
        training_catalogue(t),
        Method(train, forecast_with_bounds, summary_of, calibration_videos),
        train_until=ends,
        test_from=begins,
        options=TrainingOptions(),
        created_at=timezone.now(),
        progress=progress,
    )
    confirm()
    folder = reports_folder() / f"{ends}-{begins}-as-of-{t:%Y%m%dT%H%M%S}"
    write_report(done, folder)
    errors = {f"{s.target}/{s.issue_age_days:g}": s.alone.mae_ln for s in done.scores if s.format == "all"}
    return Report(folder, ends, begins, errors)


def _delay() -> float:
    return float(clock_settings().get("delay_hours", DEFAULT_DELAY_HOURS))
