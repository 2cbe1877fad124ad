"""The parts of a prediction against a slow obvious twin: all coalitions, one by one."""

from __future__ import annotations

from itertools import combinations
from math import comb
from typing import Any

import numpy as np
import pytest

from foreview.explain.contributions import PARTS
from foreview.explain.treeshap import forest_parts
from foreview.learners.matrix import Matrix, Vector
from foreview.learners.members import MEMBERS

FEATURES = 4


def rows_of(n: int, seed: int) -> Matrix:
    """Features of which one comes in whole numbers, so that thresholds are met exactly, and one is often missing."""
    rng = np.random.default_rng(seed)
    rows = rng.normal(size=(n, FEATURES)).astype(np.float32)
    rows[:, 1] = rng.integers(0, 5, n)
    rows[rng.random(n) < 0.3, 2] = np.nan
    return rows


@pytest.fixture(scope="module")
def target() -> tuple[Matrix, Vector]:
    rows = rows_of(600, 0)
    clean = np.nan_to_num(rows.astype(np.float64), nan=1.5)
    return rows, clean[:, 0] * (clean[:, 1] > 1) + clean[:, 2] + 0.1 * np.random.default_rng(1).normal(size=600)


@pytest.mark.parametrize("name", sorted(MEMBERS))
def test_the_parts_of_a_prediction_add_up_to_it(name: str, target: tuple[Matrix, Vector]):
    member = MEMBERS[name]
    model = member.decode(member.encode(member.fit(*target, seed=0, threads=1)))
    rows = np.concatenate([rows_of(300, 5), target[0]])
    parts = PARTS[name](model, rows)
    np.testing.assert_allclose(parts.sum(axis=1), member.predict(model, rows), atol=5e-6)


def test_the_parts_are_shapley_values(target: tuple[Matrix, Vector]):
    forest: Any = MEMBERS["forest"].fit(target[0][:150], target[1][:150], seed=0, threads=1)
    row = target[0][7]
    found = forest_parts(forest, row[None, :])[0]
    np.testing.assert_allclose(found[:-1], shapley(forest, row), atol=2e-6)


def shapley(forest: Any, row: Matrix) -> list[float]:
    others = [[j for j in range(FEATURES) if j != i] for i in range(FEATURES)]
    return [
        sum(
            (expected(forest, row, {i, *known}) - expected(forest, row, set(known)))
            / (FEATURES * comb(FEATURES - 1, size))
            for size in range(FEATURES)
            for known in combinations(others[i], size)
        )
        for i in range(FEATURES)
    ]


def expected(forest: Any, row: Matrix, known: set[int]) -> float:
    """The prediction where only the features in ``known`` are looked at: other splits send each side its share of rows."""
    return float(np.mean([below(estimator.tree_, 0, row, known) for estimator in forest.estimators_]))


def below(tree: Any, node: int, row: Matrix, known: set[int]) -> float:
    left, right = tree.children_left[node], tree.children_right[node]
    if left < 0:
        return float(tree.value[node, 0, 0])
    if tree.feature[node] in known:
        x = row[tree.feature[node]]
        goes_left = tree.missing_go_to_left[node] if np.isnan(x) else x <= tree.threshold[node]
        return below(tree, left if goes_left else right, row, known)
    share = tree.weighted_n_node_samples[left] / tree.weighted_n_node_samples[node]
    return float(share * below(tree, left, row, known) + (1 - share) * below(tree, right, row, known))
