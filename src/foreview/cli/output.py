"""Outputs are new, and whole or not there."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from foreview.errors import UsageError

if TYPE_CHECKING:
    import polars as pl


def check_new_folder(path: Path) -> None:
    """Raise UsageError unless ``path`` is free; asked before the work, not after it."""
    if os.path.lexists(path):
        raise UsageError("--out is a new folder", f"{path} exists", "Choose another one or remove it")


def check_file(option: str, path: Path, example: str) -> None:
    """Raise UsageError unless a file, such as one named ``example``, can stand at ``path``, which ``option`` names."""
    if path.is_dir():
        raise UsageError(f"{option} is a file", f"{path} is a folder", f"Write for example {path / example}")


def write_parquet(frame: pl.DataFrame, path: Path) -> None:
    """Write ``frame`` to ``path``; until it is whole, whatever was there stays."""
    _write_whole(path, frame.write_parquet)


def write_text(text: str, path: Path) -> None:
    """Write ``text`` to ``path``; until it is whole, whatever was there stays."""
    _write_whole(path, lambda draft: draft.write_text(text, encoding="utf-8"))


def _write_whole(path: Path, write: Callable[[Path], object]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=f".{path.name}-", suffix=".partial", dir=path.parent)
    os.close(handle)
    draft = Path(name)
    try:
        write(draft)
        draft.chmod(0o644)
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
