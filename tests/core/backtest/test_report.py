"""The report as files."""

from __future__ import annotations

import json
import re
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from foreview.backtest.goals import goal_cells, verdicts
from foreview.backtest.replay import backtest
from foreview.backtest.report import report_values, write_report
from foreview.errors import UsageError
from tests.core.backtest.replayed import LAW, MADE, world

REFERENCE = Path(__file__).resolve().parents[3] / "docs" / "reference" / "report.md"


def replayed(embargo="full"):
    return backtest(
        world(),
        LAW,
        train_until=date(2026, 2, 10),
        test_from=date(2026, 2, 11),
        ages=(0.0, 3.0),
        embargo=embargo,
        created_at=MADE,
    )


def test_a_report_is_four_files(tmp_path):
    write_report(replayed(), tmp_path / "report")
    assert sorted(p.name for p in (tmp_path / "report").iterdir()) == [
        "predictions.parquet",
        "report.html",
        "report.json",
        "report.md",
    ]
    assert [p.name for p in tmp_path.iterdir()] == ["report"]


def test_predictions_come_back_as_they_were(tmp_path):
    found = replayed()
    write_report(found, tmp_path / "report")
    assert pl.read_parquet(tmp_path / "report" / "predictions.parquet").equals(found.predictions)


def test_the_json_says_what_was_done_and_holds_every_slice(tmp_path):
    found = replayed("none")
    write_report(found, tmp_path / "report")
    values = json.loads((tmp_path / "report" / "report.json").read_text(encoding="utf-8"))
    assert (values["train_until"], values["test_from"], values["embargo"]) == ("2026-02-10", "2026-02-11", "none")
    assert values["release"]["model_version"] == "v1"
    assert len(values["slices"]) == len(found.scores)
    assert values["slices"][0]["compared"][1]["method"] == "typical"
    assert values["slices"][0]["sharpness"][-1]["against"] == "typical"
    judged = [verdict.subject for verdict in verdicts(found.scores[0])]
    assert [verdict["subject"] for verdict in values["slices"][0]["verdicts"]] == judged
    assert values["baselines"][0]["pinto_ml"]["weights"]
    assert values["baselines"][0]["pinto_mrbf"].keys() == {"weights", "centres", "width"}


def test_no_embargo_stands_at_the_top_of_the_page(tmp_path):
    write_report(replayed("none"), tmp_path / "report")
    page = (tmp_path / "report" / "report.md").read_text(encoding="utf-8")
    assert "EMBARGO NONE" in page.splitlines()[2]
    assert "| all | 3 | " in page


def test_each_table_has_as_many_cells_in_every_line(tmp_path):
    write_report(replayed(), tmp_path / "report")
    page = (tmp_path / "report" / "report.md").read_text(encoding="utf-8")
    for part in page.split("\n\n"):
        if part.startswith("|"):
            assert len({line.count("|") for line in part.splitlines()}) == 1


def test_the_page_shows_ratios_with_their_intervals_and_every_verdict(tmp_path):
    found = replayed()
    write_report(found, tmp_path / "report")
    page = (tmp_path / "report" / "report.md").read_text(encoding="utf-8")
    for scores in found.scores:
        ratio = scores.sharpness[1].ratio
        assert f"{ratio.value:.3f} ({ratio.low:.3f} – {ratio.high:.3f})" in page
        assert f"| {scores.rows:,} | {' | '.join(goal_cells(verdicts(scores)))} |" in page


def test_a_report_does_not_overwrite(tmp_path):
    (tmp_path / "report").mkdir()
    (tmp_path / "report" / "mine.txt").write_text("kept")
    with pytest.raises(UsageError, match="exists and is not empty"):
        write_report(replayed(), tmp_path / "report")
    assert (tmp_path / "report" / "mine.txt").read_text() == "kept"


def test_the_reference_page_names_every_field_and_column(tmp_path):
    found = replayed()
    page = REFERENCE.read_text(encoding="utf-8")
    named = set(re.findall(r"`([a-z_0-9]+)`", page)) | {"p10", "p25", "p50", "p75", "p90"}
    values = report_values(found)
    assert _names(values) - _names(values["slices"][0]["pinball_ln"]) <= named | {"ensemble", "videos"}
    assert set(found.predictions.columns) <= named


def _names(value) -> set[str]:
    if isinstance(value, dict):
        return set(value) | {name for part in value.values() for name in _names(part)}
    return {name for part in value for name in _names(part)} if isinstance(value, list) else set()
