"""Hyperparameters for this database: looked for, kept beside the releases, and found again."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from downloader.configuration import releases_folder
from downloader.gateways.catalogue import training_catalogue
from downloader.services.clock import issue_time
from foreview.options import Hyperparameters, Progress, TrainingOptions, TuningOptions, silent
from foreview.training.study import hyperparameters_for, latest_tuned, name_of
from foreview.training.tuning import Search, study_of, tune


def studies_folder() -> Path:
    """Return the folder of the studies, inside that of the releases."""
    return releases_folder() / "studies"


def tune_models(
    tuning: TuningOptions,
    options: TrainingOptions,
    *,
    as_of: datetime | None = None,
    stop: Callable[[], bool] = lambda: False,
    progress: Progress = silent,
) -> tuple[Path, Search]:
    """Look for better hyperparameters on what was known at ``as_of`` (default: the start of today, UTC); return the study and what it says.

    The folder is named by what the study is of: asked again with the same database and options it goes on, otherwise a new one begins.

    Raises
    ------
    NotEnoughHistory
        Where the training data cannot be split in time.

    """
    t = issue_time(as_of) if as_of else issue_time(None).replace(hour=0, minute=0, second=0, microsecond=0)
    progress("reading", 0, tuning.trials)
    catalogue = training_catalogue(t)
    folder = studies_folder() / name_of(study_of(catalogue, t, tuning, options))
    return folder, tune(catalogue, t, folder, tuning, options, stop=stop, progress=progress)


def latest_hyperparameters(as_of: datetime | None = None) -> Hyperparameters:
    """Return the hyperparameters of the latest study whose cutoff is no later than ``as_of`` (default: now).

    Raises
    ------
    StudyError
        Where there is none.

    """
    t = issue_time(as_of)
    return hyperparameters_for(latest_tuned(studies_folder(), t), t)
