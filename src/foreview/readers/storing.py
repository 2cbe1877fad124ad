"""From a source of any size to a catalogue's folder: what fits into memory as ever, what does not video by video.

Of a large source the rows are first put aside as Parquet, and what is said of the videos is gathered. Then the rows of some videos at a
time, next to each other by their ids, become a piece of the catalogue, as they would if there were no others; the pieces follow each other in its order.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import polars as pl

from foreview.drafts import whole_folder
from foreview.errors import SourceError
from foreview.readers.imported import Imported, SourceOptions, refused_frame
from foreview.readers.kinds import SourceKind
from foreview.readers.observed import (
    OBSERVED,
    Batches,
    Listed,
    Observations,
    Observing,
    Versions,
    catalogue_of,
    joined,
    listing,
    observations,
    repeats,
    with_defaults,
)
from foreview.readers.reading import OBSERVATIONS, checked_kind, read_source
from foreview.readers.rows import TypedRows
from foreview.tables.catalogue import Catalogue
from foreview.tables.folder import check_can_write, describe, kept_columns, write_catalogue
from foreview.tables.parquet import sink_parquet, write_parquet

LARGE: Final = 2**26
"""Bytes of a source from which on it is read piece by piece."""
ROWS_AT_ONCE: Final = 500_000
"""Rows that are put aside, and made a piece of the catalogue, at a time."""
SHOWN: Final = 50
"""Refused rows that are named where none could be used."""
TABLES: Final[dict[Observations, tuple[str, ...]]] = {"snapshots": ("snapshots",), "daily": ("daily", "earnings")}
_ORDER: Final = "order of the row"


@dataclass(frozen=True, slots=True)
class Stored:
    """What a source became."""

    counts: dict[str, int]
    """Rows of each table."""
    refused: pl.DataFrame
    notes: tuple[str, ...]


def store_source(path: Path, kind: SourceKind | None, options: SourceOptions, folder: Path) -> Stored:
    """Write the catalogue of a source into a new folder, whole or not at all, with the rows that were refused beside it.

    Raises
    ------
    SourceError
        If the source cannot be read at all, its kind is not clear, or no row of it can be used.
    UsageError
        If an option does not fit the kind of source.
    CatalogueError
        If ``folder`` exists and is not empty.

    """
    check_can_write(folder)
    kind = checked_kind(path, kind, options)
    if kind not in OBSERVATIONS or _size(path) < LARGE:
        imported = read_source(path, kind, options)
        _check_used(imported.catalogue.videos.height, imported.refused, path)
        write_catalogue(imported.catalogue, folder, _beside(imported.refused))
        return Stored(_counts(imported.catalogue), imported.refused, imported.catalogue.notes)
    with whole_folder(folder) as draft:
        aside = draft / "aside"
        aside.mkdir()
        stored = _stored(*OBSERVATIONS[kind](path, options), path, aside)
        shutil.rmtree(aside)
    return stored


def _stored(observing: Observing, batches: Batches, path: Path, aside: Path) -> Stored:
    """Write the tables beside the folder ``aside``, in which rows wait for their turn."""
    versions = Versions(observing.kind)
    told: list[TypedRows] = []
    rows = _put_aside(_noted(batches(), observing, versions, told), observing.kind, aside)
    listed, typed = listing(observing, versions), joined(told)
    videos = Catalogue.of(with_defaults(listed.videos, observing.options), clock=observing.clock)
    refused, again, counts = [listed.refused, typed.refused], 0, {"videos": videos.videos.height}
    pieces = _pieces(observing, listed, rows, aside) if rows else iter(())
    for number, (given, piece) in enumerate(pieces):
        refused.append(piece.refused)
        again += given - piece.refused.height - getattr(piece.catalogue, observing.kind).height
        for table in TABLES[observing.kind]:
            frame: pl.DataFrame = getattr(piece.catalogue, table)
            counts[table] = counts.get(table, 0) + frame.height
            write_parquet(frame, aside / f"{table}-{number:06}.parquet")
    _check_used(counts["videos"], found := refused_frame(refused), path)
    notes = (*listed.notes, *typed.notes, *repeats(again, observing.kind), *videos.notes)
    _finish(videos, counts, found, aside)
    names = ("videos", "snapshots", "daily", "earnings")
    return Stored({name: counts.get(name, 0) for name in names}, found, tuple(dict.fromkeys(notes)))


def _noted(
    batches: Iterable[TypedRows], observing: Observing, versions: Versions, told: list[TypedRows]
) -> Iterator[pl.DataFrame]:
    """Yield the observations of each batch; note what it says of videos, and what was refused and assumed."""
    for batch in batches:
        if observing.listed is None:
            versions.add(batch.rows)
        seen = observations(batch, observing.kind)
        told.append(TypedRows(seen.rows.clear(), seen.refused, seen.assumed, seen.told))
        yield seen.rows


def _put_aside(frames: Iterable[pl.DataFrame], kind: Observations, aside: Path) -> int:
    """Write rows into files of at most :data:`ROWS_AT_ONCE`, and return how many there are."""
    schema = {column.name: column.dtype for column in OBSERVED[kind]}
    waiting: list[pl.DataFrame] = []
    rows = files = 0
    for frame in frames:
        rows += frame.height
        waiting += [frame.with_columns(pl.col(name).cast(schema[name]) for name in frame.columns if name in schema)]
        if sum(one.height for one in waiting) >= ROWS_AT_ONCE:
            write_parquet(pl.concat(waiting, how="diagonal"), aside / f"rows-{files:06}.parquet")
            waiting, files = [], files + 1
    if waiting:
        write_parquet(pl.concat(waiting, how="diagonal"), aside / f"rows-{files:06}.parquet")
    return rows


def _pieces(observing: Observing, listed: Listed, rows: int, aside: Path) -> Iterator[tuple[int, Imported]]:
    """Yield pieces of the catalogue in the order of their videos' ids, each with how many rows were given for it."""
    lazy = pl.scan_parquet(sorted(aside.glob("rows-*.parquet")), row_index_name=_ORDER)
    ends, video = _ends(lazy, rows), pl.col("video_id")
    for after, last in zip((None, *ends[:-1]), ends, strict=True):
        own = (video <= pl.lit(last)) & (pl.lit(value=True) if after is None else video > pl.lit(after))
        mine = lazy.filter(own).collect(engine="streaming").sort(_ORDER).drop(_ORDER)
        part = Listed(
            listed.videos.join(mine.select("video_id").unique(), on="video_id", how="semi"), refused_frame([])
        )
        yield mine.height, catalogue_of(observing, part, TypedRows(mine, refused_frame([])))


def _ends(lazy: pl.LazyFrame, rows: int) -> list[str]:
    """Return the last id of each piece, so that a piece has about :data:`ROWS_AT_ONCE` rows, and at least one video."""
    counted = lazy.group_by("video_id").len().collect(engine="streaming").sort("video_id")
    piece = (pl.col("len").cum_sum() - 1) // max(1, min(ROWS_AT_ONCE, rows))
    ends = counted.group_by(piece.alias("piece"), maintain_order=True).agg(pl.col("video_id").last())
    found: list[str] = ends["video_id"].to_list()
    return found


def _finish(videos: Catalogue, counts: dict[str, int], refused: pl.DataFrame, aside: Path) -> None:
    """Write what :func:`foreview.tables.folder.write_catalogue` would write of all pieces together."""
    draft = aside.parent
    write = {"videos": videos.videos, "daily": videos.daily} | _beside(refused)
    for table in ("snapshots", "daily", "earnings"):
        if counts.get(table):
            write.pop(table, None)
            lazy = pl.scan_parquet(sorted(aside.glob(f"{table}-*.parquet")))
            nulls = lazy.select(pl.all().null_count()).collect(engine="streaming").row(0, named=True)
            kept = [name for name, count in nulls.items() if count < counts[table]]
            sink_parquet(lazy.select(kept), draft / f"{table}.parquet")
    for name, frame in write.items():
        write_parquet(kept_columns(frame) if name == "videos" else frame, draft / f"{name}.parquet")
    (draft / "catalogue.json").write_text(describe(videos), encoding="utf-8")


def _beside(refused: pl.DataFrame) -> dict[str, pl.DataFrame]:
    return {} if refused.is_empty() else {"refused": refused}


def _check_used(videos: int, refused: pl.DataFrame, path: Path) -> None:
    if videos:
        return
    shown = refused.head(SHOWN).rows(named=True)
    reasons = "".join(f"; {row['file']}, line {row['line'] or '–'}: {row['reason']}" for row in shown)
    more = f"; and {refused.height - len(shown)} more" if refused.height > len(shown) else ""
    raise SourceError(
        "a source has at least one row that can be used",
        f"{path} has none{reasons}{more}",
        "Correct the rows, or name columns with --map",
    )


def _counts(catalogue: Catalogue) -> dict[str, int]:
    return {name: getattr(catalogue, name).height for name in ("videos", "snapshots", "daily", "earnings")}


def _size(path: Path) -> int:
    """Return the bytes of a file, or of all files below a folder."""
    files = [path] if path.is_file() else [one for one in path.rglob("*") if one.is_file()]
    return sum(one.stat().st_size for one in files)
