from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from foreview.errors import SourceError
from foreview.readers.imported import SourceOptions
from foreview.readers.ytdlp import read_ytdlp

INFO: dict[str, Any] = {
    "_type": "video",
    "id": "abc",
    "title": "A title",
    "description": "",
    "tags": ["one", "two"],
    "categories": ["Music"],
    "duration": 45,
    "timestamp": 1_777_593_600,
    "upload_date": "20260501",
    "channel_id": "UC1",
    "channel_follower_count": 900,
    "extractor_key": "Youtube",
    "media_type": "short",
    "view_count": 1000,
    "like_count": None,
    "comment_count": 7,
    "epoch": 1_777_680_000,
}


def write(folder: Path, name: str = "abc", **changes: Any) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.info.json"
    path.write_text(json.dumps(INFO | changes), encoding="utf-8")
    return path


def test_one_file_is_one_video_and_one_snapshot(tmp_path: Path):
    imported = read_ytdlp(write(tmp_path))
    columns = (
        "video_id",
        "published_at",
        "channel_id",
        "title",
        "description",
        "category",
        "duration_s",
        "format",
        "platform",
    )
    assert imported.refused.is_empty()
    assert imported.catalogue.videos.select(columns).rows() == [
        ("abc", datetime(2026, 5, 1, tzinfo=UTC), "UC1", "A title", None, "Music", 45.0, "short", "youtube")
    ]
    assert imported.catalogue.videos["tags"].to_list() == [["one", "two"]]
    assert imported.catalogue.snapshots.rows() == [
        ("abc", datetime(2026, 5, 2, tzinfo=UTC), 1000.0, None, 7.0, None),
    ]


def test_followers_at_the_extraction_are_not_followers_at_publication(tmp_path: Path):
    assert read_ytdlp(write(tmp_path)).catalogue.videos["channel_followers"].to_list() == [None]


def test_several_files_of_one_video_are_several_snapshots(tmp_path: Path):
    write(tmp_path / "monday", view_count=1000)
    write(tmp_path / "tuesday", view_count=1500, title="Renamed", epoch=INFO["epoch"] + 86_400)
    catalogue = read_ytdlp(tmp_path).catalogue
    assert catalogue.videos["title"].to_list() == ["A title"]
    assert catalogue.snapshots["views"].to_list() == [1000.0, 1500.0]


@pytest.mark.parametrize(
    ("changes", "field", "value", "reason"),
    [
        ({"id": ""}, "id", "", "id is missing"),
        ({"epoch": None}, "epoch", None, "when the counters were read is missing (say it with --observed-at)"),
        (
            {"timestamp": None, "upload_date": None},
            "upload_date",
            None,
            "neither timestamp nor upload_date says when it was published",
        ),
        ({"timestamp": "soon"}, "timestamp", "soon", "timestamp is a number from 0 to 9,007,199,254,740,992"),
        ({"view_count": -1}, "view_count", "-1", "view_count is a number from 0 to 9,007,199,254,740,992"),
        ({"view_count": True}, "view_count", "True", "view_count is a number from 0 to 9,007,199,254,740,992"),
        ({"tags": "one"}, "tags", "one", "tags is a list of texts"),
        ({"title": 7}, "title", "7", "title is a text"),
        ({"_type": "playlist"}, "_type", "playlist", "not a video"),
        ({"live_status": "is_upcoming"}, "live_status", "is_upcoming", "not published yet"),
        ({"epoch": 1}, "epoch", "1970-01-01T00:00:01+00:00", "before the publication (2026-05-01T00:00:00+00:00)"),
        ({"epoch": 1e300}, "epoch", "1e+300", "epoch is a number from 0 to 9,007,199,254,740,992"),
        ({"epoch": 1e15}, "epoch", "1000000000000000.0", "epoch is seconds since 1970"),
        (
            {"view_count": 10**400},
            "view_count",
            "1" + 199 * "0",
            "view_count is a number from 0 to 9,007,199,254,740,992",
        ),
        ({"tags": "half \ud800"}, "tags", "half \ufffd", "tags is a list of texts"),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_reason(
    tmp_path: Path, changes: dict[str, Any], field: str, value: str | None, reason: str
):
    write(tmp_path / "a", **changes)
    write(tmp_path / "b", id="good")
    imported = read_ytdlp(tmp_path)
    assert imported.catalogue.videos["video_id"].to_list() == ["good"]
    assert imported.refused.rows() == [("a/abc.info.json", None, field, value, reason)]


def test_half_a_character_is_replaced_and_the_rest_of_the_text_kept(tmp_path: Path):
    write(tmp_path / "a", title="half \ud800 and \U0001f600 whole", tags=["\udc00"])
    video = read_ytdlp(tmp_path).catalogue.videos
    assert video.select("title", "tags").row(0) == ("half \ufffd and \U0001f600 whole", ["\ufffd"])


@pytest.mark.parametrize("content", [b"", b"{", b"\xff\xfe", b"[]", b"[" * 100_000])
def test_what_is_no_info_file_is_refused(tmp_path: Path, content: bytes):
    path = tmp_path / "x.info.json"
    path.write_bytes(content)
    imported = read_ytdlp(path)
    assert imported.catalogue.videos.is_empty()
    assert imported.refused["file"].to_list() == ["x.info.json"]
    assert imported.refused["reason"][0].startswith("not ")


def test_a_day_without_a_time_becomes_noon_and_is_said(tmp_path: Path):
    catalogue = read_ytdlp(write(tmp_path, timestamp=None)).catalogue
    assert catalogue.videos["published_at"].to_list() == [datetime(2026, 5, 1, 12, tzinfo=UTC)]
    assert "published_at of 1 files is a day without a time: noon in UTC was taken" in catalogue.notes


def test_a_file_without_an_epoch_may_be_given_one(tmp_path: Path):
    read_at = datetime(2026, 6, 1, tzinfo=UTC)
    imported = read_ytdlp(write(tmp_path, epoch=None), SourceOptions(observed_at=read_at))
    assert imported.catalogue.snapshots["observed_at"].to_list() == [read_at]


def test_a_file_without_views_gives_the_video_alone_and_is_said(tmp_path: Path):
    catalogue = read_ytdlp(write(tmp_path, view_count=None)).catalogue
    assert (catalogue.videos.height, catalogue.snapshots.height) == (1, 0)
    assert "1 files have no view_count: they give no snapshot" in catalogue.notes


def test_a_folder_without_info_files_is_refused(tmp_path: Path):
    with pytest.raises(SourceError, match=r"has none\. Run yt-dlp --write-info-json\.$"):
        read_ytdlp(tmp_path)
