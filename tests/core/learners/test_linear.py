import numpy as np
import pytest

from foreview.learners import linear

RNG = np.random.default_rng(11)
ROWS = RNG.normal(size=(4000, 3)).astype(np.float32)


def test_a_linear_truth_is_found() -> None:
    target = 0.5 * ROWS[:, 0] - 0.2 * ROWS[:, 1]
    found = linear.predict(linear.fit(ROWS, target.astype(np.float64), seed=0, threads=1), ROWS)
    inside = (np.abs(ROWS) < 3).all(axis=1)  # beyond, values are cut
    np.testing.assert_allclose(found[inside], target[inside], atol=0.02)


def test_outliers_do_not_bend_the_line() -> None:
    target = ROWS[:, 0].astype(np.float64)
    target[:400] += 50.0
    model = linear.fit(ROWS, target, seed=0, threads=1)
    assert np.median(np.abs(linear.predict(model, ROWS)[400:] - target[400:])) < 0.1


def test_that_a_value_is_missing_may_say_something_itself() -> None:
    rows = ROWS.copy()
    rows[::4, 2] = np.nan
    target = np.isnan(rows[:, 2]).astype(np.float64)
    found = linear.predict(linear.fit(rows, target, seed=0, threads=1), rows)
    np.testing.assert_allclose(found, target, atol=0.02)


def test_counts_of_many_powers_of_ten_enter_by_their_logarithm() -> None:
    followers = np.exp(RNG.uniform(0, 15, size=4000)).astype(np.float32)[:, None]
    target = np.log1p(followers[:, 0].astype(np.float64))
    found = linear.predict(linear.fit(followers, target, seed=0, threads=1), followers)
    assert np.corrcoef(found, target)[0, 1] > 0.99


def test_a_model_on_disk_predicts_the_same_bits() -> None:
    model = linear.fit(ROWS, ROWS[:, 0].astype(np.float64), seed=0, threads=1)
    np.testing.assert_array_equal(
        linear.predict(linear.decode(linear.encode(model)), ROWS), linear.predict(model, ROWS)
    )


def test_far_out_values_are_cut() -> None:
    model = linear.fit(ROWS, ROWS[:, 0].astype(np.float64), seed=0, threads=1)
    far = np.array([[100.0, 0.0, 0.0], [1000.0, 0.0, 0.0]], dtype=np.float32)
    near, further = linear.predict(model, far)
    assert near == further == pytest.approx(linear.REACH, rel=0.1)
