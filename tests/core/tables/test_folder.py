from __future__ import annotations

import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from foreview.errors import CatalogueError
from foreview.tables.catalogue import Catalogue, SourceClock
from foreview.tables.folder import check_can_write, read_catalogue, write_catalogue
from foreview.tables.schema import DeclaredColumn

PUBLISHED = datetime(2026, 1, 1, 12, 0, 0, 123_000, tzinfo=UTC)


def whole() -> Catalogue:
    return Catalogue.of(
        pl.DataFrame(
            {
                "video_id": ["a", "b"],
                "published_at": [PUBLISHED] * 2,
                "title": ["Ünï — 動画", None],
                "tags": [["x", "y"], None],
                "mood": [None, None],
            }
        ),
        snapshots=pl.DataFrame({"video_id": ["a"], "observed_at": [PUBLISHED], "views": [1.5]}),
        daily=pl.DataFrame({"video_id": ["a"], "date": [date(2026, 1, 1)], "views": [3], "likes": [None]}),
        earnings=pl.DataFrame({"video_id": ["a"], "date": [date(2026, 1, 1)], "revenue_usd": [0.1]}),
        clock=SourceClock("America/Los_Angeles", 12.5, missing_day_is_zero=True),
        declared=[DeclaredColumn("mood", "", "category", 3.0)],
    )


def refusal(folder: Path) -> str:
    with pytest.raises(CatalogueError) as refused:
        read_catalogue(folder)
    return str(refused.value)


def described(folder: Path, description: Any) -> Path:
    write_catalogue(whole(), folder)
    text = description if isinstance(description, str) else json.dumps(description)
    (folder / "catalogue.json").write_text(text, encoding="utf-8")
    return folder


def test_what_is_written_is_read_again(tmp_path: Path):
    write_catalogue(whole(), tmp_path / "c")
    read = read_catalogue(tmp_path / "c")
    for name in ("videos", "snapshots", "daily", "earnings"):
        assert getattr(read, name).equals(getattr(whole(), name))
    assert (read.clock, read.declared) == (whole().clock, whole().declared)
    assert read.fingerprint() == whole().fingerprint()


def test_a_catalogue_without_a_single_video_is_read_again(tmp_path: Path):
    empty = whole().only([])
    write_catalogue(empty, tmp_path / "c")
    assert read_catalogue(tmp_path / "c").fingerprint() == empty.fingerprint()


def test_nothing_but_the_catalogue_is_left_beside_it(tmp_path: Path):
    write_catalogue(whole(), tmp_path / "deep" / "c")
    assert [path.name for path in (tmp_path / "deep").iterdir()] == ["c"]
    names = ["catalogue.json", "daily.parquet", "earnings.parquet", "snapshots.parquet", "videos.parquet"]
    assert sorted(path.name for path in (tmp_path / "deep" / "c").iterdir()) == names


def test_further_tables_are_kept_and_passed_over_on_reading(tmp_path: Path):
    write_catalogue(whole(), tmp_path / "c", {"truth": pl.DataFrame({"x": [1]})})
    assert pl.read_parquet(tmp_path / "c" / "truth.parquet")["x"].to_list() == [1]
    assert read_catalogue(tmp_path / "c").fingerprint() == whole().fingerprint()


def test_a_write_that_fails_half_way_leaves_nothing(tmp_path: Path):
    unwritable = pl.DataFrame({"x": [object()]}, schema={"x": pl.Object()})
    with pytest.raises(BaseException, match=r"(?i)object"):
        write_catalogue(whole(), tmp_path / "c", {"truth": unwritable})
    assert list(tmp_path.iterdir()) == []


def test_an_empty_folder_may_be_filled(tmp_path: Path):
    (tmp_path / "c").mkdir()
    write_catalogue(whole(), tmp_path / "c")
    assert read_catalogue(tmp_path / "c").videos.height == 2


@pytest.mark.parametrize("make", [lambda path: path.write_text("x"), lambda path: (path / "sub").mkdir(parents=True)])
def test_nothing_is_ever_overwritten(tmp_path: Path, make: Any):
    target = tmp_path / "c"
    make(target)
    for attempt in (lambda: write_catalogue(whole(), target), lambda: check_can_write(target)):
        with pytest.raises(CatalogueError) as refused:
            attempt()
        assert str(refused.value) == (
            f"a catalogue is written to a new folder. {target} exists. Choose another --out or remove it."
        )


def test_a_folder_without_videos_is_no_catalogue(tmp_path: Path):
    assert refusal(tmp_path) == (
        f"a catalogue is a folder with videos.parquet. {tmp_path} has none. "
        "Make one with `foreview import` or `foreview simulate`."
    )


def test_videos_alone_are_no_catalogue(tmp_path: Path):
    pl.DataFrame({"video_id": ["a"], "published_at": [PUBLISHED]}).write_parquet(tmp_path / "videos.parquet")
    assert refusal(tmp_path) == f"a catalogue has snapshots.parquet or daily.parquet. {tmp_path} has neither."


def test_a_catalogue_needs_no_description(tmp_path: Path):
    pl.DataFrame({"video_id": ["a"], "published_at": [PUBLISHED]}).write_parquet(tmp_path / "videos.parquet")
    snapshots = {"video_id": ["a"], "observed_at": [PUBLISHED], "views": [1]}
    pl.DataFrame(snapshots).write_parquet(tmp_path / "snapshots.parquet")
    assert read_catalogue(tmp_path).clock == SourceClock()


def test_a_file_that_is_no_parquet_is_named(tmp_path: Path):
    write_catalogue(whole(), tmp_path / "c")
    (tmp_path / "c" / "daily.parquet").write_bytes(b"")
    assert refusal(tmp_path / "c").startswith(
        f"daily.parquet is a Parquet file. reading {tmp_path}/c/daily.parquet failed: "
    )


@pytest.mark.parametrize(
    ("description", "text"),
    [
        (
            "{",
            "catalogue.json is JSON. {path}: Expecting property name enclosed in double quotes: line 1 column 2 (char 1).",
        ),
        (
            {"format_version": 2},
            "catalogue.json has format_version 1. {path} has 2. Import the source again with this version of foreview.",
        ),
        (
            [],
            "catalogue.json has format_version 1. {path} has None. Import the source again with this version of foreview.",
        ),
        (
            {"format_version": 1, "timezone": 5},
            "catalogue.json has only the fields timezone, delay_hours, missing_day_is_zero with their types. {path} has timezone = 5.",
        ),
        (
            {"format_version": 1, "owner": "me"},
            "catalogue.json has only the fields timezone, delay_hours, missing_day_is_zero with their types. {path} has owner = 'me'.",
        ),
        (
            {"format_version": 1, "columns": {"name": "mood"}},
            "catalogue.json, columns: a list of objects. {path} has dict.",
        ),
        (
            {"format_version": 1, "columns": [{"name": "mood"}]},
            (
                "catalogue.json: a declared column has name, unit, kind (number, category or boolean) and known_after_days. "
                "{path} has {{'name': 'mood'}}."
            ),
        ),
        (
            {"format_version": 1, "columns": [{"name": "mood", "unit": 1}]},
            "catalogue.json has only the fields name, unit, kind, known_after_days with their types. {path} has unit = 1.",
        ),
        (
            {"format_version": 1, "timezone": "Mars"},
            "timezone is an IANA name such as America/Los_Angeles. found 'Mars'.",
        ),
    ],
)
def test_a_description_that_breaks_the_format_says_how(tmp_path: Path, description: Any, text: str):
    folder = described(tmp_path / "c", description)
    assert refusal(folder) == text.format(path=folder / "catalogue.json")


def declared_as(spelling: str) -> str:
    column = f'{{"name": "mood", "unit": "", "kind": "category", "known_after_days": {spelling}}}'
    return f'{{"format_version": 1, "delay_hours": 12, "columns": [{column}]}}'


def test_a_whole_number_of_the_description_is_the_same_number(tmp_path: Path):
    whole_days, with_a_point = (
        read_catalogue(described(tmp_path / name, declared_as(spelling)))
        for name, spelling in (("a", "3"), ("b", "3.0"))
    )
    assert [type(whole_days.declared[0].known_after_days), type(whole_days.clock.delay_hours)] == [float, float]
    assert whole_days.fingerprint() == with_a_point.fingerprint()


def test_true_is_no_number_of_days(tmp_path: Path):
    assert "has known_after_days = True" in refusal(described(tmp_path / "c", declared_as("true")))


@pytest.mark.parametrize("spelling", ["-1", "NaN", "1e300"])
def test_a_declared_column_is_known_at_a_time_that_can_be(tmp_path: Path, spelling: str):
    assert refusal(described(tmp_path / "c", declared_as(spelling))) == (
        "catalogue.json: known_after_days lies between 0 and 36,500 days after publication. "
        f"found {float(spelling)!r} for mood."
    )


def test_a_description_without_end_is_refused(tmp_path: Path):
    assert refusal(described(tmp_path / "c", "[" * 100_000)).startswith("catalogue.json is JSON. ")


def test_the_name_of_a_folder_is_no_pattern(tmp_path: Path):
    write_catalogue(whole(), tmp_path / "w[1]")
    write_catalogue(whole().only(["a"]), tmp_path / "w1")
    assert read_catalogue(tmp_path / "w[1]").videos["video_id"].to_list() == ["a", "b"]
