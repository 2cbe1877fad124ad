"""The ranking as pictures."""

from __future__ import annotations

import re
from xml.etree import ElementTree as ET

import numpy as np

from foreview.explain.effects import Effect
from foreview.explain.importance import Importance
from foreview.explain.page import SHOWN, importance_page
from foreview.explain.ranking import Agreement, Ranking
from foreview.metrics.bootstrap import Estimate
from tests.core.explain.known import window

RANKING = Ranking(
    groups=(Importance("channel", Estimate(0.5, 0.25, 0.75, 20)),),
    features=tuple(Importance(f"feature_{i}", Estimate(0.1, 0.0, 0.2, 20)) for i in range(SHOWN + 5)),
    beyond=(),
    shap={"small": 0.01, "large": 0.2},
    agreement=Agreement(1.0, 1.0, 2),
)
EFFECT = Effect(
    "title <words>",
    np.array([1.0, 2.0]),
    np.log([0.5, 2.0]),
    np.log([0.4, 1.5]),
    np.log([0.6, 2.5]),
    np.array([7]),
    3,
)


def page(**changes):
    ranking = Ranking(**({part: getattr(RANKING, part) for part in Ranking.__slots__} | changes))
    return importance_page(window(50, seed=1), ranking, [EFFECT], "2026-04-15-abc")


def cells(text: str) -> list[list[str]]:
    return [["".join(cell.itertext()) for cell in row] for row in ET.fromstring(text).iter("tr")]


def test_the_page_needs_nothing_else_and_says_of_which_release_it_is():
    assert not re.search(r"https?:|//|url\(|<script", page())
    assert "Release 2026-04-15-abc, 50 forecasts of 50 videos" in page()


def test_the_largest_are_drawn_and_all_are_told():
    tree = ET.fromstring(page())
    rankings = tree.findall(".//svg[@role='img']")[:3]
    assert [len([p for p in svg.iter() if "mark" in p.get("class", "")]) for svg in rankings] == [1, SHOWN, 2]
    assert len([row for row in cells(page()) if row[0] == "single features, permuted"]) == SHOWN + 5


def test_worth_is_told_with_its_interval_and_shap_in_its_order():
    rows = cells(page())
    assert rows[1] == ["groups, permuted together", "channel", "0.5000 (0.2500 – 0.7500)"]
    shap = [row[1:] for row in rows if row[0] == "single features, beyond the baseline"]
    assert shap == [["large", "0.2000"], ["small", "0.0100"]]


def test_an_effect_is_a_factor_with_its_band():
    rows = cells(page())
    assert rows[-2:] == [["1", "0.500 (0.400 – 0.600)"], ["2", "2.000 (1.500 – 2.500)"]]
    assert "3 forecasts without a value are left out" in page()


def test_without_an_ensemble_there_is_no_shap_to_draw():
    assert "mean |SHAP|" not in page(shap={})
