"""From typed rows, each an observation of a video beside its facts, to a catalogue: whole, or in parts of a source of any size.

A video's facts are those observed first: they are closest to its publication.
"""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Final, Literal, TypeAlias

import polars as pl

from foreview.readers.imported import (
    PLACES_SCHEMA,
    REFUSED_SCHEMA,
    Imported,
    SourceOptions,
    refused_frame,
    with_notes,
)
from foreview.readers.rows import TypedRows
from foreview.readers.sheet import LINE
from foreview.tables.catalogue import Catalogue, SourceClock
from foreview.tables.schema import DAILY, EARNINGS, SNAPSHOTS, VIDEOS, Column

Observations: TypeAlias = Literal["snapshots", "daily"]
Batches: TypeAlias = Callable[[], Iterable[TypedRows]]

FILE: Final = "file of the row"
"""Column of rows that come from several files."""
TIME_FIELD: Final[dict[Observations, str]] = {"snapshots": "observed_at", "daily": "date"}
_REVENUE: Final = next(column for column in EARNINGS if column.name == "revenue_usd")
OBSERVED: Final[dict[Observations, tuple[Column, ...]]] = {
    "snapshots": SNAPSHOTS,
    "daily": (*DAILY, Column(_REVENUE.name, _REVENUE.dtype, _REVENUE.unit, _REVENUE.says)),
}


@dataclass(frozen=True, slots=True)
class Listed:
    """The videos of a source, and what was refused and noted where they were listed."""

    videos: pl.DataFrame
    refused: pl.DataFrame
    notes: tuple[str, ...] = ()
    places: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=PLACES_SCHEMA))
    """Where they are listed, if they are in a table of their own."""


@dataclass(frozen=True, slots=True)
class Observing:
    """What the rows of a source are, and how they are read."""

    name: str
    """Of the file, for rows that do not say theirs."""
    kind: Observations
    options: SourceOptions
    listed: Listed | None = None
    """The videos, where a table of their own lists them."""

    @property
    def clock(self) -> SourceClock:
        """The clock of the source."""
        return self.options.clock()


def whole(observing: Observing, batches: Iterable[TypedRows]) -> Imported:
    """Return the catalogue of all rows, in one pass."""
    seen, kept = _nothing_seen(), []
    for batch in batches:
        if observing.listed is None:
            seen = _seen(seen, batch.rows, observing.kind)
        kept.append(_observations(batch, observing.kind))
    listed = observing.listed or Listed(_first_seen(seen, observing.kind), _no_refusals())
    return _imported(observing, listed, _joined(kept))


def parts(observing: Observing, batches: Batches) -> Iterator[Imported]:
    """Yield catalogues of a batch of rows each, with the videos that it names: two passes, and memory for one batch.

    Every part gives a video the same facts. What was refused among the videos is listed with the first part.
    """
    listed = observing.listed
    if listed is None:
        seen = _nothing_seen()
        for batch in batches():
            seen = _seen(seen, batch.rows, observing.kind)
        listed = Listed(_first_seen(seen, observing.kind), _no_refusals())
    refused, notes = listed.refused, listed.notes
    for batch in batches():
        ids = batch.rows.select("video_id").unique()
        videos, places = (
            frame.join(ids, on="video_id", how="semi", maintain_order="left")
            for frame in (listed.videos, listed.places)
        )
        named = replace(listed, videos=videos, places=places, refused=refused, notes=notes)
        yield _imported(observing, named, _observations(batch, observing.kind))
        refused, notes = _no_refusals(), ()


def belonging(
    rows: pl.DataFrame, videos: pl.DataFrame, kind: Observations, clock: SourceClock, name: str
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the rows of known videos from their publication on, and the others as refused."""
    published = videos.select("video_id", published="published_at")
    joined = rows.join(published, on="video_id", how="left", maintain_order="left")
    field = TIME_FIELD[kind]
    start = pl.col("published")
    if kind == "daily":
        start = start.dt.convert_time_zone(clock.timezone).dt.date()
    unknown, early = pl.col("published").is_null(), pl.col(field) < start
    before = pl.format("before the publication of its video ({})", pl.col("published").dt.to_string("iso:strict"))
    moment = pl.col(field).dt.to_string("iso:strict")
    no_video = pl.lit("no such video in the table of videos")
    refused = [
        refused_rows(name, joined.filter(unknown), "video_id", pl.col("video_id"), no_video),
        refused_rows(name, joined.filter(early), field, moment, before),
    ]
    return joined.filter(~unknown & ~early).drop("published"), pl.concat(refused)


def refused_rows(name: str, rows: pl.DataFrame, field: str, value: pl.Expr, reason: pl.Expr) -> pl.DataFrame:
    """Return rows as refused ones of the file that they name, or else of ``name``."""
    columns = {
        "file": pl.col(FILE) if FILE in rows.columns else pl.lit(name),
        "line": pl.col(LINE),
        "field": pl.lit(field),
        "value": value,
        "reason": reason,
    }
    return rows.select(**columns).cast(REFUSED_SCHEMA)  # type: ignore[arg-type]  # polars' stub knows no mapping of names


def places_of(name: str, *frames: pl.DataFrame) -> pl.DataFrame:
    """Return where rows stand: in the file that they name, or else in ``name``."""
    found, keys = [pl.DataFrame(schema=PLACES_SCHEMA)], ("video_id", "date", "observed_at")
    for rows in frames:
        file = pl.col(FILE) if FILE in rows.columns else pl.lit(name)
        there = rows.select(
            file.alias("file"), pl.col(LINE).alias("line"), *(key for key in keys if key in rows.columns)
        )
        found.append(there.cast({name: PLACES_SCHEMA[name] for name in there.columns}))
    return pl.concat(found, how="diagonal")


def earnings_of(rows: pl.DataFrame) -> pl.DataFrame | None:
    """Return the earnings among daily rows."""
    if "revenue_usd" not in rows.columns:
        return None
    return rows.filter(pl.col("revenue_usd").is_not_null()).select("video_id", "date", "revenue_usd")


def _imported(observing: Observing, listed: Listed, typed: TypedRows) -> Imported:
    kind, clock = observing.kind, observing.clock
    rows, astray = belonging(typed.rows, listed.videos, kind, clock, observing.name)
    videos = _with_defaults(listed.videos, observing.options)
    counts = rows.select(
        column.name for column in (SNAPSHOTS if kind == "snapshots" else DAILY) if column.name in rows.columns
    )
    if kind == "snapshots":
        catalogue = Catalogue.of(videos, snapshots=counts, clock=clock)
    else:
        catalogue = Catalogue.of(videos, daily=counts, earnings=earnings_of(rows), clock=clock)
    places = pl.concat([listed.places, places_of(observing.name, rows)])
    notes = (*listed.notes, *typed.notes, *_repeats(counts.height, getattr(catalogue, kind).height, kind))
    return Imported(with_notes(catalogue, notes), refused_frame([listed.refused, typed.refused, astray]), places)


def _repeats(given: int, kept: int, kind: Observations) -> list[str]:
    repeats = given - kept
    return [f"{repeats} rows repeat a video and {TIME_FIELD[kind]}: the last of each was kept"] if repeats else []


def _observations(batch: TypedRows, kind: Observations) -> TypedRows:
    """Return the batch without the facts of videos, and without rows that count nothing."""
    names = (LINE, FILE, *(column.name for column in OBSERVED[kind]))
    rows = batch.rows.filter(pl.col("views").is_not_null()).select(name for name in names if name in batch.rows.columns)
    return TypedRows(rows, batch.refused, batch.assumed, batch.told)


def _joined(batches: Sequence[TypedRows]) -> TypedRows:
    assumed = sum((batch.assumed for batch in batches), Counter[str]())
    told = tuple(dict.fromkeys(note for batch in batches for note in batch.told))
    refused = pl.concat([batch.refused for batch in batches])
    return TypedRows(pl.concat([batch.rows for batch in batches], how="diagonal"), refused, assumed, told)


def _seen(seen: pl.DataFrame, rows: pl.DataFrame, kind: Observations) -> pl.DataFrame:
    """Return each version of each video's facts that was observed, when it was first, in the order of the file."""
    facts = [column.name for column in VIDEOS if column.name in rows.columns]
    added = pl.concat([seen, rows.select(TIME_FIELD[kind], *facts)], how="diagonal")
    versions = added.sort(TIME_FIELD[kind], maintain_order=True).unique(facts, keep="first", maintain_order=True)
    return _compact(versions)


def _compact(frame: pl.DataFrame) -> pl.DataFrame:
    """Return the frame in memory of its own: few rows of a batch otherwise keep the texts of all its rows alive."""
    own = io.BytesIO()
    frame.write_ipc(own)
    own.seek(0)
    return pl.read_ipc(own)


def _first_seen(seen: pl.DataFrame, kind: Observations) -> pl.DataFrame:
    """Return one row a video: of every field the value that was observed first."""
    facts = [name for name in seen.columns if name not in ("video_id", TIME_FIELD[kind])]
    first = (pl.col(name).drop_nulls().first() for name in facts)
    return seen.group_by("video_id", maintain_order=True).agg(first)


def _nothing_seen() -> pl.DataFrame:
    return pl.DataFrame(schema={})


def _no_refusals() -> pl.DataFrame:
    return pl.DataFrame(schema=REFUSED_SCHEMA)


def _with_defaults(videos: pl.DataFrame, options: SourceOptions) -> pl.DataFrame:
    for name, default in (("channel_id", options.channel_id), ("platform", options.platform)):
        if default is not None:
            given = pl.col(name) if name in videos.columns else pl.lit(None, pl.String)
            videos = videos.with_columns(given.fill_null(default).alias(name))
    return videos
