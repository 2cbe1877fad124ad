"""A study on disk: continued if it is the same, refused if it is not, readable whatever happened."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from foreview.errors import StudyError
from foreview.options import DEFAULTS, TrainingOptions
from foreview.training.search import SPACE, Trial
from foreview.training.study import (
    Study,
    add_trial,
    finished_trials,
    hyperparameters_for,
    latest_tuned,
    name_of,
    options_of_trials,
    read_trials,
    read_tuned,
)

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
STUDY = Study(
    as_of=NOON,
    catalogue_fingerprint="ab" * 32,
    videos=200,
    mature_videos=300,
    options=options_of_trials(TrainingOptions(seed=5)),
    space=dict(SPACE),
    libraries={"numpy": "2.4.6"},
)
BETTER = replace(DEFAULTS, xgb_rate=0.5, xgb_deeper=-1)
TRIALS = [Trial(0, "finished", DEFAULTS, ({"views_7d": 0.5},)), Trial(1, "finished", BETTER, ({"views_7d": 0.4},))]


def study_in(folder: Path, study: Study = STUDY, trials: int = 2) -> Path:
    for number in range(trials):
        add_trial(folder, study, TRIALS[: number + 1])
    return folder


def test_a_study_is_continued_with_the_trials_it_has(tmp_path):
    folder = study_in(tmp_path / "study")
    assert finished_trials(folder, STUDY) == tuple(TRIALS)
    assert sorted(path.name for path in folder.iterdir()) == [
        "best.json",
        "study.json",
        "trial-0000.json",
        "trial-0001.json",
    ]


def test_a_study_that_was_killed_at_its_first_file_is_begun_again(tmp_path):
    (tmp_path / ".study.json-abcd1234.partial").write_text("{", encoding="utf-8")
    assert finished_trials(tmp_path, STUDY) == ()
    assert finished_trials(study_in(tmp_path), STUDY) == tuple(TRIALS)


def test_a_new_or_empty_folder_has_no_trials_and_is_left_as_it_is(tmp_path):
    assert finished_trials(tmp_path / "new", STUDY) == finished_trials(tmp_path, STUDY) == ()
    assert list(tmp_path.iterdir()) == []


def test_the_best_so_far_is_renewed_with_each_trial(tmp_path):
    folder = study_in(tmp_path, trials=1)
    first = read_tuned(folder / "best.json")
    assert (first.trials, first.best_trial, first.crps, first.hyperparameters) == (1, 0, 0.5, DEFAULTS)
    assert first.sentence == "the defaults; of 1 trials no other beat them at every origin"
    second = add_trial(folder, STUDY, TRIALS)
    assert second == read_tuned(folder / "best.json")
    assert (second.seed, second.trials, second.best_trial, second.hyperparameters) == (5, 2, 1, BETTER)
    assert second.sentence == "trial 1 of 2, CRPS 0.4000 where the defaults have 0.5000 (20.0% lower)"


@pytest.mark.parametrize(
    ("other", "says"),
    [
        (
            replace(STUDY, as_of=NOON + timedelta(days=1)),
            "as_of is 2026-03-01T12:00:00+00:00, asked for is 2026-03-02",
        ),
        (replace(STUDY, catalogue_fingerprint="cd" * 32), "catalogue_fingerprint is abab"),
        (replace(STUDY, options=options_of_trials(TrainingOptions(seed=6))), "options.seed is 5, asked for is 6"),
        (
            replace(STUDY, options=options_of_trials(TrainingOptions(seed=5, threads=1))),
            "options.threads is 2, asked for is 1",
        ),
        (
            replace(STUDY, space={**SPACE, "xgb_rate": replace(SPACE["xgb_rate"], high=9.0)}),
            "space.xgb_rate.high is 2.5, asked for is 9",
        ),
        (replace(STUDY, libraries={"numpy": "3.0.0"}), "libraries.numpy is 2.4.6, asked for is 3.0.0"),
    ],
)
def test_a_study_of_something_else_is_refused_and_the_difference_named(tmp_path, other, says):
    folder = study_in(tmp_path)
    with pytest.raises(StudyError, match="continued on the catalogue, the cutoff and the options") as caught:
        finished_trials(folder, other)
    assert says in str(caught.value)
    assert name_of(other) != name_of(STUDY)


def test_a_folder_of_something_else_is_refused_and_left_alone(tmp_path):
    (tmp_path / "thesis.txt").write_text("mine")
    with pytest.raises(StudyError, match=r"exists and has no study\.json"):
        finished_trials(tmp_path, STUDY)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]
    with pytest.raises(StudyError, match=r"exists and has no study\.json"):
        finished_trials(tmp_path / "thesis.txt", STUDY)


def test_what_a_killed_process_left_half_written_is_not_read(tmp_path):
    folder = study_in(tmp_path)
    (folder / ".trial-0002.json-k2x.partial").write_text('{"number": 2, "sta')
    assert finished_trials(folder, STUDY) == tuple(TRIALS)


def test_a_process_killed_before_its_best_was_written_costs_nothing(tmp_path):
    folder = study_in(tmp_path)
    (folder / "best.json").unlink()
    trials = finished_trials(folder, STUDY)
    assert trials == tuple(TRIALS)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"number"', '"nmber"'),
        ('"finished"', '"half"'),
        ("0.5", "NaN"),
        ('"xgb_rate": 1.0', '"xgb_rate": -1.0'),
        ('"xgb_rate"', '"rate"'),
        ('"views_7d"', '"views"'),
        ("}\n}", ""),
    ],
)
def test_a_damaged_trial_is_refused_by_name(tmp_path, old, new):
    folder = study_in(tmp_path)
    path = folder / "trial-0000.json"
    said = path.read_text()
    assert old in said or old == "}\n}"
    path.write_text(said.replace(old, new) if old in said else said[:-3])
    with pytest.raises(StudyError, match=r"trial-0000\.json is as `foreview tune` writes it"):
        read_trials(folder)


def test_a_missing_trial_is_noticed(tmp_path):
    folder = study_in(tmp_path)
    (folder / "trial-0000.json").unlink()
    with pytest.raises(StudyError, match="numbered from 0 without a gap"):
        read_trials(folder)


def test_a_release_takes_hyperparameters_only_from_studies_of_its_past(tmp_path):
    best = study_in(tmp_path) / "best.json"
    assert hyperparameters_for(best, NOON) == BETTER
    with pytest.raises(StudyError, match="tuned as of 2026-03-01T12:00:00"):
        hyperparameters_for(best, NOON - timedelta(milliseconds=1))


def test_a_file_that_is_no_best_is_refused(tmp_path):
    with pytest.raises(StudyError, match="is not there"):
        read_tuned(tmp_path / "best.json")
    (tmp_path / "best.json").write_text(json.dumps({"hyperparameters": {}}))
    with pytest.raises(StudyError, match=r"best\.json is as `foreview tune` writes it"):
        read_tuned(tmp_path / "best.json")


def test_the_latest_study_is_the_one_with_the_latest_cutoff_and_most_trials(tmp_path):
    later = replace(STUDY, as_of=NOON + timedelta(days=1))
    other = replace(STUDY, videos=100)
    for study, trials in ((STUDY, 1), (other, 2), (later, 1)):
        study_in(tmp_path / name_of(study), study, trials)
    assert latest_tuned(tmp_path, NOON) == tmp_path / name_of(other) / "best.json"
    assert latest_tuned(tmp_path, NOON + timedelta(days=9)) == tmp_path / name_of(later) / "best.json"
    with pytest.raises(StudyError, match="none among 3"):
        latest_tuned(tmp_path, NOON - timedelta(days=1))
