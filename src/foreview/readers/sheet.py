"""Delimited text and Parquet files as tables whose every row knows its line."""

from __future__ import annotations

import csv
import dataclasses
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Final, Literal, TypeAlias

import polars as pl

from foreview.errors import SourceError
from foreview.readers.imported import refusals

LINE: Final = "line of the file"
"""Column of a sheet's rows: line in a text file, row in a Parquet file, both from 1."""

Decimal: TypeAlias = Literal[".", ","]
Record: TypeAlias = tuple[int, list[str]]

_CUT_SHORT = re.compile(r"showing (the )?top [\d.,]+ results", re.IGNORECASE)
_BOM_UTF16 = (b"\xff\xfe", b"\xfe\xff")


@dataclass(frozen=True, slots=True)
class Sheet:
    """One table of a file; text stays text until a field is known, and empty cells are null."""

    file: str
    rows: pl.DataFrame
    """:data:`LINE` and the columns under their own names, soft hyphens and stray blanks removed."""
    refused: pl.DataFrame
    """Rows that do not fit the header."""
    decimal: Decimal = "."
    notes: tuple[str, ...] = ()

    @property
    def columns(self) -> list[str]:
        """The names of the columns."""
        return [name for name in self.rows.columns if name != LINE]


def read_sheets(path: Path) -> tuple[Sheet, ...]:
    """Return the tables of a file: one, or several where they were pasted side by side.

    Text may be UTF-8 (with or without byte-order mark), UTF-16 or Windows-1252, separated by commas, semicolons (then the
    decimal sign is a comma) or tabs.

    Raises
    ------
    SourceError
        If the file cannot be read at all.

    """
    try:
        if path.suffix.lower() == ".parquet":
            return (_from_parquet(path),)
        return _from_text(path)
    except (OSError, pl.exceptions.PolarsError) as error:
        reason = getattr(error, "strerror", None) or str(error).partition("\n")[0]
        raise SourceError(
            "a source is a readable file", f"reading {path} failed: {reason}", "Check the path and the file"
        ) from None


def clean_name(name: str) -> str:
    r"""Return a header as people read it.

    Examples
    --------
    >>> clean_name("Video pub\u00adlish time")
    'Video publish time'

    """
    return " ".join(name.replace("\u00ad", "").replace("\ufeff", "").replace("\u200b", "").split())


def _from_parquet(path: Path) -> Sheet:
    rows = pl.read_parquet(path).with_row_index(LINE, offset=1).with_columns(pl.col(LINE).cast(pl.Int64))
    return Sheet(path.name, rows, refusals(path.name, []))


def _from_text(path: Path) -> tuple[Sheet, ...]:
    text, notes = _decoded(path)
    delimiter = _delimiter(text)
    records = _records(path, text, delimiter)
    header = next(records, None)
    if header is None:
        raise SourceError("a source has a header and rows", f"{path} is empty", "Export it again")
    names = [clean_name(name) for name in header[1]]
    rows = list(records)
    cut_short = [line for line, cells in rows if _is_cut_short(cells)]
    if cut_short:
        rows = [row for row in rows if row[0] not in cut_short]
        notes = (*notes, f"line {cut_short[0]} says that the export was cut short: videos beyond it are missing")
    decimal: Decimal = "," if delimiter == ";" else "."
    sheets = (_sheet(path.name, names, span, rows) for span in _spans(names))
    return tuple(dataclasses.replace(sheet, decimal=decimal, notes=notes) for sheet in sheets)


def _decoded(path: Path) -> tuple[str, tuple[str, ...]]:
    data = path.read_bytes()
    if data.startswith(_BOM_UTF16):
        return data.decode("utf-16", errors="replace"), ()
    try:
        return data.decode("utf-8-sig"), ()
    except UnicodeDecodeError:
        note = f"{path.name} is not UTF-8: read as Windows-1252"
    try:
        return data.decode("cp1252"), (note,)
    except UnicodeDecodeError:
        return data.decode("latin-1"), (note,)


def _delimiter(text: str) -> str:
    first = text.lstrip().partition("\n")[0]
    return max(",;\t", key=first.count)


def _records(path: Path, text: str, delimiter: str) -> Iterator[Record]:
    """Yield each record that is not blank with the line on which it starts."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    line = 1
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield line, cells
            line = reader.line_num + 1
    except csv.Error as error:
        raise SourceError("a source is delimited text", f"{path}, line {line}: {error}", "Export it again") from None


def _is_cut_short(cells: Sequence[str]) -> bool:
    return bool(_CUT_SHORT.match(cells[0].strip())) and not any(cells[1:])


def _spans(names: Sequence[str]) -> list[tuple[int, int]]:
    """Return from where to where each table runs: an empty or a repeated name starts the next one."""
    starts, seen = [0], set[str]()
    for at, name in enumerate(names):
        if not name or name in seen:
            starts.append(at)
            seen = set()
        seen.add(name)
    spans = [(start + (not names[start]), end) for start, end in pairwise([*starts, len(names)])]
    return [(start, end) for start, end in spans if start < end]


def _sheet(file: str, names: Sequence[str], span: tuple[int, int], records: Sequence[Record]) -> Sheet:
    """Return the columns of one span; rows that are blank there belong to a table beside it."""
    start, end = span
    refused: list[tuple[int, str, str, str]] = []
    lines: list[int] = []
    rows: list[list[str | None]] = []
    for line, cells in records:
        here = [cell.strip() or None for cell in cells[start:end]]
        if not any(here):
            continue
        if len(cells) < end or any(cells[len(names) :]):
            reason = f"the row has {len(cells)} fields where the header has {len(names)}"
            refused.append((line, "", cells[start], reason))
        else:
            lines.append(line)
            rows.append(here)
    schema = dict.fromkeys(names[start:end], pl.String())
    frame = pl.DataFrame(rows, schema=schema, orient="row").insert_column(0, pl.Series(LINE, lines, pl.Int64))
    return Sheet(file, frame, refusals(file, refused))
