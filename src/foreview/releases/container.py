"""The models of one target kind as one file: a zip of named parts, the same bytes for the same parts."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Mapping
from typing import Final

PART_NAME: Final = re.compile(r"[a-z0-9][a-z0-9_-]*(\.[a-z0-9_-]+)*")
MAX_PARTS: Final = 64
MAX_UNPACKED_BYTES: Final = 2 * 1024**3
MAX_RATIO: Final = 200
"""Unpacked over packed size of a part beyond which it is taken for a bomb; trained trees reach about 20."""
SMALL_BYTES: Final = 1024**2
"""Parts up to this size may have any ratio."""


def pack(parts: Mapping[str, bytes]) -> bytes:
    """Return one file of these named parts; equal parts give equal bytes.

    Raises
    ------
    ValueError
        If a name is not lower-case letters, digits, ``_``, ``-`` and single dots.

    """
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name in sorted(parts):
            _check_name(name)
            entry = zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
            entry.create_system, entry.external_attr = 3, 0o644 << 16
            archive.writestr(entry, parts[name], zipfile.ZIP_DEFLATED, compresslevel=3)
    return buffer.getvalue()


def unpack(content: bytes) -> dict[str, bytes]:
    """Return the named parts of a packed file.

    Raises
    ------
    ValueError
        If it is no zip, a name is not one that :func:`pack` writes or is repeated, or the unpacked size is beyond bounds.

    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            _check_entries(archive.infolist())
            return {entry.filename: archive.read(entry) for entry in archive.infolist()}
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
        raise ValueError(f"not a zip of parts: {error}") from None


def _check_entries(entries: list[zipfile.ZipInfo]) -> None:
    if len(entries) > MAX_PARTS:
        raise ValueError(f"{len(entries)} parts, more than {MAX_PARTS}")
    if len({entry.filename for entry in entries}) < len(entries):
        raise ValueError("a part is there twice")
    for entry in entries:
        _check_name(entry.filename)
        if entry.file_size > max(SMALL_BYTES, MAX_RATIO * entry.compress_size):
            raise ValueError(f"part {entry.filename} unpacks to {entry.file_size} bytes from {entry.compress_size}")
    if (total := sum(entry.file_size for entry in entries)) > MAX_UNPACKED_BYTES:
        raise ValueError(f"unpacks to {total} bytes, more than {MAX_UNPACKED_BYTES}")


def _check_name(name: str) -> None:
    if len(name) > 100 or not PART_NAME.fullmatch(name):
        raise ValueError(f"a part is named like weights.json; found {name!r:.120}")
