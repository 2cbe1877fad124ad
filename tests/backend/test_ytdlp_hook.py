"""The post-processor in a real yt-dlp, without a network but to the site itself."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
import yt_dlp
from yt_dlp.utils import PostProcessingError

from downloader.models import AuditEntry, VideoDownload, VideoSnapshot
from foreview.readers.ytdlp import read_ytdlp
from tests.backend.api_calls import account, key_of
from yt_dlp_plugins.postprocessor.foreview import ForeviewPP, video_of

pytestmark = [  # yt-dlp leaves the file that stands for the network open
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]
CHECKOUT = Path(__file__).resolve().parents[2]
EPOCH = 1_767_400_000
INFO = {
    "_type": "video",
    "id": "ten-tomatoes",
    "title": "Ten tomatoes",
    "description": "Red ones.",
    "channel_id": "UCtomatoes",
    "uploader_id": "@tomatoes",
    "duration": 45,
    "timestamp": 1_767_285_000,
    "tags": ["tomato", "red"],
    "categories": ["Howto & Style"],
    "language": "en",
    "extractor": "youtube",
    "extractor_key": "Youtube",
    "media_type": "short",
    "webpage_url": "https://www.youtube.com/shorts/ten-tomatoes",
    "view_count": 1_204,
    "like_count": 31,
    "comment_count": 2,
    "epoch": EPOCH,
    "http_headers": {"Cookie": "a secret"},
}


class Heard:
    """What yt-dlp says."""

    def __init__(self) -> None:
        self.warnings: list[str] = []
        self.lines: list[str] = []

    def debug(self, line: str) -> None:
        self.lines.append(line)

    info = error = debug

    def warning(self, line: str) -> None:
        self.warnings.append(line)


def download(folder: Path, arguments: str, **changes: Any) -> Heard:
    """Let yt-dlp download a file of this machine with ``--use-postprocessor Foreview:…``."""
    media, heard = folder / "media.mp4", Heard()
    media.write_bytes(b"not much of a film")
    options = yt_dlp.parse_options(
        ["--ignore-config", "--enable-file-urls", "-P", str(folder / "films"), "--use-postprocessor", arguments, "x"]
    ).ydl_opts
    info = INFO | {"url": media.as_uri(), "ext": "mp4", "protocol": "https"} | changes
    with yt_dlp.YoutubeDL(options | {"logger": heard, "fixup": "never"}) as downloader:
        downloader.process_ie_result(info, download=True)
    assert list((folder / "films").glob("*.mp4"))
    return heard


def told(folder: Path, arguments: str, **changes: Any) -> list[str]:
    """What the post-processor warned of."""
    return [line for line in download(folder, arguments, **changes).warnings if "yt-dlp version" not in line]


def test_each_download_leaves_an_info_file_that_the_reader_reads(tmp_path):
    out = tmp_path / "infos"
    assert told(tmp_path, f"Foreview:when=after_move;out={out}") == []
    assert [file.name for file in out.iterdir()] == [f"Youtube.ten-tomatoes.{EPOCH}.info.json"]
    assert "secret" not in next(out.iterdir()).read_text()
    imported = read_ytdlp(out)
    assert imported.refused.height == 0
    assert imported.catalogue.videos["title"].to_list() == ["Ten tomatoes"]
    assert imported.catalogue.snapshots.select("observed_at", "views", "likes").rows() == [
        (datetime.fromtimestamp(EPOCH, tz=UTC), 1204, 31)
    ]


def test_counters_are_noted_without_a_download(tmp_path):
    options = yt_dlp.parse_options(
        ["--ignore-config", "--skip-download", "--use-postprocessor", f"Foreview:when=video;out={tmp_path}/infos", "x"]
    ).ydl_opts
    for epoch in (EPOCH, EPOCH + 1):
        with yt_dlp.YoutubeDL(options | {"logger": Heard()}) as downloader:
            downloader.process_ie_result(INFO | {"epoch": epoch, "url": "https://a.example/x.mp4", "ext": "mp4"})
    assert read_ytdlp(tmp_path / "infos").catalogue.snapshots.height == 2


def test_a_file_of_lines_grows_by_one_line_a_download(tmp_path):
    for number in (1, 2):
        told(tmp_path, f"Foreview:when=after_move;out={tmp_path}/seen/all.jsonl", id=f"tomato-{number}")
    lines = (tmp_path / "seen/all.jsonl").read_text().splitlines()
    assert [json.loads(line)["id"] for line in lines] == ["tomato-1", "tomato-2"]


def test_what_cannot_be_written_is_a_warning_and_the_download_is_kept(tmp_path):
    (tmp_path / "infos").write_text("a file, no folder")
    warnings = told(tmp_path, f"Foreview:when=after_move;out={tmp_path}/infos")
    assert len(warnings) == 1
    assert "not written to" in warnings[0]


def test_an_id_cannot_lead_out_of_the_folder(tmp_path):
    told(tmp_path, f"Foreview:when=after_move;out={tmp_path}/infos", id="../../up")
    assert [file.name for file in (tmp_path / "infos").iterdir()] == [f"Youtube.______up.{EPOCH}.info.json"]


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"media_type": None, "original_url": "https://www.youtube.com/watch?v=x"},
        {"media_type": None, "original_url": "https://www.youtube.com/shorts/x"},
        {"media_type": "video", "timestamp": None, "upload_date": "20260101"},
        {"release_timestamp": 1_767_300_000},
        {"channel_id": None},
        {"tags": [], "categories": None, "language": None, "description": None},
    ],
)
def test_the_site_is_told_what_the_reader_reads(tmp_path, changes):
    (tmp_path / "a.info.json").write_text(json.dumps(INFO | changes))
    catalogue = read_ytdlp(tmp_path).catalogue
    read = catalogue.videos.row(0, named=True)
    video = video_of(INFO | changes) or {}
    counted = catalogue.snapshots.drop("video_id").row(0, named=True)
    snapshot = video.pop("snapshot")
    assert snapshot | {"observed_at": datetime.fromisoformat(snapshot["observed_at"])} == {
        name: value for name, value in counted.items() if value is not None
    }
    video["published_at"] = datetime.fromisoformat(video["published_at"])
    given = {name: value for name, value in read.items() if value is not None} | {"source_id": read["video_id"]}
    del given["video_id"]
    if "format" not in video:
        del given["format"]  # derived from platform and duration, there as here
    assert video == given


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({}, "somewhere to tell it"),
        ({"url": "https://foreview.example"}, "needs a key"),
        ({"url": "foreview.example", "api_key": "k"}, "begins with https"),
        ({"out": "infos", "colour": "red"}, "Found colour"),
    ],
)
def test_a_mistake_in_the_arguments_is_said_before_anything_is_downloaded(monkeypatch, given, said):
    monkeypatch.delenv("FOREVIEW_URL", raising=False)
    monkeypatch.delenv("FOREVIEW_KEY", raising=False)
    with pytest.raises(PostProcessingError, match=said):
        ForeviewPP(None, **given)


@pytest.mark.django_db(transaction=True)
def test_each_download_is_told_to_the_site(tmp_path, live_server, monkeypatch):
    key = key_of(account("tom", "UCtomatoes", role="analyst"), "write")
    monkeypatch.setenv("FOREVIEW_KEY", key)
    arguments = f"Foreview:when=after_move;url={live_server.url}/"
    heard = download(tmp_path, arguments)
    assert "[Foreview] ten-tomatoes: created, 1204 views noted" in heard.lines
    video = VideoDownload.objects.get(source_id="ten-tomatoes")
    assert (video.title, video.is_short, video.duration, video.tags) == ("Ten tomatoes", True, 45, ["tomato", "red"])
    assert video.published_at == datetime.fromtimestamp(1_767_285_000, tz=UTC)
    assert "[Foreview] ten-tomatoes: known already" in download(tmp_path, arguments).lines
    assert "[Foreview] ten-tomatoes: changed" in download(tmp_path, arguments, title="Eleven tomatoes").lines
    later = download(tmp_path, arguments, title="Eleven tomatoes", epoch=EPOCH + 60, view_count=1_300)
    assert "[Foreview] ten-tomatoes: known already, 1300 views noted" in later.lines
    hidden = download(tmp_path, arguments, title="Eleven tomatoes", epoch=EPOCH + 120, view_count=None)
    assert "[Foreview] ten-tomatoes: known already" in hidden.lines
    counters = VideoSnapshot.objects.order_by("observed_at").values_list("observed_at", "views", "likes", "comments")
    assert list(counters) == [
        (datetime.fromtimestamp(EPOCH, tz=UTC), 1204, 31, 2),
        (datetime.fromtimestamp(EPOCH + 60, tz=UTC), 1300, 31, 2),
    ]
    assert AuditEntry.objects.filter(status=200).count() == 5


@pytest.mark.django_db(transaction=True)
def test_what_the_site_refuses_is_a_warning_that_says_why_and_not_the_key(tmp_path, live_server):
    key = key_of(account("tom", "UCother", role="analyst"), "write")
    arguments = f"Foreview:when=after_move;url={live_server.url};api_key={key}"
    (warning,) = told(tmp_path, arguments)
    assert "Foreview refuses it with 403: an account writes into the channels it is a member of" in warning
    assert key not in warning
    assert told(tmp_path, f"{arguments};channel=UCother") == []
    (nobody,) = told(tmp_path, arguments, channel_id=None, uploader_id=None)
    assert "it has no channel" in nobody


def test_a_site_that_does_not_answer_is_a_warning(tmp_path):
    (warning,) = told(tmp_path, "Foreview:when=after_move;url=http://127.0.0.1:9;api_key=k")
    assert "Foreview does not answer" in warning


def test_a_playlist_is_left_alone(tmp_path):
    processor = ForeviewPP(None, out=str(tmp_path / "infos"))
    assert processor.run({"_type": "playlist", "id": "all"}) == ([], {"_type": "playlist", "id": "all"})
    assert not (tmp_path / "infos").exists()


def test_the_wheel_carries_the_plugin_and_leaves_the_namespace_to_all(tmp_path):
    build = "from hatchling.build import build_wheel; import sys; print(build_wheel(sys.argv[1]))"
    done = subprocess.run(
        [sys.executable, "-c", build, str(tmp_path)], cwd=CHECKOUT, capture_output=True, text=True, check=True
    )
    names = ZipFile(tmp_path / done.stdout.split()[-1]).namelist()
    plugins = [name for name in names if name.startswith("yt_dlp_plugins/")]
    assert plugins == ["yt_dlp_plugins/postprocessor/foreview.py"]


def test_the_plugin_needs_yt_dlp_alone():
    script = "import sys, yt_dlp_plugins.postprocessor.foreview; print(sorted({'foreview', 'polars', 'django'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
