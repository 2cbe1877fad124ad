from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from foreview.cli.main import BAD_INPUT, BAD_USAGE, DONE, main
from foreview.tables.folder import read_catalogue

REAL = Path(__file__).resolve().parents[4] / "shared" / "data" / "studio" / "Aggregated_Metrics_By_Video.csv"
DAYS = "id,published_at,day,views\na,2026-01-01,2026-01-01,3\na,2026-01-01,someday,4\nb,,2026-01-01,4\n"
MAPPING = ("--map", "video_id=id", "--map", "date=day")


@pytest.fixture
def days(tmp_path: Path) -> Path:
    path = tmp_path / "days.csv"
    path.write_text(DAYS, encoding="utf-8")
    return path


def test_good_rows_enter_and_refused_ones_are_listed_and_kept(days: Path, tmp_path: Path, capsys: Any):
    out = tmp_path / "c"
    assert main(["import", str(days), "--kind", "daily", *MAPPING, "--out", str(out), "--json"]) == DONE
    said = capsys.readouterr()
    facts = json.loads(said.out)
    assert facts == {
        "catalogue": str(out),
        "videos": 1,
        "snapshots": 0,
        "daily": 1,
        "earnings": 0,
        "refused": [
            {
                "file": "days.csv",
                "line": 3,
                "field": "date",
                "value": "someday",
                "reason": "date is a day such as 2026-05-01",
            },
            {
                "file": "days.csv",
                "line": 4,
                "field": "published_at",
                "value": None,
                "reason": "published_at is missing",
            },
        ],
        "notes": [
            "published_at of 2 rows is a day without a time: noon in UTC was taken",
            "format of 1 videos unknown, taken as long",
        ],
    }
    assert said.err == "".join(f"note: {note}\n" for note in facts["notes"])
    assert pl.read_parquet(out / "refused.parquet").to_dicts() == facts["refused"]
    assert read_catalogue(out).videos["video_id"].to_list() == ["a"]


def test_a_source_that_says_what_it_is_needs_no_kind(days: Path, tmp_path: Path):
    assert main(["import", str(days), *MAPPING, "--out", str(tmp_path / "c")]) == DONE
    assert read_catalogue(tmp_path / "c").daily.height == 1


def test_a_source_of_no_known_kind_says_what_it_has(days: Path, tmp_path: Path, capsys: Any):
    assert main(["import", str(days), "--out", str(tmp_path / "c")]) == BAD_INPUT
    assert f"{days} has days.csv (id, published_at, day, views)" in capsys.readouterr().err


def test_people_are_shown_each_refused_row_with_its_line(days: Path, tmp_path: Path, capsys: Any):
    assert main(["import", str(days), "--kind", "daily", *MAPPING, "--out", str(tmp_path / "c")]) == DONE
    shown = " ".join(capsys.readouterr().out.split())
    assert shown.startswith(f"{tmp_path / 'c'}: 1 videos, 1 daily; 2 refused ")
    assert "days.csv 3 date someday date is a day" in shown
    assert "days.csv 4 published_at – published_at is missing" in shown


def test_the_options_of_the_source_enter_the_catalogue(days: Path, tmp_path: Path):
    options = [
        "--timezone",
        "Asia/Tokyo",
        "--delay-hours",
        "6",
        "--missing-day-is-zero",
        "--channel",
        "me",
        "--platform",
        "tiktok",
    ]
    assert main(["import", str(days), "--kind", "daily", *MAPPING, *options, "--out", str(tmp_path / "c")]) == DONE
    catalogue = read_catalogue(tmp_path / "c")
    assert (catalogue.clock.timezone, catalogue.clock.delay_hours, catalogue.clock.missing_day_is_zero) == (
        "Asia/Tokyo",
        6,
        True,
    )
    assert catalogue.videos.select("channel_id", "platform", "format").rows() == [("me", "tiktok", "short")]


def test_without_one_usable_row_nothing_is_written_and_all_reasons_are_said(tmp_path: Path, capsys: Any):
    path = tmp_path / "days.csv"
    path.write_text("video_id,published_at,date,views\na,2026-01-01,someday,4\nb,2026-01-01,,4\n", encoding="utf-8")
    assert main(["import", str(path), "--kind", "daily", "--out", str(tmp_path / "c"), "--json"]) == BAD_INPUT
    facts = json.loads(capsys.readouterr().out)
    assert facts["fact"] == (
        f"{path} has none; days.csv, line 2: date is a day such as 2026-05-01; days.csv, line 3: date is missing"
    )
    assert not (tmp_path / "c").exists()


def test_an_existing_folder_is_never_touched(days: Path, tmp_path: Path, capsys: Any):
    assert main(["import", str(days), "--kind", "daily", *MAPPING, "--out", str(tmp_path)]) == BAD_USAGE
    assert (
        capsys.readouterr().err
        == f"foreview: --out is a new folder. {tmp_path} exists. Choose another one or remove it.\n"
    )


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (["nowhere.csv", "--kind", "daily"], BAD_INPUT, "a source exists. nowhere.csv does not. Check the path."),
        (
            ["{days}", "--kind", "ytdlp", "--map", "views=v"],
            BAD_USAGE,
            "--map is for tables. yt-dlp's files name their fields. Leave it out.",
        ),
        (
            ["{days}", "--kind", "studio", "--videos", "v.csv"],
            BAD_USAGE,
            "--videos is for tables of counts. a source of kind studio names its videos. Leave it out.",
        ),
        (
            ["{days}", "--kind", "daily", "--map", "views=Views (all)"],
            BAD_USAGE,
            (
                "a mapping FIELD=COLUMN names a column of the source. "
                "found views=Views (all), but the columns are id, published_at, day, views."
            ),
        ),
    ],
)
def test_what_cannot_be_imported_says_why(days: Path, capsys: Any, arguments: list[str], code: int, says: str):
    filled = [argument.format(days=days) for argument in arguments]
    assert main(["import", *filled, "--out", str(days.parent / "c")]) == code
    assert capsys.readouterr().err == f"foreview: {says}\n"


@pytest.mark.skipif(not REAL.exists(), reason="the real export is not beside this checkout")
def test_the_real_studio_export_becomes_a_catalogue(tmp_path: Path, capsys: Any):
    out = tmp_path / "c"
    assert (
        main(["import", str(REAL), "--kind", "studio", "--observed-at", "2022-02-01", "--out", str(out), "--json"])
        == DONE
    )
    facts = json.loads(capsys.readouterr().out)
    assert (facts["videos"], facts["snapshots"], facts["refused"]) == (223, 223, [])
    assert not (out / "refused.parquet").exists()
