"""Reads a source of any kind; what each kind is stands in :mod:`foreview.readers.kinds`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import Final, TypeAlias

from foreview.errors import SourceError, UsageError
from foreview.readers.generic import DAYS, SNAPSHOTS, observe_table, read_table
from foreview.readers.imported import Imported, SourceOptions
from foreview.readers.instagram import read_instagram
from foreview.readers.kinds import KINDS, SourceKind
from foreview.readers.observed import Batches, Observing, parts
from foreview.readers.sniffing import kind_of
from foreview.readers.tiktok import read_tiktok
from foreview.readers.trending import TRENDING
from foreview.readers.youtube_studio import read_youtube_studio
from foreview.readers.ytdlp import observe_ytdlp, read_ytdlp

Reader: TypeAlias = Callable[[Path, SourceOptions], Imported]

OBSERVATIONS: Final[Mapping[SourceKind, Callable[[Path, SourceOptions], tuple[Observing, Batches]]]] = MappingProxyType(
    {
        "ytdlp": observe_ytdlp,
        "trending": partial(observe_table, shape=TRENDING),
        "snapshots": partial(observe_table, shape=SNAPSHOTS),
        "daily": partial(observe_table, shape=DAYS),
    }
)
"""Kinds whose files may be of any size, with what reads them batch by batch; the others are exports of at most a few thousand rows."""
READERS: Final[Mapping[SourceKind, Reader]] = MappingProxyType(
    {
        "studio": read_youtube_studio,
        "ytdlp": read_ytdlp,
        "tiktok": read_tiktok,
        "instagram": read_instagram,
        "trending": partial(read_table, shape=TRENDING),
        "snapshots": partial(read_table, shape=SNAPSHOTS),
        "daily": partial(read_table, shape=DAYS),
    }
)


def read_source(path: Path, kind: SourceKind | None = None, options: SourceOptions | None = None) -> Imported:
    """Return the catalogue of a source and what was refused; without ``kind``, as what it is known by, see :func:`kind_of`.

    Raises
    ------
    SourceError
        If the source cannot be read at all, or its kind is not clear.
    UsageError
        If an option does not fit the kind of source.

    """
    options = options or SourceOptions()
    return READERS[checked_kind(path, kind, options)](path, options)


def read_source_in_parts(
    path: Path, kind: SourceKind | None = None, options: SourceOptions | None = None
) -> Iterator[Imported]:
    """Yield the same in catalogues of some rows each, so that a source of any size fits into memory.

    A video that several parts name has the same facts in each. Repeated rows are resolved within a part: the last wins, and
    so shall whoever takes the parts in. Raises as :func:`read_source` does, and what is wrong further down is found there.
    """
    options = options or SourceOptions()
    kind = checked_kind(path, kind, options)
    if kind in OBSERVATIONS:
        yield from parts(*OBSERVATIONS[kind](path, options))
    else:
        yield READERS[kind](path, options)


def checked_kind(path: Path, kind: SourceKind | None, options: SourceOptions) -> SourceKind:
    """Return the kind of the source, to which the options fit."""
    if not path.exists():
        raise SourceError("a source exists", f"{path} does not", "Check the path")
    kind = kind or kind_of(path, options.mapping)
    _check_container(path, kind)
    if options.mapping and not KINDS[kind].takes_mapping:
        raise UsageError("--map is for tables", "yt-dlp's files name their fields", "Leave it out")
    if options.videos and not KINDS[kind].takes_videos:
        raise UsageError(
            "--videos is for tables of counts", f"a source of kind {kind} names its videos", "Leave it out"
        )
    return kind


def _check_container(path: Path, kind: SourceKind) -> None:
    """Raise SourceError for a folder or a zip file of a kind that is read from single files alone."""
    container = "/" if path.is_dir() else path.suffix.lower()
    if container in ("/", ".zip") and container not in KINDS[kind].files:
        raise SourceError(
            f"a source of kind {kind} is one file, such as {KINDS[kind].files[0]}",
            f"{path} is a {'folder' if container == '/' else 'zip file'}",
            "Import its files one by one" if container == "/" else "Unpack it, and import its files one by one",
        )
