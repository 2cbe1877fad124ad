"""A catalogue on disk: a folder of Parquet files and ``catalogue.json``. Written whole or not at all."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import polars as pl

from foreview.drafts import whole_folder
from foreview.errors import CatalogueError
from foreview.tables.catalogue import Catalogue, SourceClock
from foreview.tables.parquet import write_parquet
from foreview.tables.schema import CATALOGUE_FORMAT_VERSION, DeclaredColumn

_CLOCK_FIELDS = {"timezone": (str,), "delay_hours": (int, float), "missing_day_is_zero": (bool,)}
_COLUMN_FIELDS = {"name": (str,), "unit": (str,), "kind": (str,), "known_after_days": (int, float)}


def read_catalogue(folder: Path) -> Catalogue:
    """Return the checked catalogue in ``folder``.

    Raises
    ------
    CatalogueError
        Naming file, field, row and rule.

    """
    if not (folder / "videos.parquet").is_file():
        raise CatalogueError(
            "a catalogue is a folder with videos.parquet",
            f"{folder} has none",
            "Make one with `foreview import` or `foreview simulate`",
        )
    clock, declared = _read_description(folder / "catalogue.json")
    tables = {name: _read_parquet(folder / f"{name}.parquet") for name in ("videos", "snapshots", "daily", "earnings")}
    if tables["snapshots"] is None and tables["daily"] is None:
        raise CatalogueError("a catalogue has snapshots.parquet or daily.parquet", f"{folder} has neither")
    videos = tables["videos"]
    assert videos is not None  # noqa: S101  (its file exists, see above)
    return Catalogue.of(
        videos,
        snapshots=tables["snapshots"],
        daily=tables["daily"],
        earnings=tables["earnings"],
        clock=clock,
        declared=declared,
    )


def write_catalogue(catalogue: Catalogue, folder: Path, beside: Mapping[str, pl.DataFrame] | None = None) -> None:
    """Write ``catalogue`` as a new folder; an interrupted write leaves nothing under that name.

    ``beside`` are further tables by name, such as the rows an import refused: kept with the catalogue, passed over on reading.

    Raises
    ------
    CatalogueError
        If ``folder`` exists and is not empty.

    """
    check_can_write(folder)
    with whole_folder(folder) as draft:
        for name in ("videos", "snapshots", "daily", "earnings"):
            frame: pl.DataFrame = getattr(catalogue, name)
            if name == "videos" or not frame.is_empty() or name == "daily":
                kept = kept_columns(frame, declared={column.name for column in catalogue.declared})
                write_parquet(kept, draft / f"{name}.parquet")
        for name, frame in (beside or {}).items():
            write_parquet(frame, draft / f"{name}.parquet")
        (draft / "catalogue.json").write_text(describe(catalogue), encoding="utf-8")


def describe(catalogue: Catalogue) -> str:
    """Return what ``catalogue.json`` says of a catalogue: its format, clock and declared columns."""
    description = {
        "format_version": CATALOGUE_FORMAT_VERSION,
        **asdict(catalogue.clock),
        "columns": [asdict(column) for column in catalogue.declared],
    }
    return json.dumps(description, indent=2) + "\n"


def check_can_write(folder: Path) -> None:
    """Raise CatalogueError unless ``folder`` is free: nothing is ever overwritten."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise CatalogueError(
            "a catalogue is written to a new folder", f"{folder} exists", "Choose another --out or remove it"
        )


def _read_parquet(path: Path) -> pl.DataFrame | None:
    if not path.exists():
        return None
    try:
        return pl.read_parquet(path, glob=False)
    except (pl.exceptions.PolarsError, OSError) as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise CatalogueError(f"{path.name} is a Parquet file", f"reading {path} failed: {reason}") from None


def _read_description(path: Path) -> tuple[SourceClock, tuple[DeclaredColumn, ...]]:
    if not path.exists():
        return SourceClock(), ()
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, OSError, RecursionError) as error:
        raise CatalogueError("catalogue.json is JSON", f"{path}: {error}") from None
    if not isinstance(found, dict) or found.get("format_version") != CATALOGUE_FORMAT_VERSION:
        version = found.get("format_version") if isinstance(found, dict) else None
        raise CatalogueError(
            f"catalogue.json has format_version {CATALOGUE_FORMAT_VERSION}",
            f"{path} has {version!r}",
            "Import the source again with this version of foreview",
        )
    clock = _checked_fields(
        path, {k: v for k, v in found.items() if k not in ("format_version", "columns")}, _CLOCK_FIELDS
    )
    columns = found.get("columns", [])
    if not isinstance(columns, list) or not all(isinstance(c, dict) for c in columns):
        raise CatalogueError("catalogue.json, columns: a list of objects", f"{path} has {type(columns).__name__}")
    declared = []
    for column in columns:
        fields = _checked_fields(path, column, _COLUMN_FIELDS)
        if set(_COLUMN_FIELDS) - set(fields) or fields["kind"] not in ("number", "category", "boolean"):
            raise CatalogueError(
                "catalogue.json: a declared column has name, unit, kind (number, category or boolean) and known_after_days",
                f"{path} has {column}",
            )
        declared.append(DeclaredColumn(**fields))
    return SourceClock(**clock), tuple(declared)


def _checked_fields(path: Path, fields: dict[str, Any], known: dict[str, Any]) -> dict[str, Any]:
    for name, value in fields.items():
        if name not in known or type(value) not in known[name]:
            raise CatalogueError(
                f"catalogue.json has only the fields {', '.join(known)} with their types",
                f"{path} has {name} = {value!r}",
            )
    # A whole number is the same number: what is hashed must not depend on how it was spelt.
    return {name: float(value) if float in known[name] else value for name, value in fields.items()}


def kept_columns(frame: pl.DataFrame, declared: Collection[str] = ()) -> pl.DataFrame:
    """Return a table as it is written: without optional columns that say nothing."""
    return frame.select(
        c for c in frame.columns if frame.height == 0 or c in declared or frame[c].null_count() < frame.height
    )
