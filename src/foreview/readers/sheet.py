"""Delimited text and Parquet files as tables whose every row knows its line."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Final, Literal, TypeAlias

import polars as pl

from foreview.errors import SourceError
from foreview.readers.delimited import Delimited, Record, ends_open, open_delimited, width_refused
from foreview.readers.imported import refusals

LINE: Final = "line of the file"
"""Column of a sheet's rows: line in a text file, row in a Parquet file, both from 1."""

Decimal: TypeAlias = Literal[".", ","]
BATCH_ROWS: Final = 50_000
BATCH_CHARACTERS: Final = 2**24
"""A batch ends at whichever comes first, so that long descriptions need no more memory than short rows."""

_CUT_SHORT = re.compile(r"showing (the )?top [\d.,]+ results", re.IGNORECASE)


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
    return tuple(_joined(parts) for parts in zip(*sheet_batches(path), strict=True))


def read_export(path: Path) -> tuple[Sheet, ...]:
    """Return the tables of a file that a platform exported: always text, as :func:`read_sheets` does.

    Raises
    ------
    SourceError
        If the file cannot be read at all, or is a Parquet file, which no platform exports.

    """
    if path.suffix.lower() == ".parquet":
        raise SourceError(
            "an export of a platform is delimited text", f"{path} is Parquet", "Import it as --kind snapshots or daily"
        )
    return read_sheets(path)


def sheet_batches(path: Path, rows: int = BATCH_ROWS) -> Iterator[tuple[Sheet, ...]]:
    """Yield the same tables with at most ``rows`` of their rows at a time; at least once, even if there are none.

    Raises
    ------
    SourceError
        If the file cannot be read at all.

    """
    try:
        yield from _from_parquet(path, rows) if path.suffix.lower() == ".parquet" else _from_text(path, rows)
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


def _joined(parts: Sequence[Sheet]) -> Sheet:
    rows, refused = pl.concat([part.rows for part in parts]), pl.concat([part.refused for part in parts])
    notes = tuple(dict.fromkeys(note for part in parts for note in part.notes))
    return Sheet(parts[0].file, rows, refused, parts[0].decimal, notes)


def _from_parquet(path: Path, size: int) -> Iterator[tuple[Sheet, ...]]:
    table = pl.scan_parquet(path, row_index_name=LINE, row_index_offset=1, glob=False)
    height = table.select(pl.len()).collect().item()
    for start in range(0, max(height, 1), size):
        rows = table.slice(start, size).with_columns(pl.col(LINE).cast(pl.Int64)).collect()
        yield (Sheet(path.name, rows, refusals(path.name, [])),)


def _from_text(path: Path, size: int) -> Iterator[tuple[Sheet, ...]]:
    source = open_delimited(path)
    names = [clean_name(name) for name in source.header]
    spans = _spans(names)
    if not spans:
        raise SourceError("a table names its columns", f"{path} has none with a name", "Export it again")
    decimal: Decimal = "," if source.delimiter == ";" else "."
    notes = source.notes
    if ends_open(path):
        notes += (f"the last line of {path.name} has no end: if the file was cut off there, so was its last value",)
    for records, said in _batches(source, size):
        tables = (_sheet(path.name, names, span, records) for span in spans)
        yield tuple(Sheet(path.name, rows, refused, decimal, (*notes, *said)) for rows, refused in tables)


def _batches(source: Delimited, size: int) -> Iterator[tuple[list[Record], tuple[str, ...]]]:
    """Yield records with what the file says about itself between them."""
    batch: list[Record] = []
    said: tuple[str, ...] = ()
    characters = 0
    for line, cells in source.records():
        if _is_cut_short(cells):
            said += (f"line {line} says that the export was cut short: videos beyond it are missing",)
            continue
        batch.append((line, cells))
        characters += sum(map(len, cells))
        if len(batch) == size or characters > BATCH_CHARACTERS:
            yield batch, said
            batch, said, characters = [], (), 0
    yield batch, said


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


def _sheet(
    file: str, names: Sequence[str], span: tuple[int, int], records: Sequence[Record]
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the rows of one span, and those refused; rows that are blank there belong to a table beside it."""
    start, end = span
    refused: list[tuple[int, str, str, str]] = []
    lines: list[int] = []
    rows: list[list[str]] = []
    for line, cells in records:
        here = cells[start:end]
        if not any(map(str.strip, here)):
            continue
        if len(cells) < end or (len(cells) > len(names) and any(cells[len(names) :])):
            refused.append((line, "", here[0], width_refused(cells, names)))
        else:
            lines.append(line)
            rows.append(here)
    columns = zip(*rows, strict=True) if rows else ([] for _ in range(start, end))
    text = {name: pl.Series(name, column, pl.String) for name, column in zip(names[start:end], columns, strict=True)}
    frame = pl.DataFrame(text).with_columns(pl.all().str.strip_chars().replace("", None))
    frame = frame.insert_column(0, pl.Series(LINE, lines, pl.Int64))
    has_nul = pl.any_horizontal(pl.col(pl.String).str.contains("\0", literal=True)).fill_null(value=False)
    for line, first in frame.filter(has_nul).select(LINE, names[start]).rows():
        refused.append(
            (line, "", (first or "").replace("\0", "\N{REPLACEMENT CHARACTER}"), "the row has NUL characters")
        )
    return frame.filter(~has_nul), refusals(file, refused)
