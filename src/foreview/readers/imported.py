"""What every reader takes and gives: options of the source in, a catalogue and the refused rows out."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Final

import polars as pl

from foreview.tables.catalogue import DEFAULT_DELAY_HOURS, Catalogue, SourceClock
from foreview.tables.schema import TIME

REFUSED_SCHEMA: Final = {
    "file": pl.String(),
    "line": pl.Int64(),
    "field": pl.String(),
    "value": pl.String(),
    "reason": pl.String(),
}
"""One row a refused field: the line counts from 1 in text files, rows count from 1 in Parquet, null for JSON."""
PLACES_SCHEMA: Final = {
    "file": pl.String(),
    "line": pl.Int64(),
    "video_id": pl.String(),
    "date": pl.Date(),
    "observed_at": TIME,
}
"""One row a row that was read: where it stands, and which video and day or moment it is of; what it does not say is null."""


@dataclass(frozen=True, slots=True)
class SourceOptions:
    """What the owner says about a source, beyond the file itself."""

    mapping: Mapping[str, str] = field(default_factory=dict)
    """Field of the catalogue → column of the source, where the names differ."""
    timezone: str | None = None
    """IANA name of the zone of the source's days and of times that name none; without it the reader's own default."""
    delay_hours: float = DEFAULT_DELAY_HOURS
    missing_day_is_zero: bool = False
    channel_id: str | None = None
    """The channel of videos for which the source names none."""
    platform: str | None = None
    """The platform of videos for which the source names none."""
    observed_at: datetime | None = None
    """When totals without a time of their own were read; must say its time zone."""
    videos: Path | None = None
    """A table of the videos, where the source holds observations only."""

    def clock(self, default_timezone: str = "UTC") -> SourceClock:
        """Return the clock of the source."""
        return SourceClock(self.timezone or default_timezone, self.delay_hours, self.missing_day_is_zero)


@dataclass(frozen=True, slots=True)
class Imported:
    """A catalogue of every row that could be read, and each one that could not, with its reason.

    A row enters whole or is refused whole. What was assumed stands in ``catalogue.notes``.
    """

    catalogue: Catalogue
    refused: pl.DataFrame
    """Columns of :data:`REFUSED_SCHEMA`."""
    places: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=PLACES_SCHEMA))
    """Where the rows stand, for whoever refuses some of them later: columns of :data:`PLACES_SCHEMA`; none where a source has no lines."""


def refused_frame(frames: Sequence[pl.DataFrame]) -> pl.DataFrame:
    """Return the refused rows of several steps as one table, in the order of the files."""
    empty = pl.DataFrame(schema=REFUSED_SCHEMA)
    return pl.concat([empty, *frames]).sort("file", "line", maintain_order=True)


def refusals(file: str, rows: Sequence[tuple[int | None, str, str | None, str]]) -> pl.DataFrame:
    """Return (line, field, value, reason) rows of one file as a table of :data:`REFUSED_SCHEMA`."""
    return pl.DataFrame([(file, *row) for row in rows], schema=REFUSED_SCHEMA, orient="row")


def with_notes(catalogue: Catalogue, notes: Sequence[str]) -> Catalogue:
    """Return the catalogue with further sentences on what was assumed on the way in."""
    return dataclasses.replace(catalogue, notes=(*dict.fromkeys(notes), *catalogue.notes))
