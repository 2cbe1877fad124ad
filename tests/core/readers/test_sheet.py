from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from foreview.errors import SourceError
from foreview.readers.sheet import LINE, read_sheets


def write(tmp_path: Path, content: str | bytes, name: str = "source.csv") -> Path:
    path = tmp_path / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def test_each_row_knows_the_line_on_which_it_starts(tmp_path: Path):
    (sheet,) = read_sheets(write(tmp_path, 'a,b\n1,"two\nlines"\n\n3,4\n'))
    assert sheet.rows.to_dict(as_series=False) == {LINE: [2, 5], "a": ["1", "3"], "b": ["two\nlines", "4"]}


def test_empty_cells_are_null_and_blanks_around_values_go(tmp_path: Path):
    (sheet,) = read_sheets(write(tmp_path, "a,b\n -x ,\n"))
    assert sheet.rows.drop(LINE).rows() == [("-x", None)]


@pytest.mark.parametrize(
    ("encoding", "says"),
    [
        ("utf-8", ()),
        ("utf-8-sig", ()),
        ("utf-16", ()),
        ("cp1252", ("source.csv is not UTF-8: read as Windows-1252",)),
        ("latin-1", ("source.csv is not UTF-8: read as Windows-1252",)),
    ],
)
def test_text_is_read_in_the_encodings_people_have(tmp_path: Path, encoding: str, says: tuple[str, ...]):
    (sheet,) = read_sheets(write(tmp_path, "title,n\nCafé – über,1\n".replace("–", "-").encode(encoding)))
    assert sheet.columns == ["title", "n"]
    assert sheet.rows["title"].to_list() == ["Café - über"]
    assert sheet.notes == says


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_commas_semicolons_and_tabs_separate(tmp_path: Path, delimiter: str):
    (sheet,) = read_sheets(write(tmp_path, "a,b,c\n1,2,3\n".replace(",", delimiter)))
    assert sheet.rows.drop(LINE).rows() == [("1", "2", "3")]
    assert sheet.decimal == ("," if delimiter == ";" else ".")


def test_two_tables_side_by_side_are_two_tables(tmp_path: Path):
    (left, right) = read_sheets(write(tmp_path, "id,views,,id,likes\na,1,,x,10\nb,2,,,\n"))
    assert left.rows.rows() == [(2, "a", "1"), (3, "b", "2")]
    assert right.rows.rows() == [(2, "x", "10")]


def test_a_repeated_header_starts_the_next_table_without_a_gap(tmp_path: Path):
    (left, right) = read_sheets(write(tmp_path, "id,views,id,views\na,1,x,10\n"))
    assert left.rows.rows() == [(2, "a", "1")]
    assert right.rows.rows() == [(2, "x", "10")]


@pytest.mark.parametrize("last", ["Showing top 500 results", "Showing top 500 results,", "Showing top 1,000 results,,"])
def test_the_line_that_says_that_rows_are_missing_is_told(tmp_path: Path, last: str):
    quoted = last.replace("1,000", "1000")
    (sheet,) = read_sheets(write(tmp_path, f"a,b\n1,2\n{quoted}\n"))
    assert sheet.rows.height == 1
    assert sheet.refused.is_empty()
    assert sheet.notes == ("line 3 says that the export was cut short: videos beyond it are missing",)


def test_rows_that_do_not_fit_the_header_are_refused(tmp_path: Path):
    (sheet,) = read_sheets(write(tmp_path, "a,b,c\n1,2,3\n1,2\n1,2,3,4\n1,2,3,\n"))
    assert sheet.rows.height == 2
    assert sheet.refused.rows() == [
        ("source.csv", 3, "", "1", "the row has 2 fields where the header has 3"),
        ("source.csv", 4, "", "1", "the row has 4 fields where the header has 3"),
    ]


def test_parquet_rows_are_counted_from_one(tmp_path: Path):
    pl.DataFrame({"a": [5, 6]}).write_parquet(tmp_path / "t.parquet")
    (sheet,) = read_sheets(tmp_path / "t.parquet")
    assert sheet.rows.rows() == [(1, 5), (2, 6)]


def test_an_empty_file_is_refused_with_the_next_step(tmp_path: Path):
    path = write(tmp_path, "\n\n")
    with pytest.raises(SourceError) as refused:
        read_sheets(path)
    assert str(refused.value) == f"a source has a header and rows. {path} is empty. Export it again."


def test_what_is_no_parquet_is_refused(tmp_path: Path):
    with pytest.raises(SourceError, match=r"^a source is a readable file\. reading .*t\.parquet failed: "):
        read_sheets(write(tmp_path, "no parquet", "t.parquet"))


def test_a_folder_is_refused_as_a_table(tmp_path: Path):
    with pytest.raises(SourceError, match=r"failed: Is a directory\. Check the path and the file\.$"):
        read_sheets(tmp_path)
