"""The kinds of source and their readers."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final, Literal, TypeAlias

from foreview.errors import SourceError
from foreview.readers.generic import read_daily, read_snapshots
from foreview.readers.imported import Imported, SourceOptions
from foreview.readers.youtube_studio import read_youtube_studio
from foreview.readers.ytdlp import read_ytdlp

SourceKind: TypeAlias = Literal["studio", "ytdlp", "snapshots", "daily"]

READERS: Final[dict[SourceKind, Callable[[Path, SourceOptions], Imported]]] = {
    "studio": read_youtube_studio,
    "ytdlp": read_ytdlp,
    "snapshots": read_snapshots,
    "daily": read_daily,
}


def read_source(path: Path, kind: SourceKind, options: SourceOptions | None = None) -> Imported:
    """Return the catalogue of a source and what was refused.

    Raises
    ------
    SourceError
        If the source cannot be read, or not one row of it can be used.

    """
    if not path.exists():
        raise SourceError("a source exists", f"{path} does not", "Check the path")
    return READERS[kind](path, options or SourceOptions())
