"""Outputs are new, and whole or not there."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Final

from foreview.drafts import whole_file, whole_path
from foreview.errors import InputError, UsageError

if TYPE_CHECKING:
    import polars as pl

_OF_A_CATALOGUE: Final = (
    "videos.parquet",
    "snapshots.parquet",
    "daily.parquet",
    "earnings.parquet",
    "catalogue.json",
)


def check_new_folder(path: Path) -> None:
    """Raise UsageError unless ``path`` is free, InputError unless it can be made; asked before the work, not after it."""
    if os.path.lexists(path):
        raise UsageError("--out is a new folder", f"{path} exists", "Choose another one or remove it")
    check_place("--out", path)


def check_file(option: str, path: Path, example: str) -> None:
    """Raise UsageError unless a file, such as one named ``example``, can stand at ``path``, which ``option`` names."""
    if path.is_dir():
        raise UsageError(f"{option} is a file", f"{path} is a folder", f"Write for example {path / example}")
    if path.exists() and not path.is_file():
        raise UsageError(f"{option} is a file", f"{path} is none", f"Write for example {example}")
    check_place(option, path)


def check_place(option: str, path: Path) -> None:
    """Raise InputError where nothing can be written beside ``path``: hours of work would be lost."""
    place = next(folder for folder in path.absolute().parents if os.path.lexists(folder))
    fact = f"{place} is no folder" if not place.is_dir() else f"{place} cannot be written to"
    if not (place.is_dir() and os.access(place, os.W_OK | os.X_OK)):
        raise InputError(f"{option} lies in a folder that can be written to", fact, "Choose another place")


def check_spared(option: str, path: Path, *, release: Path, catalogue: Path | None = None) -> None:
    """Raise UsageError where ``path`` would break the seal of a release, or replace a table of the catalogue that is read."""
    out, sealed = path.resolve(), release.resolve()
    if out.is_relative_to(sealed):
        raise UsageError(
            "a release holds its sealed files and nothing else",
            f"{option} {path} lies inside it",
            f"Write it beside it, for example {release.parent / f'{release.name}.{path.name}'}",
        )
    if catalogue is not None and out.parent == catalogue.resolve() and out.name in _OF_A_CATALOGUE:
        raise UsageError(
            "what a command reads is not what it writes",
            f"{option} {path} is a file of the catalogue",
            "Choose another name",
        )


def write_parquet(frame: pl.DataFrame, path: Path) -> None:
    """Write ``frame`` to ``path``; until it is whole, whatever was there stays."""
    from foreview.tables import parquet

    path.parent.mkdir(parents=True, exist_ok=True)
    with whole_path(path) as draft:
        parquet.write_parquet(frame, draft)


def write_text(text: str, path: Path) -> None:
    """Write ``text`` to ``path``; until it is whole, whatever was there stays."""
    path.parent.mkdir(parents=True, exist_ok=True)
    whole_file(path, text.encode())
