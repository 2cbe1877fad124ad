"""Releases that earlier versions made still load and still say what they said: see ``tests/golden/make.py``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from foreview.errors import ReleaseError
from foreview.forecasting.inputs import inputs_of
from foreview.releases.loading import read_release
from tests.golden.make import forecasts_of, made_with

GOLDEN = Path(__file__).parents[2] / "golden"
FOLDERS = sorted(path.name for path in GOLDEN.glob("format-*"))
REFUSED: dict[str, type[ReleaseError]] = {}
"""Golden folders that are unreadable on purpose, and the error that says so."""
TOLERANCE = 1e-9
"""Relative, where libraries or processor are others than those it was made with: a logarithm may then differ in its last bit."""


def stored(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (GOLDEN / name / "forecasts.jsonl").read_text().splitlines()]


def assert_same(now: dict[str, Any], then: dict[str, Any], *, exactly: bool) -> None:
    for target, values in then.items():
        found = {key: value for key, value in now[target].items() if exactly or not isinstance(value, float)}
        assert found == {key: value for key, value in values.items() if key in found}
        for key, value in values.items():
            assert now[target][key] == (
                value if exactly or not isinstance(value, float) else pytest.approx(value, rel=TOLERANCE, abs=TOLERANCE)
            )


def test_there_is_a_golden_release():
    assert "format-1" in FOLDERS
    assert set(REFUSED) <= set(FOLDERS)


@pytest.mark.parametrize("name", FOLDERS)
def test_a_golden_release_loads_and_verifies(name):
    if name in REFUSED:
        with pytest.raises(REFUSED[name]):
            read_release(GOLDEN / name / "release")
        return
    release = read_release(GOLDEN / name / "release")
    assert release.manifest.kinds["views"].state == "ensemble"


@pytest.mark.parametrize("name", [name for name in FOLDERS if name not in REFUSED])
def test_a_golden_release_gives_its_stored_forecasts(name):
    release = read_release(GOLDEN / name / "release")
    exactly = json.loads((GOLDEN / name / "made-with.json").read_text()) == made_with()
    rows = stored(name)
    assert len(rows) > 40
    batch = forecasts_of(release, inputs_of([row["inputs"] for row in rows], release))
    for row, now in zip(rows, batch, strict=True):
        assert_same(now, row["forecast"], exactly=exactly)
    for row, in_batch in list(zip(rows, batch, strict=True))[::9]:
        (alone,) = forecasts_of(release, inputs_of([row["inputs"]], release))
        assert alone == in_batch


def test_stored_forecasts_reach_all_that_a_release_holds():
    """Members, words, classifier and correction: were one not asked, its decay would not be noticed."""
    rows = [row["forecast"]["views_30d"] for row in stored("format-1")]
    assert {row["model_type"] for row in rows} == {"ensemble", "typical", "observed"}
    assert any("p_low_classifier" in row for row in rows)
    assert any(row["adapted_outcomes"] > 0 for row in rows)
    assert all("wording" in row["inputs"]["features"] for row in stored("format-1"))
    parts = read_release(GOLDEN / "format-1" / "release").models["views"]
    assert {"classes.json", "spread.json", "unseen.forest.skops", "seen.xgb.json"} <= parts.keys()
    assert b'"words"' in parts["model.json"]
