from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

from foreview.curves.labels import labels
from foreview.errors import SourceError, UsageError
from foreview.readers.imported import SourceOptions
from foreview.readers.youtube_studio import read_youtube_studio
from foreview.tables.folder import read_catalogue, write_catalogue

REAL = Path(__file__).resolve().parents[4] / "shared" / "data" / "studio" / "Aggregated_Metrics_By_Video.csv"
EXPORTED = datetime(2022, 2, 1, tzinfo=UTC)
OPTIONS = SourceOptions(observed_at=EXPORTED, channel_id="me")
HEADER = "Content,Video title,Video publish time,Duration,Views,Likes,Estimated revenue (USD)\n"

real_file = pytest.mark.skipif(not REAL.exists(), reason="the real export is not beside this checkout")


def export(tmp_path: Path, rows: str, header: str = HEADER) -> Path:
    path = tmp_path / "Table data.csv"
    path.write_text(header + rows, encoding="utf-8")
    return path


@real_file
def test_the_real_export_imports_completely():
    imported = read_youtube_studio(REAL, OPTIONS)
    catalogue = imported.catalogue
    assert imported.refused.is_empty()
    assert catalogue.videos.height == catalogue.snapshots.height == 223
    assert catalogue.snapshots["views"].sum() == 5_567_998
    assert round(catalogue.videos["lifetime_revenue_usd"].sum(), 2) == 29_067.73
    per_thousand = (
        1000
        * catalogue.videos.join(catalogue.snapshots, on="video_id").select(
            (pl.col("lifetime_revenue_usd") / pl.col("views")).alias("rpm")
        )["rpm"]
    )
    assert [round(per_thousand.quantile(q, "linear") or 0, 2) for q in (0.05, 0.5, 0.95)] == [1.03, 4.33, 7.56]
    assert catalogue.notes[:2] == (
        "published_at of 223 rows is a day without a time: noon in America/Los_Angeles was taken",
        "line 2 is the export's row of totals, not a video",
    )


@real_file
def test_the_totals_of_the_real_export_are_never_labels():
    found = labels(read_youtube_studio(REAL, OPTIONS).catalogue)
    targets = ("views_7d", "views_30d", "engagement_rate", "revenue_30d")
    assert [found[target].drop_nulls().len() for target in targets] == [0, 0, 0, 0]


@real_file
def test_the_real_export_survives_being_written_and_read(tmp_path: Path):
    catalogue = read_youtube_studio(REAL, OPTIONS).catalogue
    write_catalogue(catalogue, tmp_path / "c")
    assert read_catalogue(tmp_path / "c").fingerprint() == catalogue.fingerprint()


@real_file
def test_no_total_of_the_real_export_is_known_before_the_export():
    catalogue = read_youtube_studio(REAL, OPTIONS).catalogue
    before = catalogue.as_of(EXPORTED - timedelta(milliseconds=1))
    assert before.snapshots.is_empty()
    assert before.videos["lifetime_revenue_usd"].null_count() == before.videos.height


def test_a_row_becomes_a_video_a_snapshot_and_lifetime_totals(tmp_path: Path):
    path = export(tmp_path, 'abc,"A, title","May 8, 2020",0:03:09,"1,234",12,5.5\n')
    catalogue = read_youtube_studio(path, OPTIONS).catalogue
    assert catalogue.videos.select(
        "video_id", "published_at", "title", "duration_s", "format", "channel_id", "platform", "lifetime_revenue_usd"
    ).rows() == [
        ("abc", datetime(2020, 5, 8, 19, tzinfo=UTC), "A, title", 189.0, "long", "me", "youtube", 5.5),
    ]
    assert catalogue.snapshots.select("video_id", "observed_at", "views", "likes", "comments").rows() == [
        ("abc", EXPORTED, 1234.0, 12.0, None)
    ]
    assert catalogue.daily.is_empty()


def test_both_spellings_of_a_date_are_the_same_day(tmp_path: Path):
    path = export(tmp_path, 'a,t,"May 8, 2020",60,1,1,0\nb,t,2020-05-08,60,1,1,0\n')
    assert read_youtube_studio(path, OPTIONS).catalogue.videos["published_at"].n_unique() == 1


def test_every_refused_row_has_its_line_and_its_reason(tmp_path: Path):
    rows = (
        "good,t,2020-05-08,60,10,1,0\n"
        "nodate,t,,60,10,1,0\n"
        "baddate,t,05/08/2020,60,10,1,0\n"
        "badviews,t,2020-05-08,60,many,1,0\n"
        "negative,t,2020-05-08,60,10,-1,0\n"
        "good,t,2020-05-09,60,11,1,0\n"
        "late,t,2022-03-01,60,10,1,0\n"
        "badlength,t,2020-05-08,long,many,1,0\n"
    )
    imported = read_youtube_studio(export(tmp_path, rows), OPTIONS)
    assert imported.catalogue.videos["video_id"].to_list() == ["good"]
    assert imported.catalogue.snapshots["views"].to_list() == [10.0]
    a_time = "published_at is a time such as 2026-05-01T12:00:00Z or a day such as 2026-05-01"
    assert imported.refused.drop("file").rows() == [
        (3, "published_at", None, "published_at is missing"),
        (4, "published_at", "05/08/2020", a_time),
        (5, "views", "many", "views is a number such as 1234.5"),
        (6, "likes", "-1", "likes is at least 0"),
        (7, "video_id", "good", "the video has a row further up"),
        (8, "video_id", "late", "its video was published after the totals were read (2022-02-01T00:00:00+00:00)"),
        (9, "duration_s", "long", "duration_s is a length such as 0:03:09 or 189"),
        (9, "views", "many", "views is a number such as 1234.5"),
    ]
    assert set(imported.refused["file"]) == {"Table data.csv"}


def test_rounded_counts_missing_marks_and_streams_without_a_length_are_read(tmp_path: Path):
    path = export(tmp_path, "a,t,2020-05-08,P0D,541.2K,--,--\nb,t,2020-05-08,60,--,1,0\n")
    imported = read_youtube_studio(path, OPTIONS)
    assert imported.refused.is_empty()
    assert imported.catalogue.videos.select("video_id", "duration_s", "lifetime_revenue_usd").sort(
        "video_id"
    ).rows() == [
        ("a", None, None),
        ("b", 60.0, 0.0),
    ]
    assert imported.catalogue.snapshots.select("video_id", "views", "likes").rows() == [("a", 541_200.0, None)]
    assert "views of 1 rows was rounded by the source" in imported.catalogue.notes


def test_the_end_of_a_cut_export_is_said(tmp_path: Path):
    imported = read_youtube_studio(
        export(tmp_path, "a,t,2020-05-08,60,1,1,0\nShowing top 500 results,,,,,,\n"), OPTIONS
    )
    assert imported.catalogue.videos.height == 1
    assert "line 3 says that the export was cut short: videos beyond it are missing" in imported.catalogue.notes


def test_a_table_beside_the_videos_does_not_disturb(tmp_path: Path):
    header = HEADER.strip() + ",,Date,Views\n"
    path = export(tmp_path, "a,t,2020-05-08,60,7,1,0,,2020-05-09,99\n,,,,,,,,2020-05-10,98\n", header)
    imported = read_youtube_studio(path, OPTIONS)
    assert imported.refused.is_empty()
    assert imported.catalogue.snapshots["views"].to_list() == [7.0]


def test_two_tables_of_videos_side_by_side_are_both_read(tmp_path: Path):
    header = "Content,Video publish time,Views,,Content,Video publish time,Views\n"
    path = export(tmp_path, "a,2020-05-08,1,,b,2020-05-09,2\n", header)
    assert read_youtube_studio(path, OPTIONS).catalogue.snapshots["views"].to_list() == [1.0, 2.0]


def test_localised_headers_are_mapped(tmp_path: Path):
    path = export(tmp_path, "a,2020-05-08,1234\n", "Sisältö,Julkaistu,Näyttökerrat\n")
    mapping = {"video_id": "Sisältö", "published_at": "Julkaistu", "views": "Näyttökerrat"}
    options = SourceOptions(observed_at=EXPORTED, mapping=mapping)
    assert read_youtube_studio(path, options).catalogue.snapshots["views"].to_list() == [1234.0]


def test_a_separator_that_may_be_a_decimal_sign_is_refused_in_a_count(tmp_path: Path):
    path = export(
        tmp_path, "a,2020-05-08,1.234\nb,2020-05-08,1.000\n", "Inhalt,Veröffentlichungszeitpunkt des Videos,Aufrufe\n"
    )
    imported = read_youtube_studio(path, OPTIONS)
    assert imported.refused.rows() == [
        ("Table data.csv", 2, "views", "1.234", "views is a whole number; write it without a separator"),
        ("Table data.csv", 3, "views", "1.000", "views is a whole number; write it without a separator"),
    ]


def test_headers_that_are_not_understood_say_what_to_do(tmp_path: Path):
    path = export(tmp_path, "a,2020-05-08,1\n", "Sisältö,Julkaistu,Näyttökerrat\n")
    with pytest.raises(SourceError) as refused:
        read_youtube_studio(path, OPTIONS)
    assert str(refused.value) == (
        "a Studio export has the columns Content (or Video), Video publish time and Views. "
        f"{path} has Sisältö, Julkaistu, Näyttökerrat. "
        "Export the content report, or name the columns with --map published_at=COLUMN."
    )


def test_a_mapping_to_a_column_that_is_not_there_is_refused(tmp_path: Path):
    path = export(tmp_path, "a,t,2020-05-08,60,1,1,0\n")
    with pytest.raises(UsageError, match=r"found shares=Shared, but the columns are Content, Video title,"):
        read_youtube_studio(path, SourceOptions(mapping={"shares": "Shared"}))


def test_without_a_time_the_last_change_of_the_file_is_taken_and_said(tmp_path: Path):
    path = export(tmp_path, "a,t,2020-05-08,60,1,1,0\n")
    os.utime(path, (EXPORTED.timestamp(), EXPORTED.timestamp()))
    catalogue = read_youtube_studio(path).catalogue
    assert catalogue.snapshots["observed_at"].to_list() == [EXPORTED]
    assert (
        "totals are taken as lifetime totals read at 2022-02-01T00:00:00+00:00, the file's last change "
        "(say it with --observed-at): they serve as one snapshot a video, never as labels"
    ) in catalogue.notes
