"""Folders and files that appear whole or not at all: what every writer needs."""

from __future__ import annotations

import math
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def whole_folder(folder: Path) -> Iterator[Path]:
    """Give a hidden draft beside ``folder`` to write into; left without an error it is synced to disk and takes that name.

    Interrupted at any moment there is everything under ``folder``, or nothing new. ``folder`` must not exist or be empty.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as place:
    ...     with whole_folder(Path(place) / "report") as draft:
    ...         _ = (draft / "a.txt").write_text("hello")
    ...     [path.name for path in (Path(place) / "report").iterdir()]
    ['a.txt']

    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    draft = _beside(folder)
    draft.mkdir()
    try:
        yield draft
        for path in sorted(draft.iterdir()):
            sync(path)
        sync(draft)
        os.replace(draft, folder)  # noqa: PTH105  (an empty folder may be there; os.replace takes it)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    sync(folder.parent)


@contextmanager
def whole_path(path: Path) -> Iterator[Path]:
    """Give the name of a hidden draft beside ``path``, for one file; written without an error it is synced to disk and takes that name.

    Interrupted at any moment, whatever was there is there still.
    """
    draft = _beside(path)
    try:
        yield draft
        sync(draft)
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
    sync(path.parent)


def whole_file(path: Path, content: bytes) -> None:
    """Write ``content`` to ``path``, synced to disk; interrupted at any moment, whatever was there is there still.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as place:
    ...     whole_file(Path(place) / "a.txt", b"hello")
    ...     [(path.name, path.read_text()) for path in Path(place).iterdir()]
    [('a.txt', 'hello')]

    """
    with whole_path(path) as draft:
        draft.write_bytes(content)


def clear_drafts(folder: Path, before: float) -> list[str]:
    """Remove what killed writers left in ``folder``, last changed before a time [s since 1970], and return its names.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as place:
    ...     _ = (Path(place) / ".report-x1.partial").write_text("half")
    ...     _ = (Path(place) / "report").write_text("whole")
    ...     clear_drafts(Path(place), before=0.0), clear_drafts(Path(place), before=4e9), os.listdir(place)
    ([], ['.report-x1.partial'], ['report'])

    """
    left = [path for path in drafts_in(folder) if _last_change(path) < before]
    for path in left:
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)
    return [path.name for path in left]


def _beside(path: Path) -> Path:
    """Return a name for a draft; what is made under it is as private as the user's mask says, as everything else."""
    return path.parent / f".{path.name}-{secrets.token_hex(4)}.partial"


def drafts_in(folder: Path) -> list[Path]:
    """Return what writers have begun in ``folder``, or left when they were killed."""
    return sorted(folder.glob(".*-*.partial"))


def _last_change(path: Path) -> float:
    """Return when a draft or anything in it was last changed: never, where its writer has just given it its name."""
    try:
        return max(found.lstat().st_mtime for found in (path, *path.rglob("*")))
    except FileNotFoundError:
        return math.inf


def sync(path: Path) -> None:
    """Wait until a file or folder is on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
