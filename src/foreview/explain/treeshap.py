"""Exact TreeSHAP for every member that consists of trees, by XGBoost's own implementation.

scikit-learn's trees are written down as XGBoost trees, split by split, and asked there: same cells, same values up to float32.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

import numpy as np
import numpy.typing as npt

from foreview.learners.matrix import Matrix, Vector

_Ints: TypeAlias = npt.NDArray[np.int64]
_LARGEST: Final = float(np.finfo(np.float32).max)
_NO_PARENT: Final = 2**31 - 1


@dataclass(frozen=True, slots=True)
class _Tree:
    """A tree as arrays, one entry a node: ``left`` is -1 at a leaf; rows with ``x <= threshold`` go left."""

    left: _Ints
    right: _Ints
    feature: _Ints
    threshold: Vector
    missing_left: _Ints
    value: Vector
    rows: Vector
    """Training rows that came through: they weigh the two sides of a split that is not looked at."""


def xgb_parts(model: Any, rows: Matrix) -> Vector:
    """Return (n, k + 1): for n rows the contributions of k features and, last, the mean prediction; a row's sum is its prediction.

    Path-dependent TreeSHAP: Lundberg et al., *From local explanations to global understanding with explainable AI for trees*, 2020.
    """
    import xgboost

    model.set_param({"nthread": 1})
    found = model.predict(xgboost.DMatrix(rows, nthread=1), pred_contribs=True)
    return np.asarray(found, dtype=np.float64).reshape(len(rows), -1)


def forest_parts(model: Any, rows: Matrix) -> Vector:
    """Return the same for a random forest of scikit-learn."""
    trees = [
        _Tree(
            tree.children_left.astype(np.int64),
            tree.children_right.astype(np.int64),
            tree.feature.astype(np.int64),
            tree.threshold,
            tree.missing_go_to_left.astype(np.int64),
            tree.value[:, 0, 0] / len(model.estimators_),
            tree.weighted_n_node_samples,
        )
        for tree in (estimator.tree_ for estimator in model.estimators_)
    ]
    return xgb_parts(_booster(trees, model.n_features_in_, 0.0), rows)


def boosting_parts(model: Any, rows: Matrix) -> Vector:
    """Return the same for scikit-learn's boosting on binned features."""
    # scikit-learn offers no public way to look.
    trees = [_binned(predictor.nodes) for (predictor,) in model._predictors]  # noqa: SLF001
    base = float(model._baseline_prediction.item())  # noqa: SLF001
    return xgb_parts(_booster(trees, model.n_features_in_, base), rows)


def _binned(nodes: Any) -> _Tree:
    leaf = nodes["is_leaf"] == 1
    return _Tree(
        np.where(leaf, -1, nodes["left"].astype(np.int64)),
        np.where(leaf, -1, nodes["right"].astype(np.int64)),
        nodes["feature_idx"].astype(np.int64),
        nodes["num_threshold"],
        nodes["missing_go_to_left"].astype(np.int64),
        nodes["value"],
        nodes["count"].astype(np.float64),
    )


def _booster(trees: Sequence[_Tree], features: int, base: float) -> Any:
    """Return an XGBoost model of these trees, whose predictions add up over them from ``base``."""
    import xgboost

    parameters = {"num_trees": str(len(trees)), "num_parallel_tree": "1"}
    model = {
        "gbtree_model_param": parameters,
        "iteration_indptr": list(range(len(trees) + 1)),
        "tree_info": [0] * len(trees),
        "trees": [_written(number, tree, features) for number, tree in enumerate(trees)],
    }
    learner = {
        "attributes": {},
        "feature_names": [],
        "feature_types": [],
        "gradient_booster": {"model": model, "name": "gbtree"},
        "learner_model_param": {
            "base_score": repr(base),
            "boost_from_average": "0",
            "num_class": "0",
            "num_feature": str(features),
            "num_target": "1",
        },
        "objective": {"name": "reg:squarederror", "reg_loss_param": {"scale_pos_weight": "1"}},
    }
    content = json.dumps({"learner": learner, "version": [3, 0, 0]}).encode()
    return xgboost.Booster(params={"nthread": 1, "verbosity": 0}, model_file=bytearray(content))


def _written(number: int, tree: _Tree, features: int) -> dict[str, Any]:
    order = _siblings_adjacent(tree)
    place = np.empty(len(order), dtype=np.int64)
    place[order] = np.arange(len(order))
    left, right = tree.left[order], tree.right[order]
    inner = left >= 0
    left, right = np.where(inner, place[left], -1), np.where(inner, place[right], -1)
    parents = np.full(len(order), _NO_PARENT, dtype=np.int64)
    parents[left[inner]] = parents[right[inner]] = np.flatnonzero(inner)
    value = tree.value[order]
    columns = {
        "base_weights": value.astype(np.float32).tolist(),
        "default_left": np.where(inner, tree.missing_left[order], 0).tolist(),
        "left_children": left.tolist(),
        "loss_changes": [0.0] * len(order),
        "parents": parents.tolist(),
        "right_children": right.tolist(),
        "split_conditions": np.where(inner, _strictly_below(tree.threshold[order]), value).astype(np.float32).tolist(),
        "split_indices": np.where(inner, tree.feature[order], 0).tolist(),
        "split_type": [0] * len(order),
        "sum_hessian": tree.rows[order].astype(np.float32).tolist(),
    }
    sizes = {"num_deleted": "0", "num_feature": str(features), "num_nodes": str(len(order)), "size_leaf_vector": "1"}
    categories: dict[str, list[int]] = {f"categories{part}": [] for part in ("", "_nodes", "_segments", "_sizes")}
    return {"id": number, "tree_param": sizes, **columns, **categories}


def _siblings_adjacent(tree: _Tree) -> _Ints:
    """Return the nodes in an order in which a right child follows the left one: XGBoost takes that for granted."""
    left, right = tree.left.tolist(), tree.right.tolist()
    order = [0]
    for node in order:  # grows as it goes
        if left[node] >= 0:
            order += (left[node], right[node])
    return np.array(order, dtype=np.int64)


def _strictly_below(threshold: Vector) -> Vector:
    """Return for thresholds of ``x <= t`` those of ``x < t`` that send every float32 the same way."""
    with np.errstate(over="ignore"):
        nearest = threshold.astype(np.float32)
    below = np.where(nearest > threshold, np.nextafter(nearest, np.float32(-np.inf)), nearest)
    above = np.nextafter(below.astype(np.float32), np.float32(np.inf))
    return np.clip(above.astype(np.float64), -_LARGEST, _LARGEST)
