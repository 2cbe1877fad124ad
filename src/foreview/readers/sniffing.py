"""Which kind of source a path is, told from what it holds."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from foreview.errors import SourceError
from foreview.readers.archive import members
from foreview.readers.generic import required_of
from foreview.readers.instagram import is_instagram
from foreview.readers.kinds import KINDS, SourceKind
from foreview.readers.observed import OBSERVED
from foreview.readers.rows import fields_of
from foreview.readers.sheet import Sheet, sheet_batches
from foreview.readers.studio_tables import is_studio
from foreview.readers.tiktok import is_tiktok, posted_videos, read_document
from foreview.readers.trending import is_trending
from foreview.readers.ytdlp import LINES, first_object, is_info

_TABLES: Final = (".csv", ".tsv", ".parquet")
_EXPORTS: Final[Mapping[SourceKind, Callable[[Sheet], bool]]] = {
    "studio": is_studio,
    "tiktok": is_tiktok,
    "instagram": is_instagram,
    "trending": is_trending,
}
"""In the order in which they are asked: the first whose headers fit."""


def kind_of(path: Path, mapping: Mapping[str, str] | None = None) -> SourceKind:
    """Return the kind of a source; ``mapping`` (field → column) helps to know plain tables.

    Raises
    ------
    SourceError
        If it is of no kind or of several, listing what was found.

    """
    if not path.exists():
        raise SourceError("a source exists", f"{path} does not", "Check the path")
    if path.name.endswith(".info.json") or (path.is_dir() and any(path.rglob("*.info.json"))):
        return "ytdlp"
    found: dict[str, set[SourceKind]] = {}
    with members(path, (*_TABLES, ".json", *LINES)) as files:
        for file in files:
            columns, kinds = _inside(file, mapping or {})
            found[f"{file.name} ({columns})"] = kinds
    kinds = set().union(*found.values())
    if len(kinds) == 1:
        return kinds.pop()
    raise _unclear(path, found, kinds)


def _inside(file: Path, mapping: Mapping[str, str]) -> tuple[str, set[SourceKind]]:
    """Return what a file holds, in words, and the kinds that it may be."""
    if file.suffix.lower() in LINES:
        return _of_document(first_object(file))
    if file.suffix.lower() == ".json":
        return _of_document(read_document(file))
    sheets = next(sheet_batches(file, rows=1))
    columns = ", ".join(column for sheet in sheets for column in sheet.columns)
    return columns, set().union(*(_of_table(sheet, mapping) for sheet in sheets))


def _of_document(document: object) -> tuple[str, set[SourceKind]]:
    if is_info(document):
        return "an object of yt-dlp", {"ytdlp"}
    if posted_videos(document) is not None:
        return "a list of posted videos", {"tiktok"}
    return (", ".join(list(document)[:20]) if isinstance(document, dict) else type(document).__name__), set()


def _of_table(sheet: Sheet, mapping: Mapping[str, str]) -> set[SourceKind]:
    for kind, fits in _EXPORTS.items():
        if fits(sheet):
            return {kind}
    return {
        kind
        for kind, columns in OBSERVED.items()
        if required_of(columns) <= set(fields_of(sheet, columns, {}, mapping))
    }


def _unclear(path: Path, found: Mapping[str, set[SourceKind]], kinds: set[SourceKind]) -> SourceError:
    what = "; ".join(list(found)[:10]) or "no table and no JSON"
    if kinds:
        return SourceError(
            "a source is of one kind", f"{path} may be {', '.join(sorted(kinds))}: {what}", "Say which with --kind"
        )
    known = "; ".join(f"{name}: {kind.known_by}" for name, kind in KINDS.items())
    return SourceError(
        f"a source is of a kind that is known by what it holds ({known})",
        f"{path} has {what}",
        "Say its kind with --kind, and name columns with --map FIELD=COLUMN",
    )
