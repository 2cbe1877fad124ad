"""Simulate, train, predict, backtest and show, on one small world."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from foreview.cli.main import BAD_INPUT, BAD_USAGE, DONE, main
from foreview.vocabulary import QUANTILES, TARGETS

FORECAST_COLUMNS = [
    "video_id",
    "as_of",
    "issue_age_days",
    "target",
    "point",
    *QUANTILES,
    "p_low",
    "p_medium",
    "p_high",
    "class_source",
    "typical",
    "p_beats_typical",
    "confidence",
    "point_mrse",
    "p_above_zero",
    "model_version",
    "model_type",
    "adapted_outcomes",
    "adapted_shift",
    "adapted_stretch",
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A world and a release trained on its past."""
    folder: Path = tmp_path_factory.mktemp("job")
    assert (
        main(["simulate", "--channels", "3", "--videos", "70", "--seed", "1", "--out", str(folder / "world")]) == DONE
    )
    train = ["train", str(folder / "world"), "--as-of", "2026-05-01", "--out", str(folder / "release")]
    assert main(train) == DONE
    return folder


def run(capsys: Any, *arguments: object) -> dict[str, Any]:
    capsys.readouterr()
    assert main([*(str(argument) for argument in arguments), "--json"]) == DONE
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


def test_the_truth_of_the_world_lies_in_its_catalogue(folder: Path):
    truth = pl.read_parquet(folder / "world" / "truth.parquet")
    videos = pl.read_parquet(folder / "world" / "videos.parquet")
    assert sorted(truth["video_id"]) == sorted(videos["video_id"])


def test_show_says_what_the_release_says_of_itself(folder: Path, capsys: Any):
    facts = run(capsys, "show", folder / "release")
    assert facts["release"] == str(folder / "release")
    assert facts["manifest"]["as_of"] == "2026-05-01T00:00:00+00:00"
    assert set(facts["manifest"]["kinds"]) == {"views", "engagement", "revenue"}
    assert main(["show", str(folder / "release")]) == DONE
    assert f"release {facts['manifest']['model_version']}" in capsys.readouterr().out


def test_a_release_that_was_changed_is_refused(folder: Path, tmp_path: Path, capsys: Any):
    shutil.copytree(folder / "release", tmp_path / "release")
    with (tmp_path / "release" / "views.zip").open("ab") as file:
        file.write(b"x")
    assert main(["show", str(tmp_path / "release"), "--json"]) == BAD_INPUT
    assert json.loads(capsys.readouterr().out)["error"] == "ReleaseCorrupt"


def test_every_published_video_is_forecast(folder: Path, tmp_path: Path, capsys: Any):
    out = tmp_path / "new" / "forecasts.parquet"
    arguments = ("predict", folder / "world", "--release", folder / "release", "--as-of", "2026-05-10T00:00:00Z")
    facts = run(capsys, *arguments, "--out", out)
    forecasts = pl.read_parquet(out)
    published = pl.read_parquet(folder / "world" / "videos.parquet").filter(
        pl.col("published_at") <= pl.lit("2026-05-10").str.to_datetime(time_zone="UTC")
    )
    assert forecasts.columns == FORECAST_COLUMNS
    assert facts["videos"] == published.height
    assert facts["rows"] == forecasts.height == len(TARGETS) * published.height
    assert sum(served["rows"] for served in facts["served"]) == forecasts.height
    assert list(out.parent.iterdir()) == [out]


def test_a_forecast_file_is_replaced_whole(folder: Path, tmp_path: Path, capsys: Any):
    out = tmp_path / "forecasts.parquet"
    out.write_text("of yesterday", encoding="utf-8")
    arguments = ("predict", folder / "world", "--release", folder / "release", "--as-of", "2026-05-10")
    run(capsys, *arguments, "--age", 3, "--out", out)
    assert set(pl.read_parquet(out)["issue_age_days"]) == {3.0}


def test_forecasts_can_follow_the_outcomes_of_the_release(folder: Path, tmp_path: Path, capsys: Any):
    arguments = ("predict", folder / "world", "--release", folder / "release", "--as-of", "2026-06-01")
    as_released = run(capsys, *arguments, "--out", tmp_path / "as-released.parquet")
    adapted = run(capsys, *arguments, "--adapt", "--out", tmp_path / "adapted.parquet")
    corrected = pl.read_parquet(tmp_path / "adapted.parquet").filter(pl.col("adapted_outcomes") > 0)
    assert as_released["adapted_rows"] == 0
    assert adapted["adapted_rows"] == corrected.height > 0
    assert main([*(str(a) for a in arguments), "--adapt", "--out", str(tmp_path / "again.parquet")]) == DONE
    assert f"{corrected.height} of them corrected by matured outcomes" in capsys.readouterr().out
    assert (tmp_path / "again.parquet").read_bytes() == (tmp_path / "adapted.parquet").read_bytes()


MAY_KNOW = (
    "the release's cutoff 2026-05-01T00:00:00+00:00: "
    "it may have learnt what was still to come, so this says nothing of how right it is"
)


def notes_of(capsys: Any, *arguments: object) -> list[str]:
    capsys.readouterr()
    assert main([str(argument) for argument in arguments]) == DONE
    return [line for line in capsys.readouterr().err.splitlines() if "may have learnt" in line]


@pytest.mark.parametrize(
    "command",
    [
        ("predict", "--out", "forecasts.parquet"),
        ("explain", "--video", "v000010"),
        ("what-if", "--video", "v000010", "--hour", "18"),
        ("plan", "--title", "Ten tomatoes"),
        ("portfolio", "--month", "2026-01"),
        ("warnings",),
    ],
    ids=lambda command: command[0],
)
def test_who_asks_as_of_a_time_before_the_cutoff_is_told_that_the_release_may_know(
    command: tuple[str, ...], folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any
):
    monkeypatch.chdir(tmp_path)
    asked = (command[0], folder / "world", "--release", folder / "release", *command[1:], "--as-of")
    assert notes_of(capsys, *asked, "2026-02-01") == [f"note: asked as of 2026-02-01T00:00:00+00:00, before {MAY_KNOW}"]
    assert notes_of(capsys, *asked, "2026-05-01") == []


def test_at_an_age_it_is_told_of_the_videos_that_had_it_before_the_cutoff(folder: Path, tmp_path: Path, capsys: Any):
    out = tmp_path / "forecasts.parquet"
    asked = ("predict", folder / "world", "--release", folder / "release", "--as-of", "2026-05-31", "--age", 0)
    assert notes_of(capsys, *asked, "--out", out) == [
        f"note: 58 of 70 videos are asked for as of a time before {MAY_KNOW}"
    ]


def test_before_the_first_video_there_is_nothing_to_forecast(folder: Path, tmp_path: Path, capsys: Any):
    out = tmp_path / "forecasts.parquet"
    arguments = ["predict", str(folder / "world"), "--release", str(folder / "release"), "--as-of", "2001-01-01"]
    assert main([*arguments, "--out", str(out), "--json"]) == BAD_INPUT
    assert json.loads(capsys.readouterr().out)["error"] == "NotEnoughHistory"
    assert not out.exists()


def test_training_refuses_where_no_label_is_mature(folder: Path, tmp_path: Path, capsys: Any):
    arguments = ["train", str(folder / "world"), "--as-of", "2025-10-08", "--out", str(tmp_path / "release")]
    assert main([*arguments, "--json"]) == BAD_INPUT
    assert json.loads(capsys.readouterr().out)["error"] == "NotEnoughHistory"
    assert list(tmp_path.iterdir()) == []


def test_an_existing_release_is_refused_before_the_work(folder: Path, capsys: Any):
    arguments = ["train", str(folder / "nowhere"), "--as-of", "2026-05-01", "--out", str(folder / "release")]
    assert main(arguments) == BAD_USAGE
    assert "is a new folder" in capsys.readouterr().err


def test_a_backtest_writes_its_report(folder: Path, tmp_path: Path, capsys: Any):
    out = tmp_path / "report"
    plan = ("--train-until", "2026-03-31", "--test-from", "2026-04-01", "--ages", "0,7")
    facts = run(capsys, "backtest", folder / "world", *plan, "--out", out)
    assert sorted(path.name for path in out.iterdir()) == [
        "predictions.parquet",
        "report.html",
        "report.json",
        "report.md",
    ]
    assert facts["embargo"] == "full"
    predictions = pl.read_parquet(out / "predictions.parquet")
    assert set(predictions["issue_age_days"]) == {0.0, 7.0}
    assert {*FORECAST_COLUMNS, "actual", "szabo_huberman", "pinto_ml"} <= set(predictions.columns)
    report = json.loads((out / "report.json").read_text(encoding="utf-8"))
    assert report["slices"] == facts["slices"]


def test_the_test_lies_after_the_training(folder: Path, tmp_path: Path, capsys: Any):
    plan = ["--train-until", "2026-04-01", "--test-from", "2026-04-01", "--out", str(tmp_path / "report")]
    assert main(["backtest", str(folder / "world"), *plan]) == BAD_USAGE
    assert capsys.readouterr().err == (
        "foreview: --test-from lies after --train-until. found 2026-04-01 and 2026-04-01.\n"
    )


def test_the_full_embargo_refuses_a_panel_without_mature_labels(folder: Path, tmp_path: Path, capsys: Any):
    plan = ["--train-until", "2025-10-08", "--test-from", "2025-10-09", "--out", str(tmp_path / "report")]
    assert main(["backtest", str(folder / "world"), *plan, "--json"]) == BAD_INPUT
    assert json.loads(capsys.readouterr().out)["error"] == "NotEnoughHistory"
    assert list(tmp_path.iterdir()) == []
