"""The ensemble serves a slice only where it was tried on later videos and was better."""

import numpy as np
import polars as pl
import pytest

from foreview.features.spec import FEATURES
from foreview.learners.location import Located, LocationModel
from foreview.learners.prior import prior_structure
from foreview.training.fitting import Place, Problem, _is_better, _unskilled
from foreview.training.rows import Rows

SHAPE = {f.name: pl.String if f.kind == "category" else pl.Float64 for f in FEATURES}


def problem(format_and_day: str, n: int, better: bool) -> Problem:
    kind, day = format_and_day.split("/")
    blank = dict.fromkeys(SHAPE) | {"is_short": float(kind == "short"), "observed_age_days": float(day)}
    table = pl.DataFrame([blank] * n, schema=SHAPE)
    zeros = np.zeros(n)
    times = zeros.astype(np.int64)
    owner = np.full(n, "channel")
    rows = Rows("views_30d", table, zeros, zeros, times, times, owner, np.arange(n))
    return Problem(rows, zeros, zeros, placed(f"views_30d/{format_and_day}", 0.5 if better else 2.0))


def placed(slice_name: str, ensemble_error: float) -> Place:
    """The baseline errs by 1, the ensemble (a model with something in its place) by ``ensemble_error``."""

    def place(model: LocationModel, table: pl.DataFrame) -> Located:
        n = table.height
        error = ensemble_error if model.ensembles else 1.0
        return Located(np.full(n, error), np.ones(n), np.full(n, slice_name), np.ones(n, dtype=np.bool_))

    return place


ENSEMBLE = LocationModel(prior_structure(), {"seen": "any"})  # type: ignore[dict-item]  # only its presence is asked for


def test_better_in_both_windows_is_skill_and_everything_untried_is_not() -> None:
    window = [problem("long/3", 40, better=True)]
    unskilled = _unskilled(ENSEMBLE, window, window)
    assert "views_30d/long/3" not in unskilled
    assert "views_30d/long/7" in unskilled


@pytest.mark.parametrize("first", [True, False])
def test_better_in_one_window_alone_is_no_skill(first: bool) -> None:
    windows = ([problem("long/3", 40, better=first)], [problem("long/3", 40, better=not first)])
    assert "views_30d/long/3" in _unskilled(ENSEMBLE, *windows)


def test_few_rows_of_a_format_are_judged_with_the_other() -> None:
    window = [problem("long/3", 100, better=True), problem("short/3", 5, better=False)]
    assert "views_30d/short/3" not in _unskilled(ENSEMBLE, window, window)


def test_a_gain_below_its_standard_error_is_luck() -> None:
    videos = np.arange(4)
    assert _is_better(np.array([2.0, 0.0, 2.0, 0.0]), videos)  # mean 1, standard error 0.58
    assert not _is_better(np.array([3.0, -2.0, 3.0, -2.0]), videos)  # mean 0.5, standard error 1.44


def test_the_rows_of_a_video_count_as_one() -> None:
    gain = np.repeat([3.0, -1.0, 1.5], 10)  # of 30 videos clearly better, of 3 not
    assert _is_better(gain, np.arange(30))
    assert not _is_better(gain, np.repeat([1, 2, 3], 10))
    assert not _is_better(np.ones(10), np.zeros(10))
