"""Whatever a classifier says, what is served never contradicts the distribution, the counts or itself."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from foreview.uncertainty.classes import (
    LEAST,
    Chances,
    Marks,
    class_probabilities,
    classes_of,
    kept_within,
    read_off,
    undecided,
)
from foreview.uncertainty.conformal import LEVELS
from foreview.uncertainty.distribution import bounded, quantile
from foreview.vocabulary import QUANTILES

ROUNDING = 1e-12
SCALE = st.floats(0.0, 12.0).map(lambda x: round(x, 1))  # coarse, so that marks, counts and quantiles often coincide
CHANCE = st.floats(0.0, 1.0)


@st.composite
def forecasts(draw, n=2):
    """n distributions within what counts allow, n triples of marks, and what somebody says of the outer two."""
    values = np.sort(
        np.array(draw(st.lists(st.lists(SCALE, min_size=79, max_size=79), min_size=n, max_size=n))), axis=1
    )
    low, typical, high = np.sort(
        np.array(draw(st.lists(st.tuples(SCALE, SCALE, SCALE), min_size=n, max_size=n))).T, axis=0
    )
    least, most = np.sort(np.array(draw(st.lists(st.tuples(SCALE, SCALE), min_size=n, max_size=n))).T, axis=0)
    most = np.where(draw(st.lists(st.booleans(), min_size=n, max_size=n)), np.inf, most)
    said = np.array(draw(st.lists(st.tuples(CHANCE, CHANCE), min_size=n, max_size=n)))
    return bounded(values, least, most), Marks(low, typical, high, least, most), said[:, 0], said[:, 1]


def ends(marks: Marks, value: float) -> Marks:
    """The same marks when the outcome is known to be ``value``."""
    known = np.full(marks.low.size, value)
    return Marks(marks.low, marks.typical, marks.high, known, known)


def assert_never_contradict(found: Chances, values, marks: Marks) -> None:
    low, medium, high = class_probabilities(found)
    assert (np.column_stack([low, medium, high]) >= 0).all()
    np.testing.assert_allclose(low + medium + high, 1.0, rtol=0, atol=ROUNDING)
    assert (high <= found.typical).all()
    assert (low <= 1.0 - found.typical + ROUNDING).all()
    for level in QUANTILES.values():
        at = quantile(values, level)
        assert (high[at <= marks.high] <= 1.0 - level + ROUNDING).all()
        assert (high[at > marks.high] >= 1.0 - level - ROUNDING).all()
        assert (low[at < marks.low] >= level - ROUNDING).all()
        assert (low[at >= marks.low] <= level + ROUNDING).all()


@settings(max_examples=300, deadline=None)
@given(forecasts())
def test_what_is_read_off_never_contradicts_the_quantiles(forecast):
    values, marks, _, _ = forecast
    assert_never_contradict(read_off(values, marks), values, marks)


@settings(max_examples=300, deadline=None)
@given(forecasts())
def test_what_somebody_says_never_contradicts_the_quantiles_or_typical(forecast):
    values, marks, low, high = forecast
    found = kept_within(low, high, values, marks)
    assert_never_contradict(found, values, marks)
    assert found.typical.tolist() == read_off(values, marks).typical.tolist()


@settings(max_examples=200, deadline=None)
@given(forecasts())
def test_a_class_that_counts_rule_out_has_no_chance_and_any_other_has_some(forecast):
    values, marks, low, high = forecast
    for found in (read_off(values, marks), kept_within(low, high, values, marks)):
        assert ((found.low == 1.0) == (marks.least >= marks.low)).all()
        assert ((found.low == 0.0) == (marks.most < marks.low)).all()
        assert ((found.high == 1.0) == (marks.least > marks.high)).all()
        assert ((found.high == 0.0) == (marks.most <= marks.high)).all()
    open_at_low, open_at_high = undecided(marks)
    assert (open_at_low == ~np.isin(found.low, (0.0, 1.0))).all()
    assert (open_at_high == ~np.isin(found.high, (0.0, 1.0))).all()


@settings(max_examples=200, deadline=None)
@given(forecasts(), SCALE)
def test_the_class_of_a_known_outcome_is_certain(forecast, value):
    _, marks, low, high = forecast
    known, values = ends(marks, value), np.full((2, 79), value)
    came = np.eye(3)[classes_of(values[:, 0], known)]
    for found in (read_off(values, known), kept_within(low, high, values, known)):
        assert np.column_stack(class_probabilities(found)).tolist() == came.tolist()


@settings(max_examples=200, deadline=None)
@given(forecasts())
def test_who_agrees_with_the_distribution_is_not_corrected(forecast):
    values, marks, _, _ = forecast
    said = read_off(values, marks)
    found = kept_within(said.low, said.high, values, marks)
    np.testing.assert_allclose(found.low, said.low, rtol=0, atol=ROUNDING)
    np.testing.assert_allclose(found.high, said.high, rtol=0, atol=ROUNDING)


def uniform(low: float = 0.5, typical: float = 0.6, high: float = 0.8) -> tuple[np.ndarray, Marks]:
    """One outcome that is uniform between 0 and 1."""
    one = np.ones(1)
    return LEVELS[None, :], Marks(low * one, typical * one, high * one, 0.0 * one - 1.0, one * np.inf)


def test_thirds_are_read_off_a_known_distribution():
    found = class_probabilities(read_off(*uniform()))
    assert [float(p[0]) for p in found] == pytest.approx([0.5, 0.3, 0.2])


@pytest.mark.parametrize(("said", "served"), [(0.22, 0.22), (0.05, 0.10), (0.9, 0.25)])
def test_a_mark_between_the_75_and_the_90_percent_quantile_is_passed_in_10_to_25_percent(said: float, served: float):
    values, marks = uniform(high=0.8)
    assert kept_within(np.ones(1), np.array([said]), values, marks).high.tolist() == pytest.approx([served])


def test_nobody_makes_high_likelier_than_to_beat_typical():
    values, marks = uniform(typical=0.79, high=0.8)
    found = kept_within(np.ones(1), np.array([0.25]), values, marks)
    assert found.high.tolist() == found.typical.tolist() == pytest.approx([0.21])


def test_beyond_the_outermost_level_something_is_left():
    values, marks = uniform(low=-0.9, high=5.0)
    found = read_off(values, marks)
    assert (found.low.tolist(), found.high.tolist()) == ([1.0 - LEAST], [LEAST])
