"""Gradient boosting (Friedman 2001) by scikit-learn, on binned features."""

from __future__ import annotations

from typing import Any

import numpy as np

from foreview.learners import sklearn_parts
from foreview.learners.matrix import Matrix, Vector
from foreview.options import DEFAULTS, Hyperparameters

encode = sklearn_parts.dump


def decode(content: bytes) -> Any:
    """Return the boosted trees in ``content``, each checked."""
    boosting = sklearn_parts.load(content, "sklearn.ensemble._hist_gradient_boosting.predictor.TreePredictor")
    for (predictor,) in boosting._predictors:  # noqa: SLF001  (scikit-learn offers no public way to look)
        nodes = predictor.nodes
        inner = nodes["is_leaf"] == 0
        for side in ("left", "right"):
            children = np.where(inner, nodes[side].astype(np.int64), 0)
            features = np.where(inner, nodes["feature_idx"].astype(np.int64), 0)
            sklearn_parts.check_tree(children, features, boosting.n_features_in_)
    return boosting


def fit(rows: Matrix, target: Vector, *, seed: int, threads: int, tuned: Hyperparameters = DEFAULTS) -> Any:
    """Return boosted trees for the conditional median of ``target`` (n) given ``rows`` (n, k).

    One thread works, whatever ``threads`` says: a split is so little work that waking another takes longer, up to 150,000 rows at least.
    """
    del threads
    from sklearn.ensemble import HistGradientBoostingRegressor
    from threadpoolctl import threadpool_limits

    large = len(target) >= 2_000
    boosting = HistGradientBoostingRegressor(
        loss="absolute_error",
        learning_rate=0.08,
        max_iter=max(round(tuned.boosting_size * (200 if large else 80)), 1),
        max_leaf_nodes=max(round(tuned.boosting_leaves * (31 if large else 8)), 2),
        min_samples_leaf=20 if large else 5,
        early_stopping=False,
        random_state=seed,
    )
    with threadpool_limits(limits=1):
        boosting.fit(rows, target)
    return boosting


def predict(model: Any, rows: Matrix) -> Vector:
    """Return n predictions; each depends on its own row alone."""
    from threadpoolctl import threadpool_limits

    with threadpool_limits(limits=1):
        return np.asarray(model.predict(rows), dtype=np.float64)
