"""The ledger as a table: the same values as its records hold, read by the plain JSON of Python."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

from downloader.gateways.record import FIGURES, ledger_frame
from downloader.models import LedgerRow
from tests.backend.ledger_records import forecast_record, normal, outcome_record, written

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 3, 1, 12, 0, 0, 123_000, tzinfo=UTC)


def slowly() -> list[dict[str, object]]:
    """What the records of the ledger say, one after the other."""
    rows = [json.loads(record) for record in LedgerRow.objects.order_by("number").values_list("record", flat=True)]
    outcomes = {(row["video"], row["target"]): row for row in rows if row["kind"] == "outcome"}
    return [
        {
            "video_id": row["inputs"]["video_id"],
            "channel_id": row.get("channel"),
            "target": target,
            "as_of": datetime.fromisoformat(row["inputs"]["as_of"]),
            "issue_age_days": row["inputs"]["issue_age_days"],
            **{name: forecast.get(name) for name in FIGURES},
            "actual": outcomes.get((row["inputs"]["video_id"], target), {}).get("value"),
            "status": outcomes.get((row["inputs"]["video_id"], target), {}).get("status"),
        }
        for row in rows
        if row["kind"] == "forecast"
        for target, forecast in row["forecast"].items()
    ]


def test_every_digit_of_the_ledger_is_in_the_table():
    both = {"views_7d": normal(4.0, 0.3), "engagement_rate": {**normal(1.0, 1 / 3), "typical": None}}
    written(
        [
            forecast_record("r", "2", NOON, channel="a", forecast=both),
            forecast_record("r", "1", NOON + timedelta(days=1), age=1 / 3),
            forecast_record("r", "2", NOON + timedelta(days=2), channel="a", forecast=both),
            outcome_record("2", 1e7 / 3, NOON + timedelta(days=9)),
            outcome_record("2", None, NOON + timedelta(days=9), target="engagement_rate"),
        ]
    )
    frame = ledger_frame()
    expected = slowly()
    assert frame.select(expected[0].keys()).to_dicts() == expected
    assert [row["matured_at"] is None for row in frame.to_dicts()] == [row["status"] is None for row in expected]


def test_an_empty_ledger_is_an_empty_table():
    assert ledger_frame().height == 0
