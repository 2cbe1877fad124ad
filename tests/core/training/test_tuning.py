"""Tuning from a catalogue: bounded, repeatable, continued, and blind to what came after the cutoff."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from foreview.errors import NotEnoughHistory, UsageError
from foreview.learners.members import MEMBERS
from foreview.options import DEFAULTS, Hyperparameters, TrainingOptions, TuningOptions
from foreview.simulation.world import simulate
from foreview.training.study import read_trials, read_tuned
from foreview.training.trainer import train
from foreview.training.tuning import Search, stopwatch, study_of, tune

pytestmark = pytest.mark.xdist_group("tuning")  # what its tests share takes long to make

CUTOFF = datetime(2026, 5, 27, tzinfo=UTC)
TUNING = TuningOptions(trials=2, tuning_ages=(0.0, 3.0))
OPTIONS = TrainingOptions(issue_ages=(0.0, 3.0), max_forest_rows=300, threads=1)


@pytest.fixture(scope="module")
def catalogue():
    return simulate(channels=3, videos=560, seed=5, days=240).catalogue


@pytest.fixture(scope="module")
def whole(catalogue, tmp_path_factory) -> Path:
    """The folder of a study of two trials in one go."""
    folder: Path = tmp_path_factory.mktemp("whole") / "study"
    tune(catalogue, CUTOFF, folder, TUNING, OPTIONS)
    return folder


def content(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def stopping(*answers: bool) -> Callable[[], bool]:
    """Says when time is up: one answer each time it is asked."""
    left = iter(answers)
    return lambda: next(left)


def test_the_first_trial_is_the_defaults_on_every_origin(whole):
    first = read_trials(whole)[0]
    assert first.hyperparameters == DEFAULTS
    assert [set(found) for found in first.crps] == [{"views_7d", "views_30d", "engagement_rate", "revenue_30d"}] * 3


def test_deleting_the_future_changes_nothing(catalogue, whole, tmp_path):
    assert catalogue.as_of(CUTOFF).daily.height < catalogue.daily.height
    tune(catalogue.as_of(CUTOFF), CUTOFF, tmp_path, TUNING, OPTIONS)
    assert content(tmp_path) == content(whole)


def test_a_study_in_parts_is_the_study_in_one_go(catalogue, whole, tmp_path):
    for trials in (1, 2):
        tune(catalogue, CUTOFF, tmp_path, replace(TUNING, trials=trials), OPTIONS)
    assert content(tmp_path) == content(whole)


def test_a_finished_study_is_only_read(catalogue, whole):
    before = content(whole)
    asked: list[str] = []
    again = tune(
        catalogue, CUTOFF, whole, TUNING, OPTIONS, stop=stopping(), progress=lambda step, *_: asked.append(step)
    )
    assert content(whole) == before
    assert again.tuned == read_tuned(whole / "best.json")
    assert "features" not in asked


def test_the_defaults_are_finished_even_when_time_is_up(catalogue, tmp_path):
    found = tune(catalogue, CUTOFF, tmp_path, TUNING, OPTIONS, stop=stopping(True))
    assert [trial.number for trial in found.trials] == [0]
    assert found.tuned.hyperparameters == DEFAULTS


def test_a_trial_that_time_cuts_short_is_dropped(catalogue, whole, tmp_path):
    found = tune(catalogue, CUTOFF, tmp_path, TUNING, OPTIONS, stop=stopping(False, True))
    assert found.trials == read_trials(whole)[:1]
    assert "trial-0001.json" not in content(tmp_path)


def test_another_seed_tries_something_else(catalogue, whole, tmp_path):
    found = tune(catalogue, CUTOFF, tmp_path, TUNING, replace(OPTIONS, seed=1))
    assert found.trials[1].hyperparameters != read_trials(whole)[1].hyperparameters


def test_many_videos_are_thinned_and_it_is_said(catalogue):
    thinned = study_of(catalogue, CUTOFF, replace(TUNING, max_videos=100), OPTIONS)
    every = study_of(catalogue, CUTOFF, TUNING, OPTIONS)
    assert (thinned.videos, thinned.mature_videos) == (100, every.mature_videos)
    assert every.videos == every.mature_videos > 100


def test_progress_says_the_best_so_far(catalogue, whole):
    said: list[tuple[str, int, int]] = []
    search: Search = tune(catalogue, CUTOFF, whole, TUNING, OPTIONS, progress=lambda *step: said.append(step))
    value, usual = search.tuned.crps, search.tuned.crps_of_defaults
    assert said == [(f"trials, CRPS {value:.4f}, with the defaults {usual:.4f}", 2, 2)]


def test_a_study_without_trials_is_none(catalogue, tmp_path):
    with pytest.raises(UsageError, match="at least one trial"):
        tune(catalogue, CUTOFF, tmp_path, replace(TUNING, trials=0), OPTIONS)


def test_without_a_mature_label_there_is_nothing_to_tune_on(catalogue, tmp_path):
    early = catalogue.videos["published_at"][3]
    with pytest.raises(NotEnoughHistory):
        tune(catalogue, early, tmp_path / "study", TUNING, OPTIONS)
    assert not (tmp_path / "study").exists()


def test_a_stopwatch_runs_out():
    assert not stopwatch(1)()
    assert not stopwatch(float("inf"))()
    assert stopwatch(0)()


def test_a_release_is_trained_with_its_hyperparameters_and_says_so():
    catalogue = simulate(channels=3, videos=300, seed=12).catalogue
    tuned = Hyperparameters(
        linear_alpha=3.0, forest_leaf=2.0, boosting_size=0.5, xgb_rate=0.6, spread_deeper=-1, parent_weight=10.0
    )
    usual = train(catalogue, CUTOFF, OPTIONS, created_at=CUTOFF)
    found = train(catalogue, CUTOFF, replace(OPTIONS, hyperparameters=tuned), created_at=CUTOFF)
    assert usual.manifest.options["hyperparameters"]["linear_alpha"] == 10.0
    assert found.manifest.options["hyperparameters"]["linear_alpha"] == 3.0
    parts = set(usual.models["views"])
    assert parts == set(found.models["views"])
    same = {part for part in parts if usual.models["views"][part] == found.models["views"][part]}
    assert same <= {"classes.json"}  # the classifier is not tuned
    assert {member.part for member in MEMBERS.values()} <= {part.rsplit("seen.")[-1] for part in parts}
