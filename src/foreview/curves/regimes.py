"""Dated redefinitions of a metric. Counts of different regimes are not mixed silently."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

import polars as pl

from foreview.vocabulary import Format


@dataclass(frozen=True, slots=True)
class Redefinition:
    """A platform changed what it counts as a view of a format at an instant."""

    platform: str
    format: Format
    at: datetime
    name: str
    source: str


KNOWN_REDEFINITIONS: Final = (
    Redefinition(
        "youtube",
        "short",
        datetime(2025, 3, 31, tzinfo=UTC),
        "youtube-short-2025-03-31",
        "YouTube Help: a Shorts view counts each start or replay, with no minimum watch time",
    ),
)


def regime() -> pl.Expr:
    """Return the regime of each video's counts: what the catalogue says, else what platform, format and date imply."""
    derived = pl.lit("")
    for change in KNOWN_REDEFINITIONS:
        derived = (
            pl.when(_concerned(change) & (pl.col("published_at") >= change.at))
            .then(pl.lit(change.name))
            .otherwise(derived)
        )
    return pl.coalesce("metric_regime", derived)


def mixes_regimes(horizon_days: float) -> pl.Expr:
    """Return whether a redefinition falls between publication and the horizon, so that the count is of neither regime.

    That is what the catalogue says (``metric_redefined_at``), or what the known redefinitions imply where it names no regime.
    """
    end = pl.col("published_at") + pl.duration(milliseconds=round(horizon_days * 86_400_000))
    known = pl.lit(value=False)
    for change in KNOWN_REDEFINITIONS:
        known = known | (_concerned(change) & (pl.col("published_at") < change.at) & (end > change.at))
    told = (pl.col("published_at") < pl.col("metric_redefined_at")) & (end > pl.col("metric_redefined_at"))
    return told.fill_null(value=False) | (known & pl.col("metric_regime").is_null())


def _concerned(change: Redefinition) -> pl.Expr:
    return (pl.col("platform").str.to_lowercase() == change.platform).fill_null(value=False) & (
        pl.col("format") == change.format
    )
