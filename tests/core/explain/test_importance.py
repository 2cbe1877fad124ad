from __future__ import annotations

import dataclasses

import numpy as np
import polars as pl

from foreview.explain.importance import Importance, permutation_importance
from foreview.explain.window import Window
from foreview.learners.matrix import Vector

N = 3000


def world(seed: int = 0) -> Window:
    """Outcomes follow ``x`` alone, give or take 0.5; ``echo`` repeats it, ``noise`` and ``unused`` say nothing, ``level`` differs between slices."""
    rng = np.random.default_rng(seed)
    slices = np.where(np.arange(N) % 3 == 0, "views_30d/short/0", "views_30d/long/0")
    x = rng.normal(size=N)
    table = pl.DataFrame(
        {
            "x": x,
            "echo": x,
            "noise": rng.normal(size=N),
            "unused": rng.normal(size=N),
            "level": np.where(slices == "views_30d/short/0", 5.0, 0.0),
        }
    )
    actual = x + table["level"].to_numpy() + 0.5 * rng.normal(size=N)
    return Window("views_30d", table, actual, slices, np.array([f"c{i % 40}" for i in range(N)]), "channels")


def place(table: pl.DataFrame) -> Vector:
    x, echo, noise, level = (table[name].to_numpy() for name in ("x", "echo", "noise", "level"))
    return np.asarray(0.5 * x + 0.5 * echo + 0.3 * noise + level, dtype=np.float64)


def importances(window: Window, *names: str, seed: int = 0) -> dict[str, Importance]:
    parts = {name: tuple(name.split("+")) for name in names}
    return {part.name: part for part in permutation_importance(place, window, parts, seed=seed)}


# Forecast minus outcome is normal with variance 0.3² + 0.5²; a stand-in adds x' − x, of variance 2. Its mean size is √(2/π) sd.
TRUTH = np.sqrt(2 / np.pi) * (np.sqrt(2.34) - np.sqrt(0.34))


def test_a_planted_effect_is_found_with_its_size():
    found = importances(world(), "x+echo")["x+echo"].increase
    assert found.low < TRUTH < found.high
    assert found.high - found.low < 0.15


def test_the_interval_covers_the_truth_as_often_as_it_says():
    covered = 0
    for seed in range(100):
        found = importances(world(seed), "x+echo", seed=seed)["x+echo"].increase
        covered += found.low <= TRUTH <= found.high
    assert 89 <= covered <= 99


def test_a_feature_that_says_nothing_has_an_interval_around_zero():
    for seed in range(5):
        found = importances(world(seed), "noise", seed=seed)["noise"].increase
        assert found.low <= 0 <= found.high


def test_a_feature_that_the_forecast_does_not_use_is_worth_exactly_nothing():
    found = importances(world(), "unused")["unused"].increase
    assert (found.value, found.low, found.high) == (0.0, 0.0, 0.0)


def test_values_stay_within_their_slice():
    found = importances(world(), "level")["level"].increase
    assert (found.value, found.low, found.high) == (0.0, 0.0, 0.0)


def test_features_that_stand_in_for_each_other_show_as_a_group():
    found = importances(world(), "x", "echo", "x+echo")
    alone = found["x"].increase.value + found["echo"].increase.value
    assert found["x+echo"].increase.value > alone > 0.5


def test_leaving_another_part_out_changes_nothing():
    both, alone = importances(world(), "x", "noise"), importances(world(), "noise")
    assert both["noise"] == alone["noise"]


def test_another_seed_is_another_permutation():
    assert importances(world(), "x", seed=1) == importances(world(), "x", seed=1)
    assert importances(world(), "x", seed=1) != importances(world(), "x", seed=2)


def test_the_interval_knows_how_many_channels_there_are():
    few = dataclasses.replace(world(), owners=np.array([f"c{i % 4}" for i in range(N)]))
    assert importances(few, "x")["x"].increase.clusters == 4
    assert importances(world(), "x")["x"].increase.clusters == 40
