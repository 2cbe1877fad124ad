"""A study of hyperparameters on disk: what it is a study of, a file for each finished trial, and the best so far.

Each file appears whole or not at all, so a process killed at any instant leaves a study that can be continued.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final, TypeVar

from foreview.drafts import drafts_in, whole_file
from foreview.errors import StudyError
from foreview.options import Hyperparameters, TrainingOptions
from foreview.releases.strict import Json, canonical, dataclass_of, read_json, to_json
from foreview.training.search import Between, Trial, best_of

STUDY_FORMAT_VERSION: Final = 1
STUDY: Final = "study.json"
BEST: Final = "best.json"
MAX_BYTES: Final = 1024**2

T = TypeVar("T")


@dataclass(frozen=True, kw_only=True, slots=True)
class Study:
    """What a study is of. Trials of studies that differ in anything of it may not be compared."""

    as_of: datetime
    """The cutoff: nothing that became known later was used."""
    catalogue_fingerprint: str
    """Of the catalogue as of the cutoff."""
    videos: int
    """Mature videos that trials learn from and are scored on."""
    mature_videos: int
    """Of how many."""
    options: dict[str, Json]
    """The training options of the trials, but for their hyperparameters."""
    space: dict[str, Between]
    libraries: dict[str, str]
    format_version: int = STUDY_FORMAT_VERSION


@dataclass(frozen=True, kw_only=True, slots=True)
class Tuned:
    """The outcome of a study so far."""

    as_of: datetime
    """The cutoff of the study: a release with these hyperparameters must not have an earlier one."""
    catalogue_fingerprint: str
    seed: int
    trials: int
    """How many are done."""
    best_trial: int
    """0: the defaults, as no other trial beat them at every origin."""
    crps: float
    crps_of_defaults: float
    hyperparameters: Hyperparameters
    format_version: int = STUDY_FORMAT_VERSION

    @property
    def sentence(self) -> str:
        """What came of it, in one line."""
        if not self.best_trial:
            return f"the defaults; of {self.trials} trials no other beat them at every origin"
        gain = f"{1 - self.crps / self.crps_of_defaults:.1%} lower"
        return f"trial {self.best_trial} of {self.trials}, CRPS {self.crps:.4f} where the defaults have {self.crps_of_defaults:.4f} ({gain})"


def finished_trials(folder: Path, study: Study) -> tuple[Trial, ...]:
    """Return the trials of ``study`` in ``folder``, in order; none where the folder is new or empty.

    Raises
    ------
    StudyError
        If the folder holds something else, or a study of something else: says what differs.

    """
    if not (folder / STUDY).is_file():
        if folder.is_file() or (folder.is_dir() and not set(folder.iterdir()) <= set(drafts_in(folder))):
            raise StudyError(
                "a study goes to a new or empty folder, or continues in its own",
                f"{folder} exists and has no {STUDY}",
                "Choose another folder",
            )
        return ()
    _check_same(folder, _read(folder / STUDY, Study), study)
    return read_trials(folder)


def read_trials(folder: Path) -> tuple[Trial, ...]:
    """Return the finished trials in ``folder``, in order.

    Raises
    ------
    StudyError
        If one is damaged, or missing among others.

    """
    paths = sorted(folder.glob("trial-*.json"))
    trials = tuple(_read(path, Trial) for path in paths)
    for number, (path, trial) in enumerate(zip(paths, trials, strict=True)):
        if path != _trial_path(folder, number) or trial.number != number:
            raise StudyError(
                "the trials of a study are numbered from 0 without a gap",
                f"{path} is trial {trial.number}, expected was {number}",
                "Put the missing file back, or start the study anew in another folder",
            )
    return trials


def add_trial(folder: Path, study: Study, trials: Sequence[Trial]) -> Tuned:
    """Write the last of ``trials``, the first into a folder that becomes the study, and renew ``best.json``; return what it says."""
    if not (folder / STUDY).is_file():
        folder.mkdir(parents=True, exist_ok=True)
        _write(folder / STUDY, study)
    _write(_trial_path(folder, trials[-1].number), trials[-1])
    return write_best(folder, study, trials)


def write_best(folder: Path, study: Study, trials: Sequence[Trial]) -> Tuned:
    """Write ``best.json``, and return what it says."""
    best = best_of(trials)
    tuned = Tuned(
        as_of=study.as_of,
        catalogue_fingerprint=study.catalogue_fingerprint,
        seed=study.options["seed"],
        trials=len(trials),
        best_trial=best.number,
        crps=best.value,
        crps_of_defaults=trials[0].value,
        hyperparameters=best.hyperparameters,
    )
    _write(folder / BEST, tuned)
    return tuned


def name_of(study: Study) -> str:
    """Return a folder name of its own for ``study``: the day of its cutoff and twelve digits of its hash."""
    digest = hashlib.sha256(canonical(to_json(study))).hexdigest()
    return f"{study.as_of:%Y-%m-%d}-{digest[:12]}"


def latest_tuned(root: Path, as_of: datetime) -> Path:
    """Return the ``best.json`` of the study under ``root`` with the latest cutoff that is no later than ``as_of``.

    Of several with that cutoff the one with most trials.

    Raises
    ------
    StudyError
        If there is none.

    """
    found = [(read_tuned(path), path) for path in sorted(root.glob(f"*/{BEST}"))]
    usable = [(tuned.as_of, tuned.trials, path) for tuned, path in found if tuned.as_of <= as_of]
    if not usable:
        raise StudyError(
            f"hyperparameters come from a study whose cutoff is not later than {as_of.isoformat()}",
            f"there is none among {len(found)} under {root}",
            "Tune first, as of then or earlier",
        )
    return max(usable)[2]


def read_tuned(path: Path) -> Tuned:
    """Return what a ``best.json`` says.

    Raises
    ------
    StudyError
        If it is not there, or not as this version writes it.

    """
    return _read(path, Tuned)


def hyperparameters_for(path: Path, as_of: datetime) -> Hyperparameters:
    """Return the hyperparameters in a ``best.json``, for a release as of ``as_of``.

    Raises
    ------
    StudyError
        If the study knew what that release must not know.

    """
    tuned = read_tuned(path)
    if tuned.as_of > as_of:
        raise StudyError(
            "hyperparameters come from a study whose cutoff is not later than the release's",
            f"{path} was tuned as of {tuned.as_of.isoformat()}, the release is as of {as_of.isoformat()}",
            "Tune as of the release's cutoff or earlier",
        )
    return tuned.hyperparameters


def options_of_trials(options: TrainingOptions) -> dict[str, Json]:
    """Return training options as a study says them: without the hyperparameters, which are what it looks for."""
    said: dict[str, Json] = to_json(options)
    del said["hyperparameters"]
    return said


def _trial_path(folder: Path, number: int) -> Path:
    return folder / f"trial-{number:04d}.json"


def _check_same(folder: Path, found: Study, asked: Study) -> None:
    differing = list(_differences(to_json(found), to_json(asked)))
    if differing:
        raise StudyError(
            "a study is continued on the catalogue, the cutoff and the options it was begun with",
            f"{folder} differs: {'; '.join(differing)}",
            "Repeat the command it was begun with, or name a new folder",
        )


def _differences(found: Mapping[str, object], asked: Mapping[str, object], within: str = "") -> list[str]:
    said = []
    for name in sorted(set(found) | set(asked)):
        old, new = found.get(name), asked.get(name)
        if isinstance(old, dict) and isinstance(new, dict):
            said += _differences(old, new, f"{within}{name}.")
        elif old != new:
            said.append(f"{within}{name} is {_short(old)}, asked for is {_short(new)}")
    return said


def _short(value: object) -> str:
    return f"{value!s:.40}"


def _write(path: Path, value: Study | Trial | Tuned) -> None:
    said = json.dumps(to_json(value), indent=2, ensure_ascii=False, allow_nan=False)
    whole_file(path, said.encode() + b"\n")


def _read(path: Path, kind: type[T]) -> T:
    try:
        with path.open("rb") as file:
            return dataclass_of(kind, read_json(file.read(MAX_BYTES)))
    except FileNotFoundError:
        raise StudyError("there is such a file", f"{path} is not there", "Make it with `foreview tune`") from None
    except (ValueError, RecursionError) as error:
        raise StudyError(
            f"{path.name} is as `foreview tune` writes it", f"{path}: {error}", "Start the study anew in another folder"
        ) from None
