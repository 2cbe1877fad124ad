"""The answers of the classifier are ordered by construction, and pooled with the distribution's by weights that have to be earned."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from foreview.learners.classifier import (
    ALONE,
    FURTHEST,
    Classifier,
    answers,
    fit_booster,
    fit_pool,
    log_odds,
    passing,
    questions,
)
from foreview.learners.matrix import fit_encoder

RNG = np.random.default_rng(0)
ROWS = 3000
SLICE = "views_30d/long/0"


def table(n: int, seed: int) -> pl.DataFrame:
    rng = np.random.default_rng(seed)
    return pl.DataFrame({"x": rng.normal(size=n), "initial_views": np.floor(np.exp(rng.normal(2.0, 1.0, n)))})


@pytest.fixture(scope="module")
def fitted() -> Classifier:
    """ln views are x + 4, give or take 1; asked at marks from 2 to 6."""
    rows = table(ROWS, seed=1)
    outcome = 4.0 + rows["x"].to_numpy() + RNG.normal(size=ROWS)
    marks = [RNG.uniform(2.0, 4.0, ROWS), RNG.uniform(4.0, 6.0, ROWS)]
    asked = pl.concat([questions(rows, mark, high=high) for mark, high in zip(marks, (False, True), strict=True)])
    passed = np.concatenate([outcome > mark for mark in marks]).astype(np.float64)
    encoder = fit_encoder(asked, passed)
    booster = fit_booster(encoder, asked, passed, seed=0, threads=1)
    return Classifier(encoder, booster, {"views_30d//0": (0.5, 0.75, 0.125)}, frozenset())


def test_a_higher_mark_is_never_likelier_passed(fitted: Classifier):
    rows = table(500, seed=2)
    said = [
        answers(fitted.encoder, fitted.booster, questions(rows, np.full(500, mark), high=high))
        for high in (False, True)
        for mark in np.linspace(1.0, 7.0, 25)
    ]
    low, high = np.array(said[:25]), np.array(said[25:])
    assert (np.diff(low, axis=0) <= 0).all()
    assert (np.diff(high, axis=0) <= 0).all()
    assert (high <= low).all()


def test_the_answers_are_near_the_truth(fitted: Classifier):
    from scipy.stats import norm

    rows = table(2000, seed=3)
    said = answers(fitted.encoder, fitted.booster, questions(rows, np.full(2000, 5.0), high=True))
    truth = norm.sf(5.0 - 4.0 - rows["x"].to_numpy())
    assert np.abs(1 / (1 + np.exp(-said)) - truth).mean() < 0.05


def test_a_row_alone_gets_the_bits_that_it_gets_in_a_batch(fitted: Classifier):
    rows, mark, chance = table(200, seed=4), RNG.uniform(2, 6, 200), RNG.uniform(size=200)
    slices = np.full(200, SLICE)
    whole = passing(fitted, rows, slices, mark, chance, high=True)
    for i in (0, 63, 199):
        part = slice(i, i + 1)
        assert passing(fitted, rows[part], slices[part], mark[part], chance[part], high=True).tolist() == [whole[i]]


def test_a_slice_without_a_pool_has_the_chances_of_the_distribution(fitted: Classifier):
    rows, chance = table(50, seed=5), RNG.uniform(0.01, 0.99, 50)
    found = passing(fitted, rows, np.full(50, "views_7d/long/0"), np.full(50, 4.0), chance, high=False)
    np.testing.assert_allclose(found, chance, rtol=1e-12)


def test_formats_share_a_pool(fitted: Classifier):
    rows, chance = table(2, seed=5)[[0, 0]], np.full(2, 0.3)
    both = np.array([SLICE, "views_30d/short/0"])
    found = passing(fitted, rows, both, np.full(2, 4.0), chance, high=False)
    assert found[0] == found[1] != pytest.approx(0.3)


def test_nothing_asked_is_nothing_answered(fitted: Classifier):
    none = np.zeros(0)
    assert passing(fitted, table(0, seed=0), none.astype(np.str_), none, none, high=True).tolist() == []


def test_certainty_is_not_believed_beyond_a_limit():
    assert log_odds(np.array([0.0, 0.5, 1.0])).tolist() == [-FURTHEST, 0.0, FURTHEST]


def happened(margin: np.ndarray) -> np.ndarray:
    found: np.ndarray = (RNG.uniform(size=margin.size) < 1 / (1 + np.exp(-margin))).astype(np.float64)
    return found


def test_a_pool_is_found_again():
    of_distribution, of_booster = RNG.normal(0.0, 2.0, (2, 40_000))
    passed = happened(0.4 * of_distribution + 0.8 * of_booster + 0.3)
    assert fit_pool(of_distribution, of_booster, passed) == pytest.approx((0.4, 0.8, 0.3), abs=0.04)


def test_a_booster_that_says_the_opposite_is_not_heard():
    of_distribution, unseen_by_it = RNG.normal(0.0, 2.0, (2, 5000))
    passed = happened(of_distribution + unseen_by_it)
    assert fit_pool(of_distribution, unseen_by_it, passed)[1] > 0.5
    assert fit_pool(of_distribution, -unseen_by_it, passed)[1] == 0.0


def test_with_few_outcomes_the_distribution_stands_alone():
    of_distribution, of_booster = RNG.normal(size=(2, 3))
    few = fit_pool(of_distribution, of_booster, np.array([1.0, 0.0, 1.0]))
    assert few == pytest.approx(ALONE, abs=0.15)
