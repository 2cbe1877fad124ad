"""Zip files as platforms hand them out: their members, unpacked within limits, or a reason why not."""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath, PureWindowsPath
from tempfile import TemporaryDirectory
from typing import IO, Final

from foreview.errors import SourceError

MOST_MEMBERS: Final = 1000
MOST_BYTES: Final = 2**31
MOST_RATIO: Final = 200
"""Times that a member may be larger than it is packed. Tables pack to a tenth; a bomb to a thousandth."""
SMALL: Final = 2**20
"""Bytes below which the ratio says nothing."""
_BLOCK: Final = 2**16


@contextmanager
def members(path: Path, suffixes: tuple[str, ...]) -> Iterator[list[Path]]:
    """Give the files with one of ``suffixes`` that a folder or a zip file holds, or the file itself.

    What a zip file holds is unpacked into a folder that is gone afterwards; errors name the zip file instead. Hidden files, which some
    systems add, are passed over.

    Raises
    ------
    SourceError
        If it is no whole zip file, names a place outside of itself, or holds too much.

    """
    if path.is_dir():
        yield sorted(file for file in path.iterdir() if file.is_file() and _wanted(file.name, suffixes))
    elif path.suffix.lower() == ".zip":
        with TemporaryDirectory(prefix="foreview-zip-") as folder:
            unpacked = _unpacked(path, Path(folder), suffixes)
            try:
                yield unpacked
            except SourceError as error:
                fact = re.sub(rf"{re.escape(folder)}/\d+/", f"{path}: ", error.fact)
                raise SourceError(error.rule, fact, error.next_step) from None
    else:
        yield [path]


def _wanted(name: str, suffixes: tuple[str, ...]) -> bool:
    return not name.startswith(".") and PurePosixPath(name).suffix.lower() in suffixes


def _unpacked(path: Path, folder: Path, suffixes: tuple[str, ...]) -> list[Path]:
    try:
        with zipfile.ZipFile(path) as archive:
            entries = [entry for entry in archive.infolist() if not entry.is_dir()]
            if len(entries) > MOST_MEMBERS:
                raise _unsafe(f"it has at most {MOST_MEMBERS} files", path, f"{len(entries)}")
            for entry in entries:
                _check_place(path, entry.filename)
            wanted = [entry for entry in entries if _wanted(PurePosixPath(entry.filename).name, suffixes)]
            return _written(path, archive, wanted, folder)
    except (OSError, zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
        raise SourceError(
            "a zip file can be unpacked", f"{path}: {error}", "It is damaged or encrypted: download it again"
        ) from None


def _written(path: Path, archive: zipfile.ZipFile, wanted: list[zipfile.ZipInfo], folder: Path) -> list[Path]:
    left, written = MOST_BYTES, []
    for number, entry in enumerate(wanted):
        target = folder / str(number) / PurePosixPath(entry.filename).name
        target.parent.mkdir()
        with archive.open(entry) as packed, target.open("xb") as file:
            left -= _copied(path, entry, packed, file, left)
        written.append(target)
    return sorted(written, key=lambda file: file.name)


def _copied(path: Path, entry: zipfile.ZipInfo, packed: IO[bytes], file: IO[bytes], left: int) -> int:
    """Copy a member and return its size: as it is, for what the archive says of itself may be a lie."""
    size = 0
    while block := packed.read(_BLOCK):
        size += len(block)
        if size > left:
            raise _unsafe(f"what it holds has at most {MOST_BYTES:,} bytes", path, "more")
        if size > max(SMALL, MOST_RATIO * entry.compress_size):
            raise _unsafe(f"no file in it is packed to less than 1/{MOST_RATIO}", path, f"{entry.filename} is")
        file.write(block)
    return size


def _check_place(path: Path, name: str) -> None:
    """Raise SourceError for a member that would lie outside of the folder into which it is unpacked."""
    absolute = name.startswith(("/", "\\")) or bool(PureWindowsPath(name).drive)
    if absolute or ".." in PureWindowsPath(name).parts:
        raise _unsafe("its files lie inside of it", path, repr(name[:200]))


def _unsafe(rule: str, path: Path, fact: str) -> SourceError:
    return SourceError(f"a zip file is safe to unpack: {rule}", f"{path}: {fact}", "Unpack it yourself if you trust it")
