"""The kinds of source and their readers."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final, Literal, TypeAlias

from foreview.errors import SourceError, UsageError
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
        If the source cannot be read at all.
    UsageError
        If an option does not fit the kind of source.

    """
    if not path.exists():
        raise SourceError("a source exists", f"{path} does not", "Check the path")
    options = options or SourceOptions()
    if options.mapping and kind == "ytdlp":
        raise UsageError("--map is for tables", "yt-dlp's files name their fields", "Leave it out")
    if options.videos and kind in ("studio", "ytdlp"):
        raise UsageError(
            "--videos is for tables of counts", f"a source of kind {kind} names its videos", "Leave it out"
        )
    return READERS[kind](path, options)
