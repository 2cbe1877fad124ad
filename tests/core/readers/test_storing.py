"""A source becomes the same catalogue whether it fits into memory or not."""

from __future__ import annotations

import json
import random
from pathlib import Path

import polars as pl
import pytest

from foreview.errors import SourceError
from foreview.readers import observed, sheet, storing, ytdlp
from foreview.readers.imported import SourceOptions
from foreview.readers.kinds import SourceKind
from foreview.readers.reading import read_source
from foreview.readers.storing import Stored, store_source
from foreview.tables.folder import read_catalogue, write_catalogue

VIDEOS = 23


@pytest.fixture
def in_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    """Everything is large: some rows a batch, a file aside and a piece."""
    for module, name, value in (
        (storing, "LARGE", 0),
        (storing, "ROWS_AT_ONCE", 40),
        (sheet, "BATCH_ROWS", 7),
        (ytdlp, "BATCH_OBJECTS", 7),
        (observed, "MERGED_ROWS", 5),
    ):
        monkeypatch.setattr(module, name, value)
    monkeypatch.setattr(sheet.sheet_batches, "__defaults__", (7,))


def rows_of_days() -> list[str]:
    """Days of some videos in no order: repeated, before their publication, spoilt, with titles that change."""
    draw, rows = random.Random(1), []
    for video in range(VIDEOS):
        for day in range(1, 15):
            title = f"Title {video}" + (" again" if day > 7 else "")
            revenue = "" if video % 3 else f"{day / 4}"
            rows.append(f"v{video},2026-01-02T09:00:00Z,{title},2026-01-{day:02},{draw.randrange(100)},,{revenue}")
    rows += [row.replace("Title", "Titel") for row in draw.sample(rows, 30)] + ["v1,someday,x,2026-01-05,1,,", "v2"]
    draw.shuffle(rows)
    return rows


def days(folder: Path) -> tuple[Path, SourceKind, SourceOptions]:
    path = folder / "days.csv"
    heading = "video_id,published_at,title,date,views,likes,revenue_usd"
    path.write_text("\n".join((heading, *rows_of_days())) + "\n", encoding="utf-8")
    return path, "daily", SourceOptions(timezone="America/Los_Angeles", channel_id="UC1")


def days_beside_videos(folder: Path) -> tuple[Path, SourceKind, SourceOptions]:
    path, videos = folder / "days.csv", folder / "videos.csv"
    listed = [f"v{video},2026-01-03,45" for video in range(2, VIDEOS)]
    videos.write_text("\n".join(("video_id,published_at,duration_s", *listed, listed[0])) + "\n", encoding="utf-8")
    days = [",".join((row.split(",") + [""] * 6)[i] for i in (0, 3, 4)) for row in rows_of_days()]
    path.write_text("\n".join(("video_id,date,views", *days)) + "\n", encoding="utf-8")
    return path, "daily", SourceOptions(videos=videos)


def infos(folder: Path) -> tuple[Path, SourceKind, SourceOptions]:
    path, draw = folder / "infos.jsonl", random.Random(2)
    facts = {"extractor": "youtube", "upload_date": "20260101"}
    lines = [
        json.dumps(facts | {"id": f"v{video}", "title": f"T{n}", "epoch": 1767300000 + n * 3600, "view_count": n})
        for video in range(VIDEOS)
        for n in range(9)
    ]
    lines += [json.dumps(facts | {"id": "quiet", "epoch": 1767300000}), "{", json.dumps(facts | {"epoch": 1})]
    draw.shuffle(lines)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path, "ytdlp", SourceOptions()


SOURCES = [days, days_beside_videos, infos]


def written_whole(source: tuple[Path, SourceKind, SourceOptions], folder: Path) -> Stored:
    """What is written of a source that is read as a whole: the slow, obvious twin."""
    found = read_source(*source)
    write_catalogue(found.catalogue, folder, {} if found.refused.is_empty() else {"refused": found.refused})
    counts = {name: getattr(found.catalogue, name).height for name in ("videos", "snapshots", "daily", "earnings")}
    return Stored(counts, found.refused, found.catalogue.notes)


@pytest.mark.usefixtures("in_pieces")
@pytest.mark.parametrize("source", SOURCES)
def test_a_large_source_becomes_the_same_catalogue_piece_by_piece(source, tmp_path: Path):
    path, kind, options = given = source(tmp_path)
    whole, pieces = written_whole(given, tmp_path / "whole"), store_source(path, kind, options, tmp_path / "pieces")
    assert pieces.counts == whole.counts
    assert pieces.refused.equals(whole.refused)
    assert pieces.notes == whole.notes
    names = sorted(file.name for file in (tmp_path / "whole").iterdir())
    assert sorted(file.name for file in (tmp_path / "pieces").iterdir()) == names
    for name in names:
        one, other = (tmp_path / folder / name for folder in ("whole", "pieces"))
        if name.endswith(".parquet"):
            assert pl.read_parquet(other).equals(pl.read_parquet(one)), name
            assert pl.read_parquet_schema(other) == pl.read_parquet_schema(one), name
        else:
            assert other.read_bytes() == one.read_bytes()
    fingerprints = {read_catalogue(tmp_path / folder).fingerprint() for folder in ("whole", "pieces")}
    assert len(fingerprints) == 1


@pytest.mark.parametrize("source", SOURCES)
def test_a_small_source_becomes_the_same_files_byte_for_byte(source, tmp_path: Path):
    path, kind, options = given = source(tmp_path)
    written_whole(given, tmp_path / "whole")
    store_source(path, kind, options, tmp_path / "stored")
    for file in (tmp_path / "whole").iterdir():
        assert (tmp_path / "stored" / file.name).read_bytes() == file.read_bytes()


@pytest.mark.usefixtures("in_pieces")
def test_a_large_source_of_which_nothing_can_be_used_leaves_nothing(tmp_path: Path):
    path = tmp_path / "days.csv"
    path.write_text("video_id,published_at,date,views\n" + "a,someday,2026-01-01,1\n" * 60, encoding="utf-8")
    with pytest.raises(SourceError, match=r"has none; days\.csv, line 2: published_at is .*; and 10 more"):
        store_source(path, "daily", SourceOptions(), tmp_path / "out")
    assert [file.name for file in tmp_path.iterdir()] == ["days.csv"]


@pytest.mark.usefixtures("in_pieces")
def test_videos_without_any_count_are_a_catalogue_too(tmp_path: Path):
    path = tmp_path / "infos.jsonl"
    path.write_text(json.dumps({"id": "a", "extractor": "x", "upload_date": "20260101", "epoch": 1767400000}) + "\n")
    whole, pieces = written_whole((path, "ytdlp", SourceOptions()), tmp_path / "whole"), tmp_path / "pieces"
    assert store_source(path, "ytdlp", SourceOptions(), pieces).counts == whole.counts
    assert read_catalogue(pieces).fingerprint() == read_catalogue(tmp_path / "whole").fingerprint()
