"""From a file or a folder to a catalogue that the database can hold, with everything that it cannot as refused rows."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any, Final

import polars as pl

from downloader import selectors
from downloader.gateways.catalogue import source_clock
from downloader.gateways.differences import SLICE
from downloader.gateways.importing import COUNTED
from foreview.errors import InputError, UsageError
from foreview.readers.imported import REFUSED_SCHEMA, Imported, SourceOptions, refused_frame, with_notes
from foreview.readers.kinds import NAMES, SourceKind
from foreview.readers.reading import read_source_in_parts
from foreview.readers.sniffing import kind_of as kind_of_source
from foreview.tables.folder import read_catalogue
from foreview.vocabulary import YEARS

CATALOGUE: Final = "catalogue"
KINDS: Final = (CATALOGUE, *NAMES)
_LONGEST_ID: Final = 500
"""Characters of an id: an index holds no more than some thousand bytes."""
_LONGEST_TOLD: Final = 500
"""Characters of a refused value that are shown: a cell may be of any length."""
_MOST: Final = 2.0**53
"""From here on a float is no exact whole number."""
_MOST_USD: Final = 1e10
_BLOCK: Final = 1 << 20


def read(path: Path, kind: str, options: SourceOptions) -> Iterator[Imported]:
    """Yield a source of one of :data:`KINDS` in catalogues of some rows each, under the clock of ``FOREVIEW`` where days are counted.

    A video that several of them name has the same facts in each.

    Raises
    ------
    InputError
        If the source cannot be read, or no row of it can be used.
    UsageError
        If an option does not fit the kind.

    """
    reasons, videos = "", 0
    for part in _read(path, kind, options):
        videos += part.catalogue.videos.height
        reasons = reasons or "".join(
            f"; line {row['line'] or '–'}: {row['reason']}" for row in part.refused.head(3).to_dicts()
        )
        yield _without_declared(part)
    if not videos:
        raise InputError("a source has at least one row that can be used", f"{path.name} has none{reasons}")


def _read(path: Path, kind: str, options: SourceOptions) -> Iterator[Imported]:
    if kind == CATALOGUE:
        yield Imported(read_catalogue(path), pl.DataFrame(schema=REFUSED_SCHEMA))
        return
    known: dict[str, SourceKind] = {name: name for name in NAMES}
    if kind not in known:
        raise UsageError("a source is of a kind that is known", f"found {kind!r}", f"Choose one of {', '.join(KINDS)}")
    here = source_clock()
    if kind == "daily":
        options = dataclasses.replace(
            options,
            timezone=options.timezone or here.timezone,
            delay_hours=here.delay_hours,
            missing_day_is_zero=here.missing_day_is_zero,
        )
    yield from read_source_in_parts(path, known[kind], options)


def kind_of(path: Path, options: SourceOptions) -> str:
    """Return the kind that a source looks like.

    Raises
    ------
    SourceError
        If it looks like none, or like more than one.

    """
    if path.is_dir() and (path / "videos.parquet").exists():
        return CATALOGUE
    return kind_of_source(path, options.mapping)


def digest_of(path: Path) -> str:
    """Return the SHA-256 of a file, or of all files of a folder with their names."""
    found = hashlib.sha256()
    for file in [path] if path.is_file() else sorted(one for one in path.rglob("*") if one.is_file()):
        if path.is_dir():
            found.update(f"{file.relative_to(path)}\0{file.stat().st_size}\0".encode(errors="surrogateescape"))
        for block in _blocks(file):
            found.update(block)
    return found.hexdigest()


def heading_of(path: Path) -> str:
    """Return the SHA-256 of the columns of a table; empty where the source is none."""
    heading = _heading(path) if path.is_file() and path.suffix.lower() not in (".json", ".jsonl", ".zip") else b""
    return hashlib.sha256(heading).hexdigest() if heading else ""


def admitted(found: Imported, file: str, who: str, channels: Collection[str] | None) -> Imported:
    """Return what the database can hold and ``who``, a member of ``channels`` (None: of all), may write; the rest is refused."""
    videos, refused = found.catalogue.videos, [found.refused]
    places = found.places.unique("video_id", keep="first")  # the row whose facts were taken first
    for field, wrong, reason in (*_unfit_videos(), *_foreign_videos(videos, who, channels)):
        refused.append(_refused(file, _placed(videos.filter(wrong), places, ["video_id"]), field, reason))
        videos = videos.filter(~wrong)
    tables: dict[str, pl.DataFrame] = {"videos": videos}
    for table, time in selectors.TIME_OF.items():
        rows: pl.DataFrame = getattr(found.catalogue, table)
        rows = rows.join(videos.select("video_id"), on="video_id", how="semi", maintain_order="left")
        keys = ["video_id", time]
        there = found.places.unique(keys, keep="last")  # of repeated rows the last was kept
        for field, wrong, reason in _unfit_rows(rows, time):
            refused.append(_refused(file, _placed(rows.filter(wrong), there, keys), field, reason))
            rows = rows.filter(~wrong)
        tables[table] = rows
    catalogue = dataclasses.replace(found.catalogue, **tables)  # type: ignore[arg-type]  # the tables are frames
    told = (pl.col(name).str.head(_LONGEST_TOLD) for name in ("value", "reason"))
    return Imported(catalogue, refused_frame(refused).with_columns(told))


def _unfit_videos() -> Iterator[tuple[str, pl.Expr, str]]:
    for field in ("video_id", "channel_id"):
        long = pl.col(field).str.len_chars().fill_null(0) > _LONGEST_ID
        yield field, long, f"an id has at most {_LONGEST_ID} characters"
    year = pl.col("published_at").dt.year()
    yield "published_at", ~year.is_between(YEARS[0], YEARS[-1]), "a year that is none"


def _foreign_videos(
    videos: pl.DataFrame, who: str, channels: Collection[str] | None
) -> Iterator[tuple[str, pl.Expr, str]]:
    if channels is None:
        return
    mine = list(channels)
    none = pl.col("channel_id").is_null() | (pl.col("channel_id") == "")
    yield "channel_id", none, "the source names no channel: say which with channel"
    yield "channel_id", ~pl.col("channel_id").is_in(mine), f"{who} is no member of this channel"
    taken: list[str] = []
    for part in videos.select("video_id").iter_slices(SLICE):
        there = selectors.channels_there(part["video_id"].to_list())
        taken += [source_id for source_id, channel in there.items() if channel not in channels]
    yield "video_id", pl.col("video_id").is_in(taken), "this id is taken"


def _unfit_rows(rows: pl.DataFrame, time: str) -> Iterator[tuple[str, pl.Expr, str]]:
    year = pl.col(time).dt.year()
    yield time, ~year.is_between(YEARS[0], YEARS[-1]), "a year that is none"
    limits = dict.fromkeys(COUNTED, _MOST) | {"revenue_usd": _MOST_USD}
    for name, most in limits.items():
        if name in rows.columns:
            yield name, (pl.col(name).abs() >= most).fill_null(value=False), f"{name} stays below {most:,.0f}"


def _placed(rows: pl.DataFrame, places: pl.DataFrame, keys: list[str]) -> pl.DataFrame:
    """Return rows with the file and line where they stand; null where a source has no lines."""
    known = places.select(*keys, "file", "line")
    return rows.join(known, on=keys, how="left", maintain_order="left")


def _refused(file: str, rows: pl.DataFrame, field: str, reason: str) -> pl.DataFrame:
    """Return rows of a catalogue as refused ones. A catalogue knows no lines, so the video is named as well."""
    columns: dict[str, Any] = {
        "file": pl.col("file").fill_null(file),
        "line": pl.col("line"),
        "field": pl.lit(field),
        "value": pl.col(field).cast(pl.String),
        "reason": pl.format("video {}: {}", pl.col("video_id").str.head(100), pl.lit(reason)),
    }
    return rows.select(**columns).cast(REFUSED_SCHEMA)  # type: ignore[arg-type]  # polars' stub knows no mapping of names


def _without_declared(found: Imported) -> Imported:
    """Return the catalogue without the columns that it declares: the database has no place for them."""
    names = [column.name for column in found.catalogue.declared]
    if not names:
        return found
    plain = dataclasses.replace(found.catalogue, videos=found.catalogue.videos.drop(names), declared=())
    note = f"left out, the database has no place for them: {', '.join(names)}"
    return dataclasses.replace(found, catalogue=with_notes(plain, [note]))


def _heading(path: Path) -> bytes:
    """Return the columns of a table as they stand in its first line that is not empty."""
    if path.suffix.lower() == ".parquet":
        try:
            return "\n".join(pl.read_parquet_schema(path)).encode()
        except (pl.exceptions.PolarsError, OSError):
            return b""
    try:
        with path.open("rb") as file:
            lines = file.read(_BLOCK).splitlines()
    except OSError:
        return b""
    return next((line.strip() for line in lines if line.strip()), b"")


def _blocks(file: Path) -> Iterator[bytes]:
    with file.open("rb") as opened:
        while block := opened.read(_BLOCK):
            yield block
