"""How many trees XGBoost grows for how many rows, and how they draw their columns."""

import json

import numpy as np
import pytest

from foreview.learners import xgb
from foreview.options import Hyperparameters

FEW = Hyperparameters(xgb_size=0.05, xgb_colsample=0.25)


def configured(rows: int) -> tuple[int, dict[str, str]]:
    """Return the number of trees that were grown for so many rows, and the parameters of a tree."""
    rng = np.random.default_rng(1)
    columns = rng.normal(size=(rows, 8)).astype(np.float32)
    model = xgb.fit(columns, columns[:, 0] + rng.normal(size=rows), seed=1, threads=2, tuned=FEW)
    trees = json.loads(model.save_raw("json"))["learner"]["gradient_booster"]["model"]["trees"]
    parameters = json.loads(model.save_config())["learner"]["gradient_booster"]["tree_train_param"]
    return len(trees), parameters


@pytest.mark.parametrize(
    ("rows", "trees", "columns"),
    [
        (xgb.SMALL - 1, 6, ("0.25", "1")),
        (xgb.SMALL, 25, ("0.25", "1")),
        (xgb.MANY - 1, 25, ("0.25", "1")),
        (xgb.MANY, 2 * 20, ("1", "0.25")),
    ],
)
def test_from_many_rows_on_two_trees_grow_side_by_side_and_their_splits_draw_columns(rows, trees, columns):
    grown, parameters = configured(rows)
    assert grown == trees
    assert (parameters["colsample_bytree"], parameters["colsample_bynode"]) == columns


def test_trees_side_by_side_are_averaged_and_not_added():
    rng = np.random.default_rng(2)
    rows = rng.normal(size=(400, 3)).astype(np.float32)
    target = rows[:, 0].astype(np.float64)
    step = {"eta": 0.5, "max_depth": 2, "subsample": 1.0, "colsample_bytree": 1.0, "base_score": 0.0}
    one, two = (
        xgb.boost(rows, target, rounds=1, parameters={**step, "num_parallel_tree": beside}, seed=0, threads=1)
        for beside in (1, 2)
    )
    assert xgb.predict(two, rows) == pytest.approx(xgb.predict(one, rows), abs=1e-6)
