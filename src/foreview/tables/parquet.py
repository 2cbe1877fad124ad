"""Tables as Parquet files: a disk that takes no more is an OSError here, as it is for every other file."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import polars as pl

_OF_THE_DISK: Final = "underlying IO error: "


def write_parquet(frame: pl.DataFrame, path: Path) -> None:
    """Write a table to a file; raises OSError where that cannot be done."""
    with _disk_faults_told(path):
        frame.write_parquet(path)


def sink_parquet(lazy: pl.LazyFrame, path: Path) -> None:
    """Write a table that is larger than memory likewise."""
    with _disk_faults_told(path):
        lazy.sink_parquet(path)


@contextmanager
def _disk_faults_told(path: Path) -> Iterator[None]:
    """Raise OSError for what polars calls a computation that failed."""
    try:
        yield
    except pl.exceptions.ComputeError as error:
        _, is_of_the_disk, reason = str(error).partition(_OF_THE_DISK)
        if not is_of_the_disk:
            raise
        raise OSError(f"writing {path.name} failed: {reason}") from None
