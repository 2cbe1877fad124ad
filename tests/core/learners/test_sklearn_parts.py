from __future__ import annotations

import numpy as np
import pytest
from skops.io.exceptions import UntrustedTypesFoundException

from foreview.learners import boosting, forest
from foreview.learners.sklearn_parts import dump, load

ROWS = np.random.default_rng(0).normal(size=(300, 4))
TARGET = ROWS[:, 0] + np.abs(ROWS[:, 1])


def forest_of(seed):
    from sklearn.ensemble import RandomForestRegressor

    return RandomForestRegressor(n_estimators=5, random_state=seed).fit(ROWS, TARGET)


def boosting_of(seed):
    from sklearn.ensemble import HistGradientBoostingRegressor

    return HistGradientBoostingRegressor(max_iter=5, random_state=seed).fit(ROWS, TARGET)


@pytest.mark.parametrize("make", [forest_of, boosting_of])
def test_equal_models_give_equal_bytes_though_they_lie_elsewhere_in_memory(make):
    first = make(1)
    between = [np.full(1000, 7.0) for _ in range(50)]
    second = make(1)
    assert dump(first) == dump(second)
    assert dump(first) == dump(first)
    assert len(between) == 50


def test_other_models_give_other_bytes():
    assert dump(forest_of(1)) != dump(forest_of(2))


@pytest.mark.parametrize(("make", "decode"), [(forest_of, forest.decode), (boosting_of, boosting.decode)])
def test_what_was_written_predicts_the_same_and_is_written_the_same(make, decode):
    model = make(1)
    read = decode(dump(model))
    assert read.predict(ROWS).tolist() == model.predict(ROWS).tolist()
    assert dump(read) == dump(decode(dump(read)))


def test_a_type_that_nobody_named_is_not_built():
    with pytest.raises(UntrustedTypesFoundException):
        load(dump(forest_of(1)), "sklearn.tree._classes.DecisionTreeRegressor")
