"""Delimited text, read line by line in bounded memory, whatever its encoding; each record knows its line."""

from __future__ import annotations

import codecs
import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final, TypeAlias

from foreview.errors import SourceError

Record: TypeAlias = tuple[int, list[str]]

LONGEST_LINE: Final = 2**20
"""Characters of one line; the longest description of a platform has five thousand."""
LONGEST_FIELD: Final = csv.field_size_limit()
MOST_COLUMNS: Final = 1000
_BLOCK: Final = 2**20
_HEAD: Final = 2**14
_BOM_UTF16: Final = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


@dataclass(frozen=True, slots=True)
class Delimited:
    """A delimited file whose header has been read."""

    path: Path
    encoding: str
    delimiter: str
    line: int
    """The line of the header."""
    header: list[str]
    notes: tuple[str, ...]

    def records(self) -> Iterator[Record]:
        """Yield each record below the header that is not blank, with the line on which it starts.

        Raises
        ------
        SourceError
            Where a line or a field is too long to be one, or a quotation mark is never closed.

        """
        found = _records(self.path, self.encoding, self.delimiter)
        next(found)
        yield from found


def open_delimited(path: Path) -> Delimited:
    """Return the file with its header.

    Raises
    ------
    SourceError
        If it is empty, or no text of one of the encodings.

    """
    encoding, notes = _encoding(path)
    delimiter = _delimiter(path, encoding)
    first = next(_records(path, encoding, delimiter), None)
    if first is None:
        raise SourceError("a source has a header and rows", f"{path} is empty", "Export it again")
    line, header = first
    if len(header) > MOST_COLUMNS:
        raise SourceError(
            f"a table has at most {MOST_COLUMNS} columns", f"{path}, line {line}: {len(header):,}", "Export it again"
        )
    if any("\0" in cell for cell in header):
        raise _no_text(path, line)
    return Delimited(path, encoding, delimiter, line, header, notes)


def _no_text(path: Path, line: int) -> SourceError:
    return SourceError(
        "a source is delimited text", f"{path}, line {line} has NUL characters", "Save it as UTF-8, or export it again"
    )


def _encoding(path: Path) -> tuple[str, tuple[str, ...]]:
    """Return the encoding of the whole file, found without holding it."""
    with path.open("rb") as file:
        head = file.read(_HEAD)
        if head.startswith(_BOM_UTF16):
            _check_decodes(path, file, "utf-16")
            return "utf-16", ()
        try:
            _check_decodes(path, file, "utf-8")
        except UnicodeDecodeError:
            note = f"{path.name} is not UTF-8: read as Windows-1252"
        else:
            return "utf-8-sig", ()
        try:
            _check_decodes(path, file, "cp1252")
        except UnicodeDecodeError:
            return "latin-1", (note,)
        return "cp1252", (note,)


def _check_decodes(path: Path, file: IO[bytes], encoding: str) -> None:
    """Raise UnicodeDecodeError where the file has another encoding, SourceError where it ends within a character."""
    decoder = codecs.getincrementaldecoder(encoding)()
    file.seek(0)
    try:
        while block := file.read(_BLOCK):
            decoder.decode(block)
    except UnicodeDecodeError:
        if encoding == "utf-16":
            raise SourceError("a source is text", f"{path} is no UTF-16", "Save it as UTF-8") from None
        raise
    if decoder.getstate()[0]:
        raise SourceError("a file is whole", f"{path} ends within a character", "It was cut off: export it again")


def _delimiter(path: Path, encoding: str) -> str:
    with path.open(encoding=encoding, newline="") as file:
        for line in _Lines(path, file):
            if line.strip():
                return max(",;\t", key=line.count)
    return ","


class _Lines:
    """The lines of a file, none of them longer than a line can be, and those of the record that is being read."""

    def __init__(self, path: Path, file: IO[str]) -> None:
        self.path, self.file, self.number = path, file, 0
        self.record: list[str] = []
        self.ended = False

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self.file.readline(LONGEST_LINE + 1)
        if not line:
            self.ended = True
            raise StopIteration
        self.number += 1
        if len(line) > LONGEST_LINE:
            raise SourceError(
                f"a line has at most {LONGEST_LINE:,} characters",
                f"{self.path}, line {self.number} is longer",
                "It is no table, or its line ends are gone: export it again",
            )
        self.record.append(line)
        return line


def _records(path: Path, encoding: str, delimiter: str) -> Iterator[Record]:
    with path.open(encoding=encoding, newline="") as file:
        lines = _Lines(path, file)
        start = 1
        try:
            for cells in csv.reader(lines, delimiter=delimiter):
                if any(map(str.strip, cells)):
                    yield start, cells
                start = lines.number + 1
                if not lines.ended:
                    lines.record.clear()
        except csv.Error as error:
            raise _too_long(path, start, str(error)) from None
        _check_closed(path, lines, delimiter)


def _too_long(path: Path, line: int, reason: str) -> SourceError:
    if "field limit" in reason:
        reason = f"a field has more than {LONGEST_FIELD:,} characters, or a quotation mark is never closed"
    return SourceError("a source is delimited text", f"{path}, line {line}: {reason}", "Export it again")


def _check_closed(path: Path, lines: _Lines, delimiter: str) -> None:
    """Raise SourceError where the file ends within quotation marks: it was cut off, or rows are hidden in a cell."""
    first = lines.number - len(lines.record) + 1
    try:
        list(csv.reader(lines.record, delimiter=delimiter, strict=True))
    except csv.Error as error:
        if "unexpected end" in str(error):
            raise SourceError(
                "a quotation mark is closed",
                f"{path} ends within the field that begins on line {first}",
                "It was cut off, or the mark is a stray one: export it again",
            ) from None


def ends_open(path: Path) -> bool:
    """Return whether the last line has no line end: then a file that was cut off cannot be told from a whole one."""
    with path.open("rb") as file:
        file.seek(0, 2)
        file.seek(-min(file.tell(), 2), 2)
        end = file.read()
    return bool(end) and end[-1:] not in (b"\n", b"\r") and end not in (b"\n\0", b"\r\0")


def width_refused(cells: Sequence[str], names: Sequence[str]) -> str:
    """Return why a record does not fit its header."""
    return f"the row has {len(cells)} fields where the header has {len(names)}"
