"""``foreview card``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from foreview.cli.main import BAD_INPUT, BAD_USAGE, DONE, main
from foreview.releases.card import card
from foreview.releases.loading import read_release
from foreview.releases.prior import prior_release
from foreview.releases.store import publish_release


@pytest.fixture
def release(tmp_path: Path) -> Path:
    publish_release(prior_release(), tmp_path / "release")
    return tmp_path / "release"


def test_a_card_is_printed(release: Path, capsys: Any):
    assert main(["card", str(release)]) == DONE
    assert capsys.readouterr().out == card(prior_release())


def test_programs_get_the_card_as_text(release: Path, capsys: Any):
    assert main(["card", str(release), "--json"]) == DONE
    found = json.loads(capsys.readouterr().out)
    assert found == {
        "release": str(release),
        "model_version": prior_release().manifest.model_version,
        "card": card(prior_release()),
    }


def test_a_card_is_written_and_replaced(release: Path, capsys: Any):
    out = release.parent / "new" / "card.md"
    for _ in range(2):
        assert main(["card", str(release), "--out", str(out)]) == DONE
        assert out.read_text(encoding="utf-8") == card(prior_release())
        assert [path.name for path in out.parent.iterdir()] == ["card.md"]
    assert "model card of release" in capsys.readouterr().out


@pytest.mark.parametrize("within", ["card.md", "new/card.md"])
def test_a_card_does_not_break_the_seal_of_its_release(release: Path, within: str, capsys: Any):
    assert main(["card", str(release), "--out", str(release / within)]) == BAD_USAGE
    assert "holds its sealed files and nothing else" in capsys.readouterr().err
    assert read_release(release).manifest.model_version == prior_release().manifest.model_version


def test_a_changed_release_has_no_card(release: Path, capsys: Any):
    with (release / "views.zip").open("ab") as file:
        file.write(b"x")
    assert main(["card", str(release)]) == BAD_INPUT
    assert "ReleaseCorrupt" not in capsys.readouterr().out
