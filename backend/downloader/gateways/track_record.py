"""Forecasts beside what happened, from the ledger alone."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final

import polars as pl
from django.db.models import QuerySet

from downloader.gateways.ledger import by_number
from downloader.models import LedgerRow
from foreview.tables.schema import TIME
from foreview.vocabulary import QUANTILES, TARGETS

_NUMBERS: Final = ("point", *QUANTILES, "typical")
_SCHEMA: Final = {
    **dict.fromkeys(("video_id", "channel_id", "format", "role", "model_version", "model_type", "target"), pl.String()),
    "as_of": TIME,
    **dict.fromkeys(("issue_age_days", *_NUMBERS, "actual"), pl.Float64()),
}


def forecasts_and_outcomes() -> pl.DataFrame:
    """Return one row a forecast of the ledger and target, in the order in which they were issued.

    ``video_id, channel_id`` (as known at the issue time; null where unknown), ``format, role, model_version, model_type, target, as_of``,
    ``issue_age_days`` [d]; ``point``, the quantiles, ``typical`` and ``actual`` (null where none matured) in the unit of the target.
    """
    outcomes = LedgerRow.objects.filter(kind=LedgerRow.Kind.OUTCOME)
    actual = {(said["video"], said["target"]): said["value"] for said in _said(outcomes)}
    rows = LedgerRow.objects.filter(kind=LedgerRow.Kind.FORECAST)
    found = [
        _row(said, target, actual.get((said["inputs"]["video_id"], target)))
        for said in _said(rows)
        for target in TARGETS
    ]
    return pl.DataFrame(found, schema=_SCHEMA, orient="row")


def _said(rows: QuerySet[LedgerRow]) -> Iterator[dict[str, Any]]:
    for row in by_number(rows):
        yield json.loads(row.record)


def _row(said: dict[str, Any], target: str, actual: float | None) -> tuple[Any, ...]:
    forecast, inputs = said["forecast"][target], said["inputs"]
    return (
        *(inputs["video_id"], said["channel"], said["format"], said["role"], said["release"]),
        *(forecast["model_type"], target, datetime.fromisoformat(inputs["as_of"]), inputs["issue_age_days"]),
        *(forecast.get(name) for name in _NUMBERS),
        actual,
    )
