"""A classifier serves where it was tried on later videos and was surely better; else the distribution does."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from foreview.learners.classifier import Classifier
from foreview.options import TrainingOptions
from foreview.training.classes import fit_classes
from foreview.training.fitting import Fitted
from foreview.uncertainty.conformal import Calibration
from tests.core.training.invented import Invented, invented

OPTIONS = TrainingOptions(threads=1)
SLICE = "views_30d/long/0"


def fit(world: Invented, options: TrainingOptions = OPTIONS):
    return fit_classes([world.problem], [world.split], world.judged, options)


@pytest.fixture(scope="module")
def blind() -> Invented:
    """A distribution that does not know what a feature tells."""
    return invented(4000, slope=0.5, knows=np.zeros_like)


@pytest.fixture(scope="module")
def knowing() -> Invented:
    """A distribution that knows all there is to know."""
    return invented(4000, slope=0.5, knows=np.copy)


def test_what_the_distribution_does_not_know_is_served_by_the_classifier(blind: Invented):
    classifier, scores = fit(blind)
    assert classifier.slices == {SLICE}
    assert scores[SLICE]["log_loss"] < scores[SLICE]["log_loss_distribution"]
    assert scores[SLICE]["log_loss_ratio_high"] < 1
    assert classifier.pools["views_30d//0"][1] > 0.5


def test_where_nothing_is_left_to_know_the_distribution_serves(knowing: Invented):
    classifier, scores = fit(knowing)
    assert classifier.slices == frozenset()
    assert scores[SLICE]["classifier"] == 0.0
    assert scores[SLICE]["log_loss_ratio"] == pytest.approx(1.0, abs=0.03)


def test_the_videos_that_decide_are_the_later_half_of_those_calibrated_on(blind: Invented):
    calibrated = blind.split.calibrate(blind.problem.rows).sum()
    assert fit(blind)[1][SLICE]["classes_n"] == pytest.approx(calibrated / 2, abs=1)


def test_labels_that_mature_after_calibration_began_teach_the_booster_nothing(blind: Invented):
    rows = blind.problem.rows
    late = ~blind.split.known(rows, blind.split.calibrate_from)
    tampered = replace(blind.problem, final=np.where(late & ~blind.split.calibrate(rows), 0.0, blind.problem.final))
    assert (tampered.final != blind.problem.final).sum() > 100
    boosters = [
        booster_of(fit_classes([problem], [blind.split], blind.judged, OPTIONS)[0])
        for problem in (blind.problem, tampered)
    ]
    assert boosters[0] == boosters[1]


def test_both_horizons_wait_until_the_earlier_of_them_is_calibrated(blind: Invented):
    """A video's 7-day label would tell of its 30-day label, on which the classifier is judged."""
    weekly = invented(4000, slope=0.5, knows=np.zeros_like, target="views_7d")
    rows, splits = weekly.problem.rows, [weekly.split, replace(blind.split, calibrate_from=blind.split.origin)]
    unknown = ~weekly.split.known(rows, blind.split.origin) & ~weekly.split.calibrate(rows)
    tampered = replace(weekly.problem, final=np.where(unknown, 0.0, weekly.problem.final))
    assert unknown.sum() > 100
    boosters = [
        booster_of(fit_classes([problem, blind.problem], splits, both(weekly, blind), OPTIONS)[0])
        for problem in (weekly.problem, tampered)
    ]
    assert boosters[0] == boosters[1]


def both(*worlds: Invented) -> Fitted:
    """Judged models of all worlds together."""
    known = [world.judged.calibration for world in worlds]
    quantiles = {name: values for part in known for name, values in part.quantiles.items()}
    counts = {name: n for part in known for name, n in part.counts.items()}
    return replace(worlds[0].judged, calibration=Calibration(quantiles, counts))


def test_few_videos_have_no_classifier():
    assert fit(invented(400, slope=0.5, knows=np.zeros_like)) == (None, {})


def test_an_answer_that_never_differs_teaches_nothing(blind: Invented):
    certain = replace(blind.problem, final=np.full(4000, 50.0))
    assert fit_classes([certain], [blind.split], blind.judged, OPTIONS) == (None, {})


def test_equal_seeds_fit_equal_classifiers(blind: Invented):
    found = [fit(blind) for _ in range(2)]
    assert found[0][1] == found[1][1]
    assert found[0][0].pools == found[1][0].pools
    assert found[0][0].booster.save_raw("json") == found[1][0].booster.save_raw("json")


def booster_of(classifier: Classifier | None) -> bytes:
    assert classifier is not None
    return bytes(classifier.booster.save_raw("json"))
