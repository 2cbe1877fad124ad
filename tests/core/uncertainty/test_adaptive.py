import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import ndtri

from foreview.uncertainty.adaptive import (
    HALF_LIFE,
    LIMIT,
    Correction,
    Course,
    corrected,
    correction,
    course,
    normal_scores,
)
from foreview.uncertainty.conformal import LEVELS, Vector
from tests.oracles.slow_adaptive import Outcome, slow_corrected, slow_correction, slow_normal_score

NORMAL = ndtri(LEVELS)
NAME = "views_7d/short/0"
SKEWED = np.expm1(NORMAL)


def course_of(scores: list[float] | Vector, early: list[float] | Vector | None = None) -> Course:
    """One outcome a millisecond."""
    z = np.asarray(scores, dtype=np.float64)
    return course(np.arange(z.size), z, z * z, np.zeros(z.size) if early is None else np.asarray(early))


def at(courses: dict[str, Course], moment: int, name: str = NAME) -> tuple[float, float, float]:
    found = correction(courses, np.array([name]), np.array([moment]))
    return float(found.outcomes[0]), float(found.shift[0]), float(found.stretch[0])


def by(shift: float, stretch: float) -> Correction:
    return Correction(np.ones(1), np.array([shift]), np.array([stretch]))


def test_without_outcomes_a_distribution_stays_the_very_same_numbers() -> None:
    nothing = correction({}, np.array([NAME, "revenue_30d/long/14"]), np.array([5, 5]))
    assert (nothing.outcomes.tolist(), nothing.shift.tolist(), nothing.stretch.tolist()) == ([0, 0], [0, 0], [1, 1])
    both = np.stack([SKEWED, NORMAL])
    assert corrected(both, nothing).tobytes() == both.tobytes()


def test_one_outcome_moves_a_distribution_by_a_twenty_first_of_where_it_fell() -> None:
    outcomes, shift, stretch = at({NAME: course_of([2.1])}, 0)
    assert outcomes == 1
    assert shift == pytest.approx(2.1 / 21)
    assert stretch == pytest.approx(math.sqrt((20 + (2.1 - 2.1 / 21) ** 2) / 21))


def test_an_outcome_counts_from_the_moment_it_matured() -> None:
    courses = {NAME: course(np.array([7]), np.array([1.0]), np.array([1.0]), np.zeros(1))}
    assert at(courses, 6) == (0, 0, 1)
    assert at(courses, 7)[0] == 1


def test_an_outcome_counts_half_when_fifty_more_have_come() -> None:
    found = course_of([1.0] + [0.0] * int(HALF_LIFE))
    weights = [0.5 ** (k / HALF_LIFE) for k in range(int(HALF_LIFE) + 1)]
    assert found.score[-1] == pytest.approx(0.5 / sum(weights))
    assert found.effective[-1] == pytest.approx(sum(weights) ** 2 / sum(w * w for w in weights))


def test_what_comes_later_changes_nothing_of_what_was() -> None:
    z = np.random.default_rng(3).normal(size=200)
    whole, part = course_of(z), course_of(z[:70])
    for name in ("effective", "score", "square", "early"):
        assert getattr(whole, name)[:71].tobytes() == getattr(part, name).tobytes()


def test_thirty_days_take_four_fifths_of_what_seven_days_say_until_they_are_over() -> None:
    month = "views_30d/short/0"
    week = course_of([1.0] * 40)
    assert at({NAME: week}, 40, month)[1] == pytest.approx(0.8 * at({NAME: week}, 40)[1])
    # When the 30 days of the same videos are over, they speak for themselves.
    both = {NAME: week, month: course_of([0.5] * 40, early=[1.0] * 40)}
    alone = {NAME: course_of([0.5] * 40)}
    assert at(both, 40, month)[1] == pytest.approx(at(alone, 40)[1])


def test_a_distribution_is_read_off_at_shift_plus_stretch_times_z() -> None:
    found = corrected(3.0 + 2.0 * NORMAL[None, :], by(0.5, 1.5))
    assert found[0] == pytest.approx(3.0 + 2.0 * (0.5 + 1.5 * NORMAL))


def test_a_score_among_equal_quantiles_falls_in_their_middle() -> None:
    flat = np.where(np.abs(NORMAL) < 1.0, 0.0, NORMAL)
    assert normal_scores(np.array([0.0]), flat)[0] == pytest.approx(0.0, abs=1e-12)
    assert normal_scores(np.array([0.0]), np.zeros(79))[0] == pytest.approx(0.0, abs=1e-12)


def test_a_freak_counts_as_four_standard_deviations() -> None:
    assert normal_scores(np.array([-1e9, 1e9]), SKEWED).tolist() == [-LIMIT, LIMIT]


ASCENDING = st.lists(st.floats(1e-3, 10.0), min_size=79, max_size=79).map(np.cumsum)
SCORE = st.floats(-30.0, 800.0)


@settings(max_examples=100, deadline=None)
@given(ASCENDING, st.lists(SCORE, min_size=1, max_size=5))
def test_a_normal_score_is_that_of_its_slow_twin(quantiles, scores):
    found = normal_scores(np.array(scores), quantiles)
    assert found.tolist() == pytest.approx([slow_normal_score(s, quantiles.tolist()) for s in scores], abs=1e-9)


@settings(max_examples=100, deadline=None)
@given(ASCENDING, st.floats(-4.0, 4.0), st.floats(0.1, 5.0))
def test_a_corrected_distribution_is_that_of_its_slow_twin(quantiles, shift, stretch):
    found = corrected(quantiles[None, :], by(shift, stretch))[0]
    assert found.tolist() == pytest.approx(slow_corrected(quantiles.tolist(), shift, stretch), rel=1e-9, abs=1e-9)


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.floats(-5.0, 5.0), min_size=79, max_size=79).map(np.sort), st.floats(-4.0, 4.0), st.floats(0.01, 5.0)
)
def test_quantiles_stay_in_order_even_where_some_are_equal(quantiles, shift, stretch):
    found = corrected(quantiles[None, :], by(shift, stretch))[0]
    assert (np.diff(found) >= 0).all()


NAMES = ["views_7d/short/0", "views_30d/short/0", "views_30d/long/0", "engagement_rate/short/0"]
OUTCOMES = st.dictionaries(
    st.tuples(st.sampled_from(NAMES), st.sampled_from([f"v{k}" for k in range(9)])),
    st.tuples(st.integers(0, 5), st.lists(st.floats(-LIMIT, LIMIT), min_size=1, max_size=3)),
    max_size=20,
)


@settings(max_examples=150, deadline=None)
@given(OUTCOMES, st.integers(0, 6))
def test_a_correction_is_that_of_its_slow_twin(found, moment):
    outcomes = [Outcome(name, video, when, tuple(z)) for (name, video), (when, z) in found.items()]
    courses = {name: one_by_one(outcomes, name) for name in NAMES}
    for name in NAMES:
        assert at(courses, moment, name) == pytest.approx(slow_correction(outcomes, name, moment), abs=1e-12)


def one_by_one(outcomes: list[Outcome], name: str) -> Course:
    mine = sorted((o for o in outcomes if o.slice == name), key=lambda o: (o.moment, o.video))
    week = {o.video: o for o in outcomes if o.slice == name.replace("views_30d", "views_7d")}
    early = [float(np.mean(week[o.video].scores)) if "30d/" in name and o.video in week else 0.0 for o in mine]
    early = early if name.startswith("views_30d") else [0.0] * len(mine)
    z = [np.array(o.scores) for o in mine]
    moments = np.array([o.moment for o in mine], dtype=np.int64)
    return course(moments, np.array([a.mean() for a in z]), np.array([(a * a).mean() for a in z]), np.array(early))


# Known truth: normal scores that do not drift are standard normal.


def covered_after(outcomes: int, shift: float, stretch: float, seed: int) -> float:
    """The true coverage, over 400 worlds, of the 80 % interval that was corrected by so many outcomes of a shifted, stretched world."""
    rng = np.random.default_rng(seed)
    shares = []
    for _ in range(400):
        found = correction(
            {NAME: course_of(shift + stretch * rng.normal(size=outcomes))}, np.array([NAME]), np.array([outcomes])
        )
        quantiles = corrected(NORMAL[None, :], found)[0]
        drawn = shift + stretch * rng.normal(size=500)
        shares.append(((quantiles[7] <= drawn) & (drawn <= quantiles[71])).mean())
    return float(np.mean(shares))


@pytest.mark.parametrize("outcomes", [0, 5, 20, 150, 600])
def test_without_drift_the_80_percent_interval_covers_80_percent_however_many_outcomes(outcomes):
    # What is learnt from noise costs at most a point (200,000 draws: a standard error is 0.1).
    assert covered_after(outcomes, 0.0, 1.0, seed=1) == pytest.approx(0.80, abs=0.01)


@pytest.mark.parametrize(("shift", "stretch", "static"), [(1.0, 1.0, 0.60), (-1.4, 1.0, 0.45), (0.0, 1.6, 0.58)])
def test_under_drift_coverage_is_lost_and_back_after_150_outcomes(shift, stretch, static):
    assert covered_after(0, shift, stretch, seed=2) == pytest.approx(static, abs=0.01)
    assert covered_after(150, shift, stretch, seed=2) == pytest.approx(0.80, abs=0.03)
