from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import polars as pl
import pytest

from foreview.errors import SourceError, UsageError
from foreview.readers import sheet
from foreview.readers.generic import read_daily, read_snapshots
from foreview.readers.imported import SourceOptions
from foreview.readers.reading import read_source, read_source_in_parts

TRENDING = Path(__file__).resolve().parents[4] / "shared" / "data" / "trending"

COUNTS = """\
id,published_at,fetched_at,Views,likes,title
a,2026-01-01T00:00:00Z,2026-01-02T00:00:00Z,10,1,first
a,2026-01-01T00:00:00Z,2026-01-03T00:00:00Z,30,,renamed
b,2026-01-02T00:00:00Z,2026-01-02T06:00:00Z,5,0,
"""
MAPPING = {"video_id": "id", "observed_at": "fetched_at"}


def write(tmp_path: Path, content: str, name: str = "counts.csv") -> Path:
    path = tmp_path / name
    path.write_text(content, encoding="utf-8")
    return path


def test_counters_become_snapshots_and_what_was_seen_first_the_video(tmp_path: Path):
    imported = read_snapshots(write(tmp_path, COUNTS), SourceOptions(mapping=MAPPING))
    assert imported.refused.is_empty()
    assert imported.catalogue.videos.select("video_id", "published_at", "title").rows() == [
        ("a", datetime(2026, 1, 1, tzinfo=UTC), "first"),
        ("b", datetime(2026, 1, 2, tzinfo=UTC), None),
    ]
    assert imported.catalogue.snapshots.select("video_id", "observed_at", "views", "likes").rows() == [
        ("a", datetime(2026, 1, 2, tzinfo=UTC), 10.0, 1.0),
        ("a", datetime(2026, 1, 3, tzinfo=UTC), 30.0, None),
        ("b", datetime(2026, 1, 2, 6, tzinfo=UTC), 5.0, 0.0),
    ]


def test_the_same_table_as_parquet_gives_the_same_catalogue(tmp_path: Path):
    csv = write(tmp_path, COUNTS)
    parquet = tmp_path / "counts.parquet"
    pl.read_csv(csv, try_parse_dates=True).write_parquet(parquet)
    options = SourceOptions(mapping=MAPPING)
    assert (
        read_snapshots(parquet, options).catalogue.fingerprint() == read_snapshots(csv, options).catalogue.fingerprint()
    )


def test_daily_sums_may_stand_beside_a_table_of_the_videos(tmp_path: Path):
    videos = write(tmp_path, "video,published_at,duration_s\na,2026-01-01 09:00,45\nb,2026-01-02,600\n", "videos.csv")
    days = write(
        tmp_path, "video,day,views,revenue\na,2026-01-01,10,0.5\na,2026-01-02,4,\nb,2026-01-02,7,0\n", "days.csv"
    )
    mapping = {"video_id": "video", "date": "day", "revenue_usd": "revenue"}
    options = SourceOptions(
        mapping=mapping, videos=videos, timezone="America/Los_Angeles", channel_id="me", platform="youtube"
    )
    imported = read_daily(days, options)
    assert imported.refused.is_empty()
    catalogue = imported.catalogue
    assert catalogue.videos.select("video_id", "published_at", "format", "channel_id", "platform").rows() == [
        ("a", datetime(2026, 1, 1, 17, tzinfo=UTC), "short", "me", "youtube"),
        ("b", datetime(2026, 1, 2, 20, tzinfo=UTC), "long", "me", "youtube"),
    ]
    assert catalogue.daily.select("video_id", "date", "views").rows() == [
        ("a", date(2026, 1, 1), 10.0),
        ("a", date(2026, 1, 2), 4.0),
        ("b", date(2026, 1, 2), 7.0),
    ]
    assert catalogue.earnings.rows() == [("a", date(2026, 1, 1), 0.5), ("b", date(2026, 1, 2), 0.0)]
    assert catalogue.clock.timezone == "America/Los_Angeles"


def test_rows_without_a_video_or_before_its_publication_are_refused(tmp_path: Path):
    videos = write(tmp_path, "video_id,published_at\na,2026-01-02T05:00:00Z\na,2026-01-03\nb,\n", "videos.csv")
    days = write(
        tmp_path, "video_id,date,views\na,2026-01-01,1\na,2025-12-31,1\nb,2026-01-02,1\nc,2026-01-02,1\n", "days.csv"
    )
    imported = read_daily(days, SourceOptions(videos=videos, timezone="America/Los_Angeles"))
    # 05:00 UTC on the second is still the first of January in Los Angeles.
    assert imported.catalogue.daily["date"].to_list() == [date(2026, 1, 1)]
    assert imported.refused.rows() == [
        ("days.csv", 3, "date", "2025-12-31", "before the publication of its video (2026-01-02T05:00:00.000+00:00)"),
        ("days.csv", 4, "video_id", "b", "no such video in the table of videos"),
        ("days.csv", 5, "video_id", "c", "no such video in the table of videos"),
        ("videos.csv", 3, "video_id", "a", "the video has a row further up"),
        ("videos.csv", 4, "published_at", None, "published_at is missing"),
    ]


def test_of_rows_with_one_video_and_day_the_last_is_kept_and_said(tmp_path: Path):
    days = "video_id,published_at,date,views\na,2026-01-01,2026-01-01,1\na,2026-01-01,2026-01-01,2\n"
    catalogue = read_daily(write(tmp_path, days)).catalogue
    assert catalogue.daily["views"].to_list() == [2.0]
    assert "1 rows repeat a video and date: the last of each was kept" in catalogue.notes


def test_an_amount_of_another_currency_is_not_taken_for_dollars(tmp_path: Path):
    days = "video_id,published_at,date,views,revenue_usd\n"
    days += "a,2026-01-01T00:00:00Z,2026-01-01,10,$0.50\na,2026-01-01T00:00:00Z,2026-01-02,4,€0.50\n"
    imported = read_daily(write(tmp_path, days, "days.csv"))
    assert imported.catalogue.earnings.rows() == [("a", date(2026, 1, 1), 0.5)]
    assert imported.refused.rows() == [
        ("days.csv", 3, "revenue_usd", "€0.50", "revenue_usd is an amount of USD such as 1234.5")
    ]


def test_columns_that_are_left_out_are_said(tmp_path: Path):
    days = "video_id,published_at,date,views,mood\na,2026-01-01,2026-01-01,1,good\n"
    assert "columns of counts.csv left out: mood" in read_daily(write(tmp_path, days)).catalogue.notes


def test_not_one_usable_row_gives_an_empty_catalogue_and_all_reasons(tmp_path: Path):
    imported = read_daily(write(tmp_path, "video_id,published_at,date,views\na,2026-01-01,someday,1\n"))
    assert imported.catalogue.videos.is_empty()
    assert imported.refused.rows() == [("counts.csv", 2, "date", "someday", "date is a day such as 2026-05-01")]


def test_a_required_column_that_is_missing_says_how_to_name_it(tmp_path: Path):
    path = write(tmp_path, "video_id,date,views\na,2026-01-01,1\n")
    with pytest.raises(SourceError) as refused:
        read_daily(path)
    assert str(refused.value) == (
        f"the source has video_id, date, views, published_at. {path} has video_id, date, views. "
        "Name the columns with --map FIELD=COLUMN; when videos were published may stand in a table of its own, see --videos."
    )


def test_a_mapping_of_an_unknown_field_is_refused(tmp_path: Path):
    with pytest.raises(
        UsageError,
        match=r"^a mapping FIELD=COLUMN names a field of the catalogue\. found fetched\. Fields are video_id, ",
    ):
        read_snapshots(write(tmp_path, COUNTS), SourceOptions(mapping={"fetched": "fetched_at"}))


def test_a_mapping_to_a_column_of_neither_file_is_refused(tmp_path: Path):
    videos = write(tmp_path, "video_id,published_at\na,2026-01-01\n", "videos.csv")
    days = write(tmp_path, "video_id,date,views\na,2026-01-01,1\n")
    with pytest.raises(
        UsageError, match=r"found likes=hearts, but the columns are video_id, date, views, published_at\.$"
    ):
        read_daily(days, SourceOptions(videos=videos, mapping={"likes": "hearts"}))


@pytest.mark.skipif(not TRENDING.exists(), reason="the real trending lists are not beside this checkout")
def test_the_real_trending_lists_import_with_one_mapping():
    options = SourceOptions(
        mapping={"observed_at": "fetched_at", "channel_id": "channel_title"}, videos=TRENDING / "videos.parquet"
    )
    imported = read_snapshots(TRENDING / "snapshots.parquet", options)
    assert set(imported.refused["reason"]) == {"views is missing"}
    assert imported.catalogue.snapshots.height + imported.refused.height == 466_684
    assert imported.catalogue.videos.height == 150_253


def test_the_parts_of_a_source_are_its_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    days = [f"v{n % 7},{date(2026, 1, 1)},2026-01-{1 + n // 7:02d},{n},title {n // 40}" for n in range(140)]
    days[100] = days[100].replace(",100,", ",many,")
    path = write(tmp_path, "\n".join(["video_id,published_at,date,views,title", *days, ""]), "days.csv")
    whole = read_source(path)
    monkeypatch.setattr(sheet, "BATCH_CHARACTERS", 600)
    parts = list(read_source_in_parts(path))
    assert len(parts) > 3
    assert pl.concat([part.catalogue.daily for part in parts]).sort("video_id", "date").equals(whole.catalogue.daily)
    assert pl.concat([part.catalogue.videos for part in parts]).unique().sort("video_id").equals(whole.catalogue.videos)
    assert pl.concat([part.refused for part in parts]).equals(whole.refused)
    assert whole.refused.rows() == [("days.csv", 102, "views", "many", "views is a number such as 1234.5")]


def test_a_table_of_one_part_is_the_same_in_parts(tmp_path: Path):
    export = write(
        tmp_path, "Video title,Video link,Post time,Total views\nOne,7412,2026-01-02 10:00,5\n", "tiktok.csv"
    )
    options = SourceOptions(observed_at=datetime(2026, 2, 1, tzinfo=UTC))
    (part,) = read_source_in_parts(export, None, options)
    assert part.catalogue.fingerprint() == read_source(export, None, options).catalogue.fingerprint()


@pytest.mark.parametrize("title", ["=cmd|'/C calc'!A0", "+1+1", "-2", "@SUM(A1:A9)"])
def test_a_formula_stays_the_text_that_it_is(tmp_path: Path, title: str):
    content = f"video_id,published_at,date,views,title\na,2026-01-01,2026-01-01,3,{title}\n"
    assert read_source(write(tmp_path, content)).catalogue.videos["title"].to_list() == [title]
