import numpy as np
import polars as pl
import pytest

from foreview.learners.matrix import SMOOTHING, fit_encoder

TABLE = pl.DataFrame(
    {"number": [1.0, None, 0.0, 4.0], "kind": ["a", "a", "b", None], "same": [2.0] * 4, "void": [None] * 4},
    schema={"number": pl.Float64, "kind": pl.String, "same": pl.Float64, "void": pl.Float64},
)
TARGET = np.array([3.0, 5.0, 0.0, 0.0])


def test_zero_stays_zero_and_missing_stays_missing() -> None:
    rows = fit_encoder(TABLE, TARGET).matrix(TABLE)
    assert rows[:, 0].tolist()[2] == 0.0
    assert np.isnan(rows[1, 0])
    assert np.isnan(rows[3, 1])


def test_columns_that_cannot_teach_are_left_out() -> None:
    assert fit_encoder(TABLE, TARGET).columns == ("number", "kind")


def test_a_category_becomes_its_smoothed_mean_and_an_unknown_one_the_average() -> None:
    encoder = fit_encoder(TABLE, TARGET)
    # The mean of the target is 2; "a" lies 1 + 3 = 4 above it in two rows.
    assert encoder.categories["kind"]["a"] == pytest.approx(4.0 / (2 + SMOOTHING))
    assert encoder.categories["kind"]["b"] == pytest.approx(-2.0 / (1 + SMOOTHING))
    unseen = pl.DataFrame({"number": [1.0], "kind": ["never seen"]})
    assert encoder.matrix(unseen)[0, 1] == 0.0


def test_one_row_alone_equals_the_row_in_its_table() -> None:
    encoder = fit_encoder(TABLE, TARGET)
    whole = encoder.matrix(TABLE)
    for row in range(4):
        np.testing.assert_array_equal(encoder.matrix(TABLE[row : row + 1]), whole[row : row + 1])


def test_means_of_many_rows_are_the_same_bits_on_every_run() -> None:
    rng = np.random.default_rng(8)
    table = pl.DataFrame({"kind": rng.choice(["a", "b", "c"], size=200_000)})
    target = rng.normal(size=200_000)
    centred = target - target.mean()
    kinds = table["kind"].to_numpy()
    expected = {}
    for kind in ("a", "b", "c"):
        total = 0.0
        for value in centred[kinds == kind].tolist():  # one after the other, in the order of the rows
            total += value
        expected[kind] = total / ((kinds == kind).sum() + SMOOTHING)
    assert fit_encoder(table, target).categories["kind"] == expected
