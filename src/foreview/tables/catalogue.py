"""A catalogue: the videos of one owner and everything observed about them. ``Catalogue.as_of`` is the one gate against the future."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import polars as pl

from foreview.errors import CatalogueError, UsageError
from foreview.tables.checks import check_declared, check_rows_belong, check_table, with_format
from foreview.tables.fingerprint import fingerprint_of
from foreview.tables.schema import TABLES, DeclaredColumn

DEFAULT_DELAY_HOURS = 48.0
"""YouTube's analytics are complete about two days after a day closes; a shorter delay has to be claimed."""


@dataclass(frozen=True, slots=True)
class SourceClock:
    """When a daily row becomes known: its day closes in ``timezone``, and ``delay_hours`` later it is final."""

    timezone: str = "UTC"
    delay_hours: float = DEFAULT_DELAY_HOURS
    missing_day_is_zero: bool = False
    """Whether the source leaves out days without views (YouTube's API does). Otherwise a missing day ends the curve."""

    def __post_init__(self) -> None:
        try:
            ZoneInfo(self.timezone)
            pl.Series(dtype=pl.Datetime("ms")).dt.replace_time_zone(self.timezone)  # it brings its own list of zones
        except (ZoneInfoNotFoundError, ValueError, OSError, pl.exceptions.PolarsError):
            raise CatalogueError(
                "timezone is an IANA name such as America/Los_Angeles", f"found {self.timezone!r}"
            ) from None
        if not 0 <= self.delay_hours <= 24 * 60:
            raise CatalogueError("delay_hours lies between 0 and 1440", f"found {self.delay_hours}")

    def day_end(self, date: str = "date") -> pl.Expr:
        """Return the instant [UTC, ms] at which the day in column ``date`` closes."""
        # The last millisecond of the day, not the midnight after it: clocks skip or repeat midnight in some zones.
        midnight = pl.col(date).dt.offset_by("1d").cast(pl.Datetime("ms"))
        last = self._local(midnight - pl.duration(milliseconds=1), ambiguous="latest") + pl.duration(milliseconds=1)
        # A zone that crosses the date line skips a whole day; a row of such a day closes when the day would have.
        local = last.fill_null(self._local(midnight, ambiguous="earliest"))
        return local.dt.convert_time_zone("UTC")

    def _local(self, wall_clock: pl.Expr, *, ambiguous: Literal["earliest", "latest"]) -> pl.Expr:
        return wall_clock.dt.replace_time_zone(self.timezone, ambiguous=ambiguous, non_existent="null")

    def known_at(self, date: str = "date") -> pl.Expr:
        """Return the instant [UTC, ms] from which a daily row of column ``date`` may be used."""
        return self.day_end(date) + pl.duration(milliseconds=round(self.delay_hours * 3_600_000))


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Checked tables with the catalogue's types; build one with :meth:`of`, never by hand.

    ``snapshots``, ``daily`` and ``earnings`` are always there, empty when the source has none.
    """

    videos: pl.DataFrame
    snapshots: pl.DataFrame
    daily: pl.DataFrame
    earnings: pl.DataFrame
    clock: SourceClock
    declared: tuple[DeclaredColumn, ...] = ()
    notes: tuple[str, ...] = ()
    """What was derived on the way in, as sentences for the reader."""

    @classmethod
    def of(
        cls,
        videos: pl.DataFrame,
        *,
        snapshots: pl.DataFrame | None = None,
        daily: pl.DataFrame | None = None,
        earnings: pl.DataFrame | None = None,
        clock: SourceClock | None = None,
        declared: Sequence[DeclaredColumn] = (),
    ) -> Catalogue:
        """Return a catalogue of checked tables.

        Raises
        ------
        CatalogueError
            Where a table breaks the format; naming table, field, row and rule.

        Examples
        --------
        >>> from datetime import datetime, timezone
        >>> noon = datetime(2026, 1, 1, 12, tzinfo=timezone.utc)
        >>> videos = pl.DataFrame({"video_id": ["a"], "published_at": [noon], "duration_s": [45.0]})
        >>> Catalogue.of(videos).videos["format"].to_list()
        ['short']

        """
        clock = clock or SourceClock()
        check_declared(declared)
        checked, notes = with_format(check_table("videos", videos, declared))
        tables = {"snapshots": snapshots, "daily": daily, "earnings": earnings}
        rows = {}
        for name, frame in tables.items():
            rows[name] = check_table(name, _empty(name) if frame is None else frame)
            check_rows_belong(name, rows[name], checked, clock.timezone)
        return cls(checked, rows["snapshots"], rows["daily"], rows["earnings"], clock, tuple(declared), notes)

    def as_of(self, t: datetime) -> Catalogue:
        """Return what was known at ``t`` and nothing else: the one gate against the future.

        Videos published later, counters read later, days not yet closed (plus the source's delay) and declared values not
        yet known are not there.

        Raises
        ------
        UsageError
            If ``t`` has no time zone.

        """
        now = pl.lit(utc_ms(t))
        videos = self.videos.filter(pl.col("published_at") <= now).with_columns(
            pl.when(pl.col("published_at") + timedelta(days=c.known_after_days) <= now)
            .then(pl.col(c.name))
            .alias(c.name)
            for c in self.declared
        )
        return dataclasses.replace(
            self,
            videos=videos,
            snapshots=self.snapshots.filter(pl.col("observed_at") <= now),
            daily=self.daily.filter(self.clock.known_at() <= now),
            earnings=self.earnings.filter(self.clock.known_at() <= now),
        )

    def only(self, video_ids: pl.Series | Sequence[str]) -> Catalogue:
        """Return the catalogue of these videos alone."""
        wanted = pl.Series("video_id", video_ids, dtype=pl.String)
        tables = {name: getattr(self, name).filter(pl.col("video_id").is_in(wanted.implode())) for name in _TABLES}
        return dataclasses.replace(self, **tables)

    def fingerprint(self) -> str:
        """Return the SHA-256 of the content: equal catalogues have equal fingerprints."""
        return fingerprint_of(repr((self.clock, self.declared)), (getattr(self, name) for name in _TABLES))


_TABLES = ("videos", "snapshots", "daily", "earnings")


def utc_ms(t: datetime) -> datetime:
    """Return ``t`` for comparison with the catalogue's times; it must say its time zone."""
    if t.tzinfo is None:
        raise UsageError(
            "a time says its time zone", f"found {t.isoformat()}", "Write for example 2026-05-01T00:00:00Z"
        )
    return t.astimezone(ZoneInfo("UTC"))


def _empty(name: str) -> pl.DataFrame:
    return pl.DataFrame(schema={column.name: column.dtype for column in TABLES[name]})
