from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from foreview.errors import UsageError
from foreview.explain.effects import Effect, accumulated_local_effect
from foreview.explain.placing import Place
from foreview.learners.matrix import Vector
from tests.core.explain.known import SLOPE, fitted, window

N = 2000


def correlated() -> pl.DataFrame:
    """``z`` goes with ``x``, as title words go with title length."""
    rng = np.random.default_rng(0)
    x = rng.uniform(0, 10, N)
    return pl.DataFrame({"x": x, "z": x + rng.normal(size=N), "word": ["a", "b"] * (N // 2), "same": np.ones(N)})


CHANNELS = np.array([f"c{i % 30}" for i in range(N)])


def values(table: pl.DataFrame, name: str) -> Vector:
    return table[name].cast(pl.Float64).to_numpy().astype(np.float64)


def effect_of(place: Place, feature: str, table: pl.DataFrame | None = None) -> Effect:
    return accumulated_local_effect(place, correlated() if table is None else table, feature, CHANNELS, draws=100)


def test_the_effect_of_a_line_is_that_line_whatever_it_goes_with():
    found = effect_of(lambda table: 3 * values(table, "x") - 2 * values(table, "z"), "x")
    np.testing.assert_allclose(np.diff(found.effect), 3 * np.diff(found.at), rtol=1e-9)
    assert found.at.size == 11


def test_the_effect_of_a_curve_is_that_curve():
    found = effect_of(lambda table: np.sin(values(table, "x")), "x")
    np.testing.assert_allclose(found.effect - found.effect[0], np.sin(found.at) - np.sin(found.at[0]), atol=1e-9)


def test_the_effect_is_centred_over_the_videos():
    found = effect_of(lambda table: values(table, "x") ** 2, "x")
    middles = (found.effect[:-1] + found.effect[1:]) / 2
    assert found.counts.sum() == N
    assert abs((found.counts * middles).sum()) < 1e-6


def test_a_feature_without_effect_is_flat():
    found = effect_of(lambda table: values(table, "z"), "x")
    assert np.abs([found.effect, found.low, found.high]).max() == 0.0


def test_the_interval_is_as_wide_as_channels_differ():
    place: Place = lambda table: values(table, "x") * (values(table, "z") > 5)  # noqa: E731
    found = effect_of(place, "x")
    assert (found.low <= found.effect).all()
    assert (found.effect <= found.high).all()
    assert (found.high > found.low).all()


def test_the_interval_covers_the_truth_as_often_as_it_says():
    covered = np.zeros(6)
    for seed in range(100):
        rng = np.random.default_rng(seed)
        table = pl.DataFrame({"x": rng.uniform(size=400), "z": rng.normal(size=400)})
        owners = np.array([f"c{i % 40}" for i in range(400)])
        place: Place = lambda table: values(table, "x") * (values(table, "z") > 0)  # noqa: E731
        found = accumulated_local_effect(place, table, "x", owners, bins=5, draws=200, seed=seed)
        truth = 0.5 * (found.at - 0.5)
        covered += (found.low <= truth) & (truth <= found.high)
    assert (covered >= 86).all()
    assert 90 <= covered.mean() <= 98


def test_few_values_make_few_bins():
    table = correlated().with_columns(pl.col("x").floor().clip(2, 4))
    assert effect_of(lambda table: values(table, "x"), "x", table).at.tolist() == [2.0, 3.0, 4.0]


def test_videos_without_a_value_are_left_out_and_counted():
    table = correlated().with_columns(x=pl.when(pl.int_range(N) >= 100).then("x"))
    found = effect_of(lambda table: values(table, "x"), "x", table)
    assert (found.missing, found.counts.sum()) == (100, N - 100)


def test_a_fitted_ensemble_shows_the_effect_that_was_planted():
    later = window(1500, seed=2)
    models = fitted(window(2500, seed=1))
    from foreview.explain.placing import placing

    found = accumulated_local_effect(placing(models, "views_30d"), later.table, "planted", later.owners, draws=50)
    inner = slice(1, -1)
    slope = np.polyfit(found.at[inner], found.effect[inner], 1)[0]
    assert slope == pytest.approx(SLOPE, rel=0.1)


@pytest.mark.parametrize("feature", ["word", "same", "nothing"])
def test_what_is_no_number_or_never_varies_has_no_effect_to_show(feature: str):
    with pytest.raises(UsageError):
        effect_of(lambda table: values(table, "x"), feature)
