"""Whatever is wrong with a file, a reader says what and where: never another exception, never a number that was not there."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest

from foreview.errors import ForeviewError, SourceError
from foreview.readers.imported import SourceOptions
from foreview.readers.reading import READERS, read_source
from foreview.readers.sniffing import kind_of
from tests.malformed import GOOD, Malformed, malformed

OPTIONS = SourceOptions(timezone="UTC")
NOW = datetime(2026, 6, 1, tzinfo=UTC)
FILES = malformed()


def options_of(file: Malformed) -> SourceOptions:
    return OPTIONS if file.kind == "ytdlp" else SourceOptions(timezone="UTC", observed_at=NOW)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_a_file_that_is_no_good_says_so(file: Malformed, tmp_path: Path):
    path = file.write(tmp_path)
    if file.outcome == "error":
        with pytest.raises(SourceError) as refused:
            read_source(path, file.kind, options_of(file))
        assert path.name in str(refused.value) or ".csv" in str(refused.value) or ".json" in str(refused.value)
        return
    imported = read_source(path, file.kind, options_of(file))
    if file.outcome == "told":
        assert any("has no end" in note for note in imported.catalogue.notes)
        return
    assert imported.refused.height > 0
    assert imported.refused["reason"].null_count() == 0
    assert set(imported.refused["file"]) == {path.name}
    assert path.name.endswith(".info.json") or imported.refused["line"].null_count() == 0


@pytest.mark.parametrize("kind", GOOD)
def test_the_tables_that_are_spoilt_were_good(kind, tmp_path: Path):
    path = tmp_path / "table.csv"
    path.write_text(GOOD[kind], encoding="utf-8")
    imported = read_source(path, kind, SourceOptions(timezone="UTC", observed_at=NOW))
    assert imported.refused.is_empty()
    assert imported.catalogue.videos.height == GOOD[kind].count("\n") - (2 if kind == "studio" else 1)
    assert not any("has no end" in note for note in imported.catalogue.notes)


def test_there_are_some_four_hundred_and_some_of_each_kind():
    assert len({file.name for file in FILES}) == len(FILES) >= 350
    assert {file.kind for file in FILES} == set(READERS)
    assert malformed() == FILES


def test_no_spoilt_file_is_taken_for_another_kind(tmp_path: Path):
    for file in FILES:
        with suppress(SourceError):
            assert kind_of(file.write(tmp_path)) == file.kind


def test_a_file_read_as_another_kind_never_ends_otherwise(tmp_path: Path):
    small = [file for file in FILES if len(file.content) < 10_000]
    tables = [file for file in small if file.name.endswith(".parquet")]
    for file in [*tables, *small[::12]]:
        path = file.write(tmp_path)
        for kind in READERS:
            with suppress(ForeviewError):
                read_source(path, kind, options_of(file))
