"""The track record as people read it: forecasts beside what happened, coverage, error, and what was missed by most."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from typing import Any, Final

import polars as pl

from downloader import selectors
from downloader.configuration import video_is_mapped
from downloader.gateways.record import ledger_frame
from downloader.models.job import JobState
from downloader.services.access import Account
from foreview.errors import UsageError
from foreview.monitoring.misses import evenly, misses
from foreview.monitoring.track_record import track_record
from foreview.vocabulary import FORMATS, TARGETS, Target

MOST_POINTS: Final = 500
"""Forecasts that are drawn; of more, so many at even distances."""
MOST_MISSES: Final = 12


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which forecasts are looked at; empty: all."""

    target: Target = "views_30d"
    format: str = ""
    release: str = ""

    def __post_init__(self) -> None:
        if self.target not in TARGETS:
            raise UsageError(f"a target is one of {', '.join(TARGETS)}", f"found {self.target!r}")
        if self.format not in ("", *FORMATS):
            raise UsageError(f"a format is one of {', '.join(FORMATS)}", f"found {self.format!r}")


@dataclass(frozen=True, slots=True)
class Record:
    """How right the served forecasts of one target have been."""

    wanted: Wanted
    figures: Mapping[str, Sequence[Mapping[str, Any]]]
    """Dimension → a row of figures for each value of it, see ``foreview.monitoring.track_record``; empty where nothing has matured."""
    points: Sequence[Mapping[str, Any]]
    """Forecasts with outcomes, at most :data:`MOST_POINTS`."""
    misses: Sequence[Mapping[str, Any]]
    """Those missed by most, each with ``title``, None where it is not to be seen."""
    known: int
    """Forecasts with outcomes."""
    open: int
    """Forecasts whose outcome is still to come."""
    never_known: int
    """Forecasts whose outcome never became known."""
    releases: Sequence[str]
    """Releases that may be chosen."""


@dataclass(frozen=True, slots=True)
class Checked:
    """When the ledger was last verified, and what came of it."""

    at: datetime
    holds: bool
    said: str
    """Why it does not hold; empty where it does."""


def served_forecasts(account: Account) -> pl.DataFrame:
    """Return the forecasts that were served for the channels the account sees, as of ``downloader.gateways.record.ledger_frame``."""
    return _served(account.channels)


def record_of(account: Account, by: str) -> list[dict[str, Any]]:
    """Return the track record of the forecasts served for the channels the account sees, told apart ``by`` a dimension."""
    return [row for row in served_record(account.channels) if row["by"] == by]


def served_record(channels: frozenset[str] | None) -> Sequence[dict[str, Any]]:
    """Return the track record of what was served for these channels, None: for all, told apart by every dimension.

    It reads the whole ledger and draws intervals, so it is kept until the ledger grows or is shortened.
    """
    return _figures(selectors.ledger_ends(), channels)


@lru_cache(maxsize=16)
def _figures(ledger: tuple[str, str], channels: frozenset[str] | None) -> tuple[dict[str, Any], ...]:  # noqa: ARG001  (names what is read)
    return tuple(track_record(_served(channels)).to_dicts())


def read_record(account: Account, wanted: Wanted) -> Record:
    """Return how right the forecasts that an account sees have been.

    Raises
    ------
    UsageError
        If no such release made one of them.

    """
    found = _read(selectors.ledger_ends(), account.channels, wanted)
    return replace(found, misses=_with_titles(account, found.misses))


@lru_cache(maxsize=64)
def _read(ledger: tuple[str, str], channels: frozenset[str] | None, wanted: Wanted) -> Record:  # noqa: ARG001  (names what is read)
    """Return the record without titles, kept until the ledger grows or is shortened: its ends name all that is in between."""
    mine = _served(channels).filter(target=wanted.target)
    releases = mine["model_version"].unique(maintain_order=True).to_list()[::-1]
    if wanted.release and wanted.release not in releases:
        raise UsageError("a release of the record made one of its forecasts", f"found {wanted.release!r}")
    conditions = {"format": wanted.format, "model_version": wanted.release}
    rows = mine.filter(**{name: value for name, value in conditions.items() if value})
    # What was certain already was no forecast: the track record does not count it.
    said = rows.filter(pl.col("p2_5") < pl.col("p97_5"))
    known = said.filter(pl.col("actual").is_not_null())
    return Record(
        wanted,
        _by_dimension(track_record(known)),
        evenly(known.sort("as_of", "video_id"), MOST_POINTS).to_dicts(),
        misses(known, wanted.target, MOST_MISSES).to_dicts(),
        known.height,
        said.filter(pl.col("status").is_null()).height,
        said.filter(pl.col("status").is_not_null() & pl.col("actual").is_null()).height,
        releases,
    )


def last_verified() -> Checked | None:
    """Return what the last walk along the ledger found; None where none has ended yet."""
    job = selectors.last_ended("verify_ledger")
    if job is None or job.finished_at is None:
        return None
    return Checked(job.finished_at, job.state == JobState.SUCCEEDED, job.why_failed())


def _served(channels: frozenset[str] | None) -> pl.DataFrame:
    frame = ledger_frame().filter(role="served")
    return frame if channels is None else frame.filter(pl.col("channel_id").is_in(sorted(channels)))


def _by_dimension(figures: pl.DataFrame) -> dict[str, list[dict[str, Any]]]:
    parts = figures.partition_by("by", as_dict=True, maintain_order=True)
    return {str(by): part.to_dicts() for (by,), part in parts.items()}


def _with_titles(account: Account, missed: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return the rows with the titles of their videos; those that another app's models hold have no page, and no title here."""
    keys = [] if video_is_mapped() else [int(row["video_id"]) for row in missed]
    titles = selectors.titles_of(account.channels, keys)
    return [{**row, "title": titles.get(int(row["video_id"])) if titles else None} for row in missed]
