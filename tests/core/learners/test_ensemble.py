import numpy as np
import polars as pl
import pytest

from foreview.learners.ensemble import choose_weights, combine, fit_members, member_predictions
from foreview.learners.members import MEMBERS

ALIKE = np.full(1500, "views_30d/long/0")


@pytest.fixture(scope="module")
def world() -> tuple[pl.DataFrame, np.ndarray]:
    rng = np.random.default_rng(3)
    table = pl.DataFrame({"x": rng.normal(size=1500), "noise": rng.normal(size=1500)})
    return table, np.where(table["x"].to_numpy() > 0, 1.0, -1.0) + 0.1 * rng.normal(size=1500)


def test_weights_go_to_the_member_that_is_right() -> None:
    actual = np.random.default_rng(1).normal(size=500)
    found = choose_weights({"right": actual, "wrong": -actual}, actual, seed=0)
    assert found == {"right": 1.0, "wrong": 0.0}


def test_weights_find_the_mix_that_is_right() -> None:
    rng = np.random.default_rng(2)
    a, b = rng.normal(size=(2, 800))
    assert choose_weights({"a": a, "b": b}, 0.3 * a + 0.6 * b, seed=0) == {"a": 0.3, "b": 0.6}


def test_members_that_know_nothing_leave_all_weight_to_the_baseline() -> None:
    rng = np.random.default_rng(4)
    noise, actual = rng.normal(size=(2, 4000))
    assert choose_weights({"noise": 3 * noise}, 0.1 * actual, seed=0) == {"noise": 0.0}


def test_every_member_learns_a_step_better_than_the_mean(world: tuple[pl.DataFrame, np.ndarray]) -> None:
    table, target = world
    ensemble = fit_members(table, target, ALIKE, max_rows=1000, seed=0, threads=1)
    predictions = member_predictions(ensemble, ensemble.encoder.matrix(table), ALIKE)
    assert set(predictions) == set(MEMBERS) == {"linear", "forest", "boosting", "xgb"}
    for name, values in predictions.items():
        share = 0.6 if name == "linear" else 0.2  # a straight line can follow a step only so far
        assert np.abs(values - target).mean() < share * np.abs(target - target.mean()).mean()


def test_a_member_on_disk_predicts_the_same_bits_and_a_row_alone_the_same_as_in_a_batch(
    world: tuple[pl.DataFrame, np.ndarray],
) -> None:
    table, target = world
    ensemble = fit_members(table, target, ALIKE, max_rows=1000, seed=0, threads=2)
    rows = ensemble.encoder.matrix(table)
    for name, model in ensemble.members.items():
        member = MEMBERS[name]
        whole = member.predict(model, rows)
        np.testing.assert_array_equal(member.predict(member.decode(member.encode(model)), rows), whole)
        np.testing.assert_array_equal(member.predict(model, rows[7:8]), whole[7:8])


def test_a_slice_with_weights_of_its_own_uses_them_and_others_the_common_ones(
    world: tuple[pl.DataFrame, np.ndarray],
) -> None:
    from foreview.learners.ensemble import Ensemble

    table, target = world
    common = fit_members(table, target, ALIKE, max_rows=100, seed=0, threads=1)
    weights = {"": dict.fromkeys(MEMBERS, 0.0), "own": {"linear": 0.0, "forest": 0.0, "boosting": 1.0, "xgb": 0.0}}
    predictions = {
        "linear": np.zeros(2),
        "forest": np.array([1.0, 1.0]),
        "boosting": np.array([2.0, 2.0]),
        "xgb": np.array([3.0, 3.0]),
    }
    found = combine(
        Ensemble(common.encoder, common.members, weights, common.scales), predictions, np.array(["own", "other"])
    )
    assert found.tolist() == [2.0, 0.0]


def test_rows_of_slices_with_different_spread_are_learnt_on_one_scale() -> None:
    rng = np.random.default_rng(5)
    wide = np.arange(4000) % 2 == 0
    table = pl.DataFrame({"x": rng.normal(size=4000), "wide": wide.astype(np.float64)})
    target = np.where(wide, 2.0, 0.02) * np.sign(table["x"].to_numpy())
    slices = np.where(wide, "wide", "narrow")
    ensemble = fit_members(table, target, slices, max_rows=4000, seed=0, threads=1)
    found = member_predictions(ensemble, ensemble.encoder.matrix(table), slices)["xgb"]
    assert ensemble.scales["wide"] == pytest.approx(1.4826 * 2.0)
    assert np.abs(found - target)[~wide].mean() < 0.004
