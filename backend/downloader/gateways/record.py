"""The ledger as a table: one row a forecast and target, beside what happened."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, Final

import polars as pl

from downloader import selectors
from downloader.frames import Schema
from downloader.models import LedgerRow
from foreview.tables.schema import TIME
from foreview.vocabulary import QUANTILES

FIGURES: Final = ("point", *QUANTILES, "typical")
_SCHEMA: Final[Schema] = {
    **dict.fromkeys(("video_id", "channel_id", "format", "target", "model_version", "role", "model_type"), pl.String),
    "as_of": TIME,
    "issue_age_days": pl.Float64,
    **dict.fromkeys(FIGURES, pl.Float64),
    "actual": pl.Float64,
    "matured_at": TIME,
    "status": pl.String,
}


def ledger_frame(version: str = "") -> pl.DataFrame:
    """Return the forecasts of the ledger, of one release or of all, in the order in which they were written.

    A row a forecast and target: ``video_id, channel_id, format, target, model_version, role`` (served or shadow), ``model_type, as_of,
    issue_age_days`` [d], the figures in the unit of the target, and ``actual`` with ``matured_at``, null where no outcome is known, and
    ``status`` of the outcome, null while it is still to come. Two queries, however many rows.
    """
    outcomes = {(video, target): json.loads(record) for video, target, record in selectors.outcome_records()}
    return pl.DataFrame(list(_rows(version, outcomes)), schema=_SCHEMA, orient="row")


def entries_of(video: str, rows: Sequence[LedgerRow]) -> list[dict[str, Any]]:
    """Return these forecasts of a video: ``number, as_of, issue_age_days, release``, and ``targets`` by name: figures, model_type, outcome, matured_at."""
    outcomes = {target: json.loads(record) for target, record in selectors.outcomes_of(video)}
    return [_entry(row, outcomes) for row in rows]


def _entry(row: LedgerRow, outcomes: dict[str, Any]) -> dict[str, Any]:
    forecasts = json.loads(row.record)["forecast"]
    targets = {
        target: {
            **{name: forecast.get(name) for name in (*FIGURES, "model_type")},
            "outcome": outcomes.get(target, {}).get("value"),
            "matured_at": _moment(outcomes.get(target, {}).get("matured_at")),
        }
        for target, forecast in forecasts.items()
    }
    said = {name: getattr(row, name) for name in ("number", "as_of", "issue_age_days", "release")}
    return {**said, "targets": targets}


def _rows(version: str, outcomes: dict[tuple[str, str], Any]) -> Iterator[tuple[Any, ...]]:
    for record in selectors.forecast_records(version):
        said = json.loads(record)
        issue = said["inputs"]
        for target, forecast in said["forecast"].items():
            outcome = outcomes.get((issue["video_id"], target), {})
            yield (
                issue["video_id"],
                said.get("channel"),
                said["format"],
                target,
                said["release"],
                said["role"],
                forecast.get("model_type"),
                _moment(issue["as_of"]),
                issue["issue_age_days"],
                *(forecast.get(name) for name in FIGURES),
                outcome.get("value"),
                _moment(outcome.get("matured_at")),
                outcome.get("status"),
            )


def _moment(said: str | None) -> datetime | None:
    return None if said is None else datetime.fromisoformat(said)
