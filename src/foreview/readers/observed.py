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

MERGED_ROWS: Final = 50_000
"""Versions of facts that are gathered before they are merged."""
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


@dataclass(slots=True)
class Versions:
    """Each version of each video's facts that was observed, and when it was first: gathered batch by batch."""

    kind: Observations
    _merged: pl.DataFrame = field(default_factory=pl.DataFrame)
    _waiting: list[pl.DataFrame] = field(default_factory=list)

    def add(self, rows: pl.DataFrame) -> None:
        """Take in a batch. Batches wait until they are as many as what is there, so that adding many stays cheap."""
        names = (TIME_FIELD[self.kind], *(column.name for column in VIDEOS if column.name in rows.columns))
        self._waiting.append(_compact(self._earliest([rows.select(names)])))
        if sum(frame.height for frame in self._waiting) > max(self._merged.height, MERGED_ROWS):
            self._merge()

    def first(self) -> pl.DataFrame:
        """Return one row a video: of every field the value that was observed first."""
        self._merge()
        facts = [name for name in self._merged.columns if name not in ("video_id", TIME_FIELD[self.kind])]
        first = (pl.col(name).drop_nulls().first() for name in facts)
        return self._merged.group_by("video_id", maintain_order=True).agg(first)

    def _merge(self) -> None:
        if self._waiting:
            self._merged, self._waiting = _compact(self._earliest([self._merged, *self._waiting])), []

    def _earliest(self, frames: Sequence[pl.DataFrame]) -> pl.DataFrame:
        time = TIME_FIELD[self.kind]
        found = pl.concat([frame for frame in frames if frame.width], how="diagonal")
        facts = [name for name in found.columns if name != time]
        return found.sort(time, maintain_order=True).unique(facts, keep="first", maintain_order=True)


def whole(observing: Observing, batches: Iterable[TypedRows]) -> Imported:
    """Return the catalogue of all rows, in one pass."""
    versions, kept = Versions(observing.kind), []
    for batch in batches:
        if observing.listed is None:
            versions.add(batch.rows)
        kept.append(observations(batch, observing.kind))
    return catalogue_of(observing, listing(observing, versions), joined(kept))


def parts(observing: Observing, batches: Batches) -> Iterator[Imported]:
    """Yield catalogues of a batch of rows each, with the videos that it names: two passes, and memory for one batch.

    Every part gives a video the same facts. What was refused among the videos is listed with the first part.
    """
    versions = Versions(observing.kind)
    for batch in batches() if observing.listed is None else ():
        versions.add(batch.rows)
    listed = listing(observing, versions)
    refused, notes = listed.refused, listed.notes
    for batch in batches():
        ids = batch.rows.select("video_id").unique()
        videos, places = (
            frame.join(ids, on="video_id", how="semi", maintain_order="left")
            for frame in (listed.videos, listed.places)
        )
        named = replace(listed, videos=videos, places=places, refused=refused, notes=notes)
        yield catalogue_of(observing, named, observations(batch, observing.kind))
        refused, notes = _no_refusals(), ()


def listing(observing: Observing, versions: Versions) -> Listed:
    """Return the videos of a source: from the table that lists them, or as they were seen in its rows."""
    return observing.listed or Listed(versions.first(), _no_refusals())


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


def catalogue_of(observing: Observing, listed: Listed, typed: TypedRows) -> Imported:
    """Return the catalogue of these rows and the videos that are listed, with the rows that belong to none as refused."""
    kind, clock = observing.kind, observing.clock
    rows, astray = belonging(typed.rows, listed.videos, kind, clock, observing.name)
    videos = with_defaults(listed.videos, observing.options)
    counts = rows.select(
        column.name for column in (SNAPSHOTS if kind == "snapshots" else DAILY) if column.name in rows.columns
    )
    if kind == "snapshots":
        catalogue = Catalogue.of(videos, snapshots=counts, clock=clock)
    else:
        catalogue = Catalogue.of(videos, daily=counts, earnings=earnings_of(rows), clock=clock)
    places = pl.concat([listed.places, places_of(observing.name, rows)])
    notes = (*listed.notes, *typed.notes, *repeats(counts.height - getattr(catalogue, kind).height, kind))
    return Imported(with_notes(catalogue, notes), refused_frame([listed.refused, typed.refused, astray]), places)


def repeats(count: int, kind: Observations) -> list[str]:
    """Return the sentence on rows that stand there again; none where there is none."""
    return [f"{count} rows repeat a video and {TIME_FIELD[kind]}: the last of each was kept"] if count else []


def observations(batch: TypedRows, kind: Observations) -> TypedRows:
    """Return the batch without the facts of videos, and without rows that count nothing."""
    names = (LINE, FILE, *(column.name for column in OBSERVED[kind]))
    rows = batch.rows.filter(pl.col("views").is_not_null()).select(name for name in names if name in batch.rows.columns)
    return TypedRows(rows, batch.refused, batch.assumed, batch.told)


def joined(batches: Sequence[TypedRows]) -> TypedRows:
    """Return several batches as one."""
    assumed = sum((batch.assumed for batch in batches), Counter[str]())
    told = tuple(dict.fromkeys(note for batch in batches for note in batch.told))
    refused = pl.concat([batch.refused for batch in batches])
    return TypedRows(pl.concat([batch.rows for batch in batches], how="diagonal"), refused, assumed, told)


def _compact(frame: pl.DataFrame) -> pl.DataFrame:
    """Return the frame in memory of its own: few rows of a batch otherwise keep the texts of all its rows alive."""
    own = io.BytesIO()
    frame.write_ipc(own)
    own.seek(0)
    return pl.read_ipc(own)


def _no_refusals() -> pl.DataFrame:
    return pl.DataFrame(schema=REFUSED_SCHEMA)


def with_defaults(videos: pl.DataFrame, options: SourceOptions) -> pl.DataFrame:
    """Return the videos with the channel and platform that the owner says, where the source names none."""
    for name, default in (("channel_id", options.channel_id), ("platform", options.platform)):
        if default is not None:
            given = pl.col(name) if name in videos.columns else pl.lit(None, pl.String)
            videos = videos.with_columns(given.fill_null(default).alias(name))
    return videos
