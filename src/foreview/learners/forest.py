"""Random forest (Breiman 2001) by scikit-learn."""

from __future__ import annotations

from typing import Any

import numpy as np

from foreview.learners import sklearn_parts
from foreview.learners.matrix import Matrix, Vector
from foreview.options import DEFAULTS, Hyperparameters

DRAWN_ROWS = 10_000
"""Rows a tree is grown on at most: keeps the file small and the answer quick."""

encode = sklearn_parts.dump


def decode(content: bytes) -> Any:
    """Return the forest in ``content``, its trees checked."""
    forest = sklearn_parts.load(content, "sklearn.tree._tree.Tree")
    for tree in (estimator.tree_ for estimator in forest.estimators_):
        inner = tree.children_left != -1
        for children in (tree.children_left, tree.children_right):
            sklearn_parts.check_tree(
                np.where(inner, children, 0), np.where(inner, tree.feature, 0), forest.n_features_in_
            )
    return forest


def fit(rows: Matrix, target: Vector, *, seed: int, threads: int, tuned: Hyperparameters = DEFAULTS) -> Any:
    """Return a forest for the conditional mean of ``target`` (n) given ``rows`` (n, k)."""
    from sklearn.ensemble import RandomForestRegressor

    forest = RandomForestRegressor(
        n_estimators=tuned.forest_trees,
        min_samples_leaf=max(round(tuned.forest_leaf * (10 if len(target) >= 1_000 else 3)), 1),
        max_features=1 / 3,
        max_samples=min(DRAWN_ROWS, len(target)),
        n_jobs=threads,
        random_state=seed,
    )
    forest.fit(rows, target)
    # Threads add up the trees in the order in which they finish; one thread keeps the sum the same to the last bit.
    forest.n_jobs = 1
    return forest


def predict(model: Any, rows: Matrix) -> Vector:
    """Return n predictions; each depends on its own row alone."""
    return np.asarray(model.predict(rows), dtype=np.float64)
