from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from foreview.cli.main import BAD_INPUT, DONE, main
from foreview.simulation.leaks import with_clean_columns, with_planted_leak
from foreview.simulation.world import simulate
from foreview.tables.folder import write_catalogue


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    world = with_clean_columns(simulate(channels=3, videos=200, seed=1), seed=1)
    folder: Path = tmp_path_factory.mktemp("audit") / "world"
    write_catalogue(with_planted_leak(world, "total at export", seed=1).world.catalogue, folder)
    return folder


def test_a_row_names_column_verdict_and_evidence(folder: Path, capsys: Any, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("COLUMNS", "200")
    assert main(["audit", str(folder)]) == DONE
    said = capsys.readouterr().out
    assert said.startswith(f"{folder}: 1 of ")
    row = next(line for line in said.splitlines() if "views_total" in line)
    assert "leak" in row
    assert "of two videos of one channel and format" in row


def test_programs_get_every_finding_with_its_numbers(folder: Path, capsys: Any):
    assert main(["audit", str(folder), "--json"]) == DONE
    facts = json.loads(capsys.readouterr().out)
    assert facts["leaks"] == 1
    assert facts["leaks"] + facts["clean"] + facts["not_judged"] == len(facts["findings"])
    found = facts["findings"][0]
    assert (found["column"], found["verdict"], found["method"]) == ("views_total", "leak", "tells what came later")
    assert found["numbers"]["pairs_ordered"] > 0.9


def test_what_is_no_catalogue_is_bad_input(tmp_path: Path, capsys: Any):
    assert main(["audit", str(tmp_path)]) == BAD_INPUT
    assert "Traceback" not in capsys.readouterr().err
