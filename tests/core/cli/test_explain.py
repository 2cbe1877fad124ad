"""Explain a forecast and rank the features, from files."""

from __future__ import annotations

import json
from math import prod
from pathlib import Path
from typing import Any

import pytest

from foreview.cli.main import BAD_USAGE, DONE, main

pytestmark = pytest.mark.xdist_group("explain_files")  # what its tests share takes long to make


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A world and a release trained on its past."""
    folder: Path = tmp_path_factory.mktemp("explained")
    world = ["--channels", "4", "--videos", "160", "--seed", "3", "--out", str(folder / "world")]
    assert main(["simulate", *world]) == DONE
    assert main(["train", str(folder / "world"), "--as-of", "2026-04-01", "--out", str(folder / "release")]) == DONE
    return folder


def run(capsys: Any, *arguments: object) -> dict[str, Any]:
    capsys.readouterr()
    assert main([*(str(argument) for argument in arguments), "--json"]) == DONE
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


def asked(folder: Path, command: str) -> tuple[str, ...]:
    return (command, str(folder / "world"), "--release", str(folder / "release"))


@pytest.mark.parametrize("target", ["views_7d", "views_30d", "engagement_rate", "revenue_30d"])
def test_the_factors_lead_from_the_start_to_the_served_point(folder: Path, capsys: Any, target: str):
    video = ("--as-of", "2026-04-20", "--video", "v000120", "--target", target)
    facts = run(capsys, *asked(folder, "explain"), *video)
    factors = [factor["factor"] for factor in facts["factors"]]
    assert facts["start"] * prod(factors) == pytest.approx(facts["location"], rel=1e-9)
    offset = 0.0 if target == "revenue_30d" else 1.0
    assert facts["location"] * facts["calibration_and_bounds"] == pytest.approx(facts["point"] + offset, rel=1e-9)
    assert facts["target"] == target


def test_the_table_ends_at_the_served_point(folder: Path, capsys: Any):
    video = ("--as-of", "2026-04-20", "--video", "v000120")
    point = run(capsys, *asked(folder, "explain"), *video)["point"]
    assert main([*asked(folder, "explain"), *video]) == DONE
    rows = [line for line in capsys.readouterr().out.splitlines() if line.strip()]
    assert f"{point + 1:,.0f}" in rows[-1]
    assert "calibration and bounds" in rows[-1]


def test_the_ranking_is_drawn_too(folder: Path, tmp_path: Path, capsys: Any):
    page = tmp_path / "importance.html"
    asked_for = ("--from", "2026-04-02", "--ages", "0", "--repeats", "1", "--max-rows", "50", "--page", page)
    facts = run(capsys, *asked(folder, "importance"), *asked_for)
    assert facts["page"] == str(page)
    assert facts["model_version"] in page.read_text(encoding="utf-8")


def test_a_page_is_not_written_over_a_folder(folder: Path, tmp_path: Path, capsys: Any):
    arguments = [*asked(folder, "importance"), "--from", "2026-04-02", "--page", str(tmp_path)]
    assert main(arguments) == BAD_USAGE
    assert "--page is a file" in capsys.readouterr().err


def test_a_video_not_published_yet_is_refused(folder: Path, capsys: Any):
    assert main([*asked(folder, "explain"), "--as-of", "2026-04-20", "--video", "nobody", "--json"]) == BAD_USAGE
    assert "'nobody'" in json.loads(capsys.readouterr().out)["fact"]


def test_every_feature_and_group_is_ranked(folder: Path, capsys: Any):
    asked_for = ("--from", "2026-04-02", "--repeats", 1, "--ages", "0,3", "--effect", "title_words")
    facts = run(capsys, *asked(folder, "importance"), *asked_for)
    assert {group["name"] for group in facts["groups"]} == {"content", "text", "timing", "channel", "early"}
    increases = [feature["increase"] for feature in facts["features"]]
    assert increases == sorted(increases, reverse=True)
    assert all(part["low"] <= part["high"] for part in (*facts["groups"], *facts["features"]))
    assert facts["rows"] == 2 * facts["videos"]
    assert facts["intervals_draw"] == "videos"
    by_name = {feature["name"]: feature for feature in facts["features"]}
    assert by_name["title_words"]["beyond_baseline"] == pytest.approx(by_name["title_words"]["increase"], rel=1e-9)
    assert by_name["title_words"]["mean_absolute_shap"] > 0
    (effect,) = facts["effects"]
    assert effect["feature"] == "title_words"
    assert len(effect["at"]) == len(effect["effect"]) == len(effect["counts"]) + 1


def test_the_ranking_is_printed_with_its_interval(folder: Path, capsys: Any):
    assert main([*asked(folder, "importance"), "--from", "2026-04-02", "--repeats", "1", "--ages", "0"]) == DONE
    printed = capsys.readouterr().out
    assert "rise of MAE ln when permuted" in printed
    assert "channel_median_30d" in printed


def test_videos_before_the_cutoff_are_refused(folder: Path, capsys: Any):
    assert main([*asked(folder, "importance"), "--from", "2026-04-01"]) == BAD_USAGE
    assert "after the release's cutoff" in capsys.readouterr().err
