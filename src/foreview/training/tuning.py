"""The search for hyperparameters: trials on nested splits of the past, finished one after the other, until the bounds are reached."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import Final

import polars as pl

from foreview.curves.labels import labels
from foreview.errors import UsageError
from foreview.learners.remembered import remembering
from foreview.options import Progress, TrainingOptions, TuningOptions, silent
from foreview.tables.catalogue import Catalogue
from foreview.training.folds import Fold, fold_crps, nested_folds
from foreview.training.rows import check_has_labels, rows_of, training_rows
from foreview.training.search import SPACE, Trial, best_of, is_hopeless, proposed
from foreview.training.study import Study, Tuned, add_trial, finished_trials, options_of_trials, write_best
from foreview.training.trainer import training_catalogue
from foreview.vocabulary import TARGETS

_LIBRARIES: Final = ("foreview", "numpy", "polars", "scikit-learn", "xgboost-cpu", "optuna")


@dataclass(frozen=True, slots=True)
class Search:
    """What ``tune`` did: the study with its trials, and the best of them."""

    study: Study
    trials: tuple[Trial, ...]
    tuned: Tuned


def tune(
    catalogue: Catalogue,
    as_of: datetime,
    folder: Path,
    tuning: TuningOptions | None = None,
    options: TrainingOptions | None = None,
    *,
    stop: Callable[[], bool] = lambda: False,
    progress: Progress = silent,
) -> Search:
    """Look for better hyperparameters on what ``catalogue`` held at ``as_of``, and keep every finished trial in ``folder``.

    A study that is there already is continued. ``stop`` is asked before each trial and at each origin; where it says so the
    trial that runs is dropped, but the first, the defaults, is finished. The result depends on the finished trials and ``options.seed``, not on
    interruptions.

    Raises
    ------
    NotEnoughHistory
        If the training data cannot be split in time; says where.
    StudyError
        If the folder holds another study, naming what differs.

    """
    tuning = tuning or TuningOptions()
    if tuning.trials < 1:
        raise UsageError("a study has at least one trial, the defaults", f"asked for {tuning.trials}")
    options = _of_trials(options or TrainingOptions(), tuning)
    known = training_catalogue(catalogue, as_of, options)
    study = _study(known, as_of, options)
    trials = list(finished_trials(folder, study))
    folds: tuple[Fold, ...] = ()
    if len(trials) < tuning.trials:
        progress("features", len(trials), tuning.trials)
        folds = _folds(known, options)
    with remembering():
        while len(trials) < tuning.trials and not (trials and stop()):
            progress(_so_far(trials), len(trials), tuning.trials)
            trial = _tried(trials, folds, options, stop)
            if trial is None:
                break
            trials.append(trial)
            add_trial(folder, study, trials)
    progress(_so_far(trials), tuning.trials, tuning.trials)
    return Search(study, tuple(trials), write_best(folder, study, trials))


def study_of(
    catalogue: Catalogue, as_of: datetime, tuning: TuningOptions | None = None, options: TrainingOptions | None = None
) -> Study:
    """Return the study that :func:`tune` would begin or go on with.

    Raises
    ------
    NotEnoughHistory
        If no label of a video's views is mature at ``as_of``.

    """
    options = _of_trials(options or TrainingOptions(), tuning or TuningOptions())
    return _study(training_catalogue(catalogue, as_of, options), as_of, options)


def stopwatch(minutes: float) -> Callable[[], bool]:
    """Return what says whether so many minutes have passed since now."""
    end = time.monotonic() + 60 * minutes
    return lambda: time.monotonic() >= end


def _of_trials(options: TrainingOptions, tuning: TuningOptions) -> TrainingOptions:
    """Return the options that trials train with: fewer ages, and at most so many videos."""
    ages = tuning.tuning_ages
    return replace(options, issue_ages=ages, max_rows=min(options.max_rows, tuning.max_videos * len(ages)))


def _study(known: Catalogue, as_of: datetime, options: TrainingOptions) -> Study:
    check_has_labels(known, as_of)
    found = labels(known, options.labels).select(pl.any_horizontal(pl.col(*TARGETS).is_not_null()))
    mature = int(found.to_series().sum())
    return Study(
        as_of=as_of,
        catalogue_fingerprint=known.fingerprint(),
        videos=min(mature, options.max_rows // len(options.issue_ages)),
        mature_videos=mature,
        options=options_of_trials(options),
        space=dict(SPACE),
        libraries={name: version(name) for name in _LIBRARIES},
    )


def _folds(known: Catalogue, options: TrainingOptions) -> tuple[Fold, ...]:
    table = training_rows(known, options)
    return nested_folds({target: rows_of(target, table) for target in TARGETS}, options)


def _tried(
    trials: Sequence[Trial], folds: Sequence[Fold], options: TrainingOptions, stop: Callable[[], bool]
) -> Trial | None:
    """Return the next trial, or None where time was up before it was finished."""
    tuned = proposed(trials, options.seed)
    trial = Trial(len(trials), "finished", tuned, ())
    for fold in folds:
        if trials and stop():
            return None
        found = fold_crps(fold, replace(options, hyperparameters=tuned))
        trial = replace(trial, crps=(*trial.crps, found))
        if len(trial.crps) < len(folds) and is_hopeless(trial.means, trials):
            return replace(trial, state="stopped")
    return trial


def _so_far(trials: Sequence[Trial]) -> str:
    if not trials:
        return "trials"
    return f"trials, CRPS {best_of(trials).value:.4f}, with the defaults {trials[0].value:.4f}"
