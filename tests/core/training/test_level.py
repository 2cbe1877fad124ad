"""What the model fitted again has learnt of the level of the calibration window is not added a second time."""

from dataclasses import replace

import numpy as np
import pytest

from foreview.learners.location import locate
from foreview.learners.prior import prior_structure
from foreview.options import Hyperparameters, TrainingOptions
from foreview.training.fitting import Fitted, Problem, fit_out_of_time, locate_target, refit
from foreview.uncertainty.conformal import fit_calibration, score_quantiles
from foreview.vocabulary import DAY_MS
from tests.core.training.invented import invented

OPTIONS = TrainingOptions(threads=1, hyperparameters=Hyperparameters(forest_trees=10, boosting_size=0.3, xgb_size=0.3))
STEP = 1.0


def test_a_step_in_the_level_is_counted_once():
    made = invented(1_000, 1.0, lambda effect: effect)
    rows = made.problem.rows
    outcome = made.problem.outcome + STEP * (rows.published > made.split.origin)
    problem = Problem(replace(rows, actual=np.expm1(outcome)), outcome, outcome, locate_target(rows))
    judged = fit_out_of_time([problem], prior_structure(), [made.split], OPTIONS)
    assert "views_30d/long/0" not in judged.location.unskilled
    final = refit([problem], prior_structure(), judged, OPTIONS)
    last = problem.part(made.split.calibrate(rows))
    assert np.mean(_medians(judged, last)) == pytest.approx(np.mean(last.final), abs=0.1)
    assert np.mean(_medians(final, last)) == pytest.approx(np.mean(last.final), abs=0.1)


def test_the_calibration_at_publication_counts_the_days_its_videos_were_published_on():
    made = invented(1_000, 1.0, lambda effect: effect)
    judged = fit_out_of_time([made.problem], prior_structure(), [made.split], OPTIONS)
    (last,) = judged.last
    days = last.rows.published // DAY_MS
    expected, alone = (fit_calibration(judged.conformal, last.slices, each) for each in (days, last.rows.published))
    name = "views_30d/long/0"
    assert judged.calibration.quantiles[name].tolist() == expected.quantiles[name].tolist()
    assert judged.calibration.quantiles[name].tolist() != alone.quantiles[name].tolist()


def _medians(fitted: Fitted, problem: Problem) -> np.ndarray:
    at = locate(fitted.location, problem.rows.table, "views_30d")
    middle = score_quantiles(fitted.calibration, at.slices)[:, 39]
    return at.location + at.spread * middle
