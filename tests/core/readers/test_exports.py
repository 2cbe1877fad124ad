"""TikTok, Instagram and trending lists: what their exports say, and what they do not say."""

from __future__ import annotations

import json
import zipfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from foreview.errors import SourceError
from foreview.readers.imported import SourceOptions
from foreview.readers.reading import read_source

EXPORTED = datetime(2026, 6, 1, tzinfo=UTC)
OPTIONS = SourceOptions(observed_at=EXPORTED, timezone="UTC", channel_id="me")
TIKTOK = """\
Video title,Video link,Post time,Total likes,Total comments,Total shares,Total views
"Yacht, day",https://www.tiktok.com/@me/video/7412345678901234567,2026-05-02 19:05:00,1.2K,48,31,"18,400"
Gala,https://www.tiktok.com/@me/video/7412345678901234999?lang=en,2026-05-09 20:10:00,640,12,9,9100
No link,https://www.tiktok.com/@me,2026-05-09 20:10:00,1,1,1,1
"""
INSTAGRAM = """\
Post ID,Account ID,Account username,Account name,Description,Duration (sec),Publish time,Permalink,Post type,Data comment,Date,Views,Reach,Likes,Shares,Follows,Comments,Saves
1801,1784,me,Me,"Chair, test",44,05/03/2026 08:31,https://www.instagram.com/reel/a/,IG reel,,Lifetime,"12,400",9100,610,88,41,57,230
1802,1784,me,Me,Picture,0,05/13/2026 06:08,https://www.instagram.com/p/b/,IG image,,Lifetime,160,45,5,3,1,2,4
1803,1784,me,Me,Day,30,05/13/2026 06:08,https://www.instagram.com/reel/c/,IG reel,,2026-05-14,160,45,5,3,1,2,4
"""
TRENDING = """\
video_id,trending_date,title,channel_title,category_id,publish_time,tags,views,likes,dislikes,comment_count
AAAAAAAAAAA,17.14.11,One,Chan,22,2017-11-13T17:13:01.000Z,SHANtell martin|'a b',748374,57527,2966,15954
AAAAAAAAAAA,17.15.11,One,Chan,22,2017-11-13T17:13:01.000Z,SHANtell martin|'a b',800000,0,2966,16000
"""


def write(tmp_path: Path, content: str, name: str = "export.csv") -> Path:
    path = tmp_path / name
    path.write_text(content, encoding="utf-8")
    return path


def test_a_tiktok_studio_export_gives_videos_and_one_snapshot_each(tmp_path: Path):
    imported = read_source(write(tmp_path, TIKTOK), None, OPTIONS)
    catalogue = imported.catalogue
    columns = ("video_id", "published_at", "title", "channel_id", "platform", "format")
    assert catalogue.videos.select(columns).rows() == [
        ("7412345678901234567", datetime(2026, 5, 2, 19, 5, tzinfo=UTC), "Yacht, day", "me", "tiktok", "short"),
        ("7412345678901234999", datetime(2026, 5, 9, 20, 10, tzinfo=UTC), "Gala", "me", "tiktok", "short"),
    ]
    assert catalogue.snapshots.select("observed_at", "views", "likes", "comments", "shares").rows() == [
        (EXPORTED, 18_400.0, 1200.0, 48.0, 31.0),
        (EXPORTED, 9100.0, 640.0, 12.0, 9.0),
    ]
    assert imported.refused.rows() == [("export.csv", 4, "video_id", None, "video_id is missing")]


def posted(*entries: Any) -> dict[str, Any]:
    watched = {"VideoList": [{"Date": "2026-05-01 00:00:00", "Link": "https://www.tiktokv.com/share/video/1/"}]}
    return {"Activity": {"Video Browsing History": watched}, "Video": {"Videos": {"VideoList": list(entries)}}}


ENTRY = {
    "Date": "2026-05-02 19:05:00",
    "Link": "https://www.tiktokv.com/share/video/7412345678901234567/",
    "Likes": "12",
}


@pytest.mark.parametrize("as_zip", [False, True])
def test_download_your_data_gives_videos_and_no_snapshot(tmp_path: Path, as_zip: bool):
    document = json.dumps(posted(ENTRY, ENTRY, {"Date": "2026-05-03 00:00:00", "Link": "https://cdn.invalid/x"}))
    path = write(tmp_path, document, "user_data_tiktok.json")
    if as_zip:
        with zipfile.ZipFile(tmp_path / "TikTok_Data.zip", "w") as archive:
            archive.write(path, path.name)
        path = tmp_path / "TikTok_Data.zip"
    imported = read_source(path, None, OPTIONS)
    assert imported.catalogue.videos.select("video_id", "published_at", "platform").rows() == [
        ("7412345678901234567", datetime(2026, 5, 2, 19, 5, tzinfo=UTC), "tiktok")
    ]
    assert imported.catalogue.snapshots.is_empty()
    assert imported.refused.rows() == [("user_data_tiktok.json", 3, "video_id", None, "video_id is missing")]
    assert (
        "the file does not say views, so it gives no snapshot: likes were left out; lines count its entries"
        in imported.catalogue.notes
    )
    assert "1 entries repeat a video: the first of each was kept" in imported.catalogue.notes


@pytest.mark.parametrize("top", ["Activity", "Your Activity"])
@pytest.mark.parametrize(("outer", "inner"), [("Video", "Videos"), ("Post", "Posts")])
def test_posted_videos_are_found_where_tiktok_has_put_them(tmp_path: Path, top: str, outer: str, inner: str):
    for document in ({outer: {inner: {"VideoList": [ENTRY]}}}, {top: {outer: {inner: {"VideoList": [ENTRY]}}}}):
        path = write(tmp_path, json.dumps(document), "user_data.json")
        assert read_source(path, "tiktok", OPTIONS).catalogue.videos.height == 1


def test_what_was_watched_is_no_video_of_the_owner(tmp_path: Path):
    watched = {"Activity": {"Video Browsing History": {"VideoList": [ENTRY]}}}
    with pytest.raises(SourceError, match="a list of videos"):
        read_source(write(tmp_path, json.dumps(watched), "user_data.json"), "tiktok", OPTIONS)


def test_an_instagram_export_gives_its_videos_with_lifetime_totals(tmp_path: Path):
    imported = read_source(write(tmp_path, INSTAGRAM), None, OPTIONS)
    catalogue = imported.catalogue
    columns = ("video_id", "published_at", "description", "duration_s", "channel_id", "platform", "lifetime_saves")
    assert catalogue.videos.select(columns).rows() == [
        ("1801", datetime(2026, 5, 3, 8, 31, tzinfo=UTC), "Chair, test", 44.0, "1784", "instagram", 230.0)
    ]
    assert catalogue.snapshots.select("views", "likes", "comments", "shares").rows() == [(12_400.0, 610.0, 57.0, 88.0)]
    assert imported.refused.rows() == [
        ("export.csv", 4, "Date", "2026-05-14", "a sum of one day is no total: export the period Lifetime")
    ]
    assert {
        "1 posts are no videos (IG image): left out",
        "published_at of 1 rows was read as month/day/year, as Meta writes it",
    } <= set(catalogue.notes)


def test_an_instagram_export_that_puts_the_day_first_is_refused(tmp_path: Path):
    content = INSTAGRAM.replace("05/03/2026", "13/05/2026")
    path = write(tmp_path, content)
    with pytest.raises(SourceError) as refused:
        read_source(path, "instagram", OPTIONS)
    assert str(refused.value) == (
        f"Publish time is month/day/year. {path}, line 2: 13/05/2026 08:31. Export it in English (US)."
    )


def test_impressions_of_instagram_are_no_views_unless_the_owner_says_so(tmp_path: Path):
    path = write(tmp_path, INSTAGRAM.replace(",Views,", ",Impressions,"))
    with pytest.raises(SourceError, match="impressions are none, but --map views=Impressions says that they shall be"):
        read_source(path, None, OPTIONS)
    options = SourceOptions(observed_at=EXPORTED, timezone="UTC", mapping={"views": "Impressions"})
    assert read_source(path, None, options).catalogue.snapshots["views"].to_list() == [12_400.0]


@pytest.mark.parametrize("content", [TIKTOK, INSTAGRAM])
def test_times_without_a_zone_are_said(tmp_path: Path, content: str):
    imported = read_source(write(tmp_path, content), None, SourceOptions(observed_at=EXPORTED))
    assert "times name no zone: UTC was taken (say it with --timezone)" in imported.catalogue.notes


def test_a_trending_list_gives_a_snapshot_a_day_and_hidden_counts_are_missing(tmp_path: Path):
    imported = read_source(write(tmp_path, TRENDING))
    catalogue = imported.catalogue
    assert imported.refused.is_empty()
    assert catalogue.videos.select("video_id", "title", "channel_id", "category").rows() == [
        ("AAAAAAAAAAA", "One", "Chan", "22")
    ]
    assert catalogue.videos["tags"].to_list() == [["SHANtell martin", "a b"]]
    assert catalogue.snapshots.select("observed_at", "views", "likes", "comments").rows() == [
        (datetime(2017, 11, 14, 12, tzinfo=UTC), 748_374.0, 57_527.0, 15_954.0),
        (datetime(2017, 11, 15, 12, tzinfo=UTC), 800_000.0, None, 16_000.0),
    ]


def test_the_newer_spelling_of_trending_lists_is_read_alike(tmp_path: Path):
    header = "video_id,title,publishedAt,channelId,channelTitle,categoryId,trending_date,tags,view_count,likes,comment_count\n"
    row = "AAAAAAAAAAA,One,2020-08-11T19:20:14Z,UC1,Chan,20,2020-08-12T00:00:00Z,[None],1514614,156908,35313\n"
    catalogue = read_source(write(tmp_path, header + row)).catalogue
    assert catalogue.videos.select("published_at", "channel_id").rows() == [
        (datetime(2020, 8, 11, 19, 20, 14, tzinfo=UTC), "UC1")
    ]
    assert catalogue.snapshots["observed_at"].to_list() == [datetime(2020, 8, 12, 12, tzinfo=UTC)]


def test_a_trending_panel_as_parquet_with_its_videos_beside(tmp_path: Path):
    counts, videos = tmp_path / "snapshots.parquet", tmp_path / "videos.parquet"
    at = datetime(2026, 1, 2, tzinfo=UTC)
    pl.DataFrame(
        {"video_id": ["a", "a"], "fetched_at": [at, EXPORTED], "views": [5, 7], "likes": [0, 3], "n_countries": [1, 2]}
    ).write_parquet(counts)
    pl.DataFrame({"video_id": ["a"], "published_at": [at], "category_name": ["Music"]}).write_parquet(videos)
    catalogue = read_source(counts, None, SourceOptions(videos=videos)).catalogue
    assert catalogue.videos.select("video_id", "category").rows() == [("a", "Music")]
    assert catalogue.snapshots.select("observed_at", "views", "likes").rows() == [(at, 5.0, None), (EXPORTED, 7.0, 3.0)]
