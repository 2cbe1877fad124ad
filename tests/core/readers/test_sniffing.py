"""A source says what it is; where it does not, the error lists what was found."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from foreview.errors import SourceError
from foreview.readers.kinds import KINDS, NAMES
from foreview.readers.reading import OBSERVATIONS, READERS, read_source
from foreview.readers.sniffing import kind_of


def write(tmp_path: Path, content: str, name: str = "source.csv") -> Path:
    path = tmp_path / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content, encoding="utf-8")
    return path


INFO = '{"id": "a", "extractor": "youtube"}'


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("Table data.csv", "Content,Video title,Video publish time,Views\n", "studio"),
        ("Tabellendaten.csv", "Videos,Videotitel,Veröffentlichungszeitpunkt des Videos,Aufrufe\n", "studio"),
        ("Chart data.csv", "Date,Content,Video title,Views\n", "studio"),
        ("Totals.csv", "Date,Views\n", "studio"),
        ("a.csv", "Video title,Video link,Post time,Total views\n", "tiktok"),
        ("a.csv", "Post ID,Permalink,Publish time,Views\n", "instagram"),
        ("a.csv", "video_id,trending_date,publish_time,views\n", "trending"),
        ("a.csv", "video_id;observed_at;views\n", "snapshots"),
        ("a.tsv", "video_id\tdate\tviews\n", "daily"),
        ("a.jsonl", f"not json\n{INFO}\n", "ytdlp"),
        ("a.json", INFO, "ytdlp"),
        ("a.info.json", "cut off {", "ytdlp"),
        ("user_data_tiktok.json", '{"Post": {"Posts": {"VideoList": []}}}', "tiktok"),
    ],
)
def test_a_source_is_known_by_what_it_holds(tmp_path: Path, name: str, content: str, kind: str):
    assert kind_of(write(tmp_path, content, name)) == kind


def test_a_mapping_helps_to_know_a_plain_table(tmp_path: Path):
    path = write(tmp_path, "id,day,plays\n")
    assert kind_of(path, {"video_id": "id", "date": "day", "views": "plays"}) == "daily"
    with pytest.raises(SourceError):
        kind_of(path)


def test_a_folder_is_known_by_its_files(tmp_path: Path):
    write(tmp_path, INFO, "infos/2026/a.info.json")
    write(tmp_path, "Date,Views\n", "studio/Totals.csv")
    assert kind_of(tmp_path / "infos") == "ytdlp"
    assert kind_of(tmp_path / "studio") == "studio"


def test_a_remark_beside_the_tables_of_a_zip_is_no_source(tmp_path: Path):
    path = tmp_path / "Content.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("Totals.csv", "Date,Views\n")
        archive.writestr("readme.txt", "")
    assert kind_of(path) == "studio"


@pytest.mark.parametrize(("packed", "step"), [(True, "Unpack it, and import"), (False, "Import")])
def test_a_folder_or_zip_of_a_plain_table_says_that_its_files_are_imported(tmp_path: Path, packed: bool, step: str):
    table = write(tmp_path, "video_id,published_at,date,views\na,2026-01-01,2026-01-01,1\n", "days/days.csv")
    path = table.parent
    if packed:
        path = tmp_path / "days.zip"
        with zipfile.ZipFile(path, "w") as archive:
            archive.write(table, table.name)
    with pytest.raises(SourceError) as refused:
        read_source(path)
    assert str(refused.value) == (
        f"a source of kind daily is one file, such as .csv. {path} is a {'zip file' if packed else 'folder'}. "
        f"{step} its files one by one."
    )


def test_what_fits_nothing_is_listed(tmp_path: Path):
    write(tmp_path, "colour,size\n", "folder/a.csv")
    write(tmp_path, '{"colour": 1}', "folder/b.json")
    with pytest.raises(SourceError) as refused:
        kind_of(tmp_path / "folder")
    assert refused.value.fact == f"{tmp_path / 'folder'} has a.csv (colour, size); b.json (colour)"
    assert all(kind.known_by in refused.value.rule for kind in KINDS.values())


def test_what_fits_several_kinds_is_asked(tmp_path: Path):
    path = write(tmp_path, "video_id,observed_at,date,views\n")
    with pytest.raises(SourceError) as refused:
        kind_of(path)
    assert str(refused.value) == (
        f"a source is of one kind. {path} may be daily, snapshots: source.csv (video_id, observed_at, date, views). "
        "Say which with --kind."
    )


def test_nothing_is_no_kind(tmp_path: Path):
    with pytest.raises(SourceError, match="has no table and no JSON"):
        kind_of(tmp_path)
    with pytest.raises(SourceError, match="does not"):
        read_source(tmp_path / "nowhere")


def test_each_kind_has_a_reader():
    assert tuple(KINDS) == NAMES == tuple(READERS)
    assert set(OBSERVATIONS) < set(KINDS)


def test_the_registry_loads_nothing_heavy():
    code = "import sys, foreview.readers.kinds; sys.exit('polars' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
