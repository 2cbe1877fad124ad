"""The ledger as a table: one row a forecast and target, beside what happened."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

import polars as pl

from downloader import selectors
from downloader.frames import Schema
from downloader.models import LedgerRow
from foreview.tables.schema import TIME
from foreview.vocabulary import QUANTILES, TARGETS

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
_FORECAST: Final = pl.Struct({**dict.fromkeys(FIGURES, pl.Float64), "model_type": pl.String})
_RECORD: Final = pl.Struct(
    {
        **dict.fromkeys(("channel", "format", "release", "role"), pl.String),
        "inputs": pl.Struct({"video_id": pl.String, "as_of": pl.String, "issue_age_days": pl.Float64}),
        "forecast": pl.Struct(dict.fromkeys(TARGETS, _FORECAST)),
    }
)
_OUTCOME: Final = pl.Struct({"value": pl.Float64, "matured_at": pl.String, "status": pl.String})


def ledger_frame(version: str = "") -> pl.DataFrame:
    """Return the forecasts of the ledger, of one release or of all, in the order in which they were written.

    A row a forecast and target: ``video_id, channel_id, format, target, model_version, role`` (served or shadow), ``model_type, as_of,
    issue_age_days`` [d], the figures in the unit of the target, and ``actual`` with ``matured_at``, null where no outcome is known, and
    ``status`` of the outcome, null while it is still to come. Two queries, however many rows.
    """
    found = _forecasts(pl.Series("record", list(selectors.forecast_records(version)), dtype=pl.String))
    rows = found.join(_outcomes(), on=["video_id", "target"], how="left", maintain_order="left")
    return rows.select(pl.col(name).cast(dtype) for name, dtype in _SCHEMA.items())


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


def _forecasts(records: pl.Series) -> pl.DataFrame:
    """Return what records of forecasts say, a row a target; polars reads of the JSON what is asked for, and skips the inputs."""
    said = records.str.json_decode(_RECORD).struct.unnest().with_row_index("place").unnest("inputs")
    parts = [
        said.drop("forecast")
        .with_columns(said["forecast"].struct.field(target), target=pl.lit(target))
        .filter(pl.col(target).is_not_null())
        .unnest(target)
        for target in sorted(TARGETS)
    ]
    found = pl.concat(parts).sort("place", maintain_order=True)
    names = {"channel": "channel_id", "release": "model_version"}
    return found.rename(names).with_columns(as_of=_moments(found["as_of"]))


def _outcomes() -> pl.DataFrame:
    video, target, record = zip(*found, strict=True) if (found := selectors.outcome_records()) else ((), (), ())
    said = pl.Series("record", record, dtype=pl.String).str.json_decode(_OUTCOME).struct.unnest()
    return said.select(
        pl.Series("video_id", video, dtype=pl.String),
        pl.Series("target", target, dtype=pl.String),
        pl.col("value").alias("actual"),
        _moments(said["matured_at"]),
        "status",
    )


def _moments(said: pl.Series) -> pl.Series:
    """Return times as the ledger spells them as instants; each spelling is read once."""
    different = said.drop_nulls().unique()
    moments = pl.Series([datetime.fromisoformat(text) for text in different], dtype=TIME)
    return said.replace_strict(different, moments, default=None, return_dtype=TIME)


def _moment(said: str | None) -> datetime | None:
    return None if said is None else datetime.fromisoformat(said)
