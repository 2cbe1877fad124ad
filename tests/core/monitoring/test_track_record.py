"""How right the forecasts have been, from the rows of a ledger alone."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import numpy as np
import polars as pl
import pytest

from foreview.metrics.bootstrap import bootstrap_means
from foreview.metrics.interval import binomial_share
from foreview.monitoring.track_record import track_record
from foreview.vocabulary import QUANTILES


def ledger(**columns: Any) -> pl.DataFrame:
    """Return rows of views_7d at publication that differ in ``columns`` alone; each video is right in its 80 %, not its 50 % interval."""
    n = max(len(values) for values in columns.values())
    rows: dict[str, Any] = {
        "video_id": [f"v{row}" for row in range(n)],
        "channel_id": [f"c{row % 5}" for row in range(n)],
        "format": "short",
        "target": "views_7d",
        "issue_age_days": 0.0,
        "as_of": datetime(2026, 5, 3, tzinfo=UTC),
        "model_version": "r1",
        "role": "served",
        **dict(zip(QUANTILES, [10.0, 20.0, 80.0, 100.0, 120.0, 400.0, 900.0], strict=True)),
        "point": 99.0,
        "typical": 49.0,
        "actual": 199.0,
    }
    return pl.DataFrame(
        {name: columns.get(name, [value] * n if not isinstance(value, list) else value) for name, value in rows.items()}
    )


def only(found: pl.DataFrame, by: str = "all") -> dict[str, Any]:
    return found.filter(by=by).row(0, named=True)


def test_coverage_is_the_share_inside_with_its_exact_interval():
    actual = [15.0] * 3 + [50.0] * 6 + [100.0] * 10 + [1000.0]
    found = only(track_record(ledger(actual=actual)))
    for level, hits in ((50, 10), (80, 16), (95, 19)):
        share = binomial_share(hits, 20)
        assert [found[f"coverage_{level}{end}"] for end in ("", "_low", "_high")] == [
            share.value,
            share.low,
            share.high,
        ]


def test_the_ends_of_an_interval_belong_to_it():
    assert only(track_record(ledger(actual=[20.0, 400.0])))["coverage_80"] == 1.0


def test_mae_and_skill_are_those_of_the_rows():
    found = only(track_record(ledger(actual=[199.0, 49.0])))
    assert found["mae_ln"] == pytest.approx(np.log(2))
    assert found["skill"] == pytest.approx(1 - (2 * np.log(2)) / (np.log(4) + 0.0))


def test_the_intervals_are_the_wider_ones_of_drawing_channels_and_videos():
    rng = np.random.default_rng(0)
    owner = np.repeat([f"c{n}" for n in range(12)], 5)
    shift = np.repeat(rng.normal(0, 1, 12), 5)
    rows = ledger(actual=np.expm1(np.log(100) + shift + rng.normal(0, 0.1, 60)), channel_id=owner.tolist())
    found = only(track_record(rows))
    losses = np.abs(np.log1p(rows["actual"].to_numpy()) - np.log(100))[:, None]
    expected = bootstrap_means(losses, owner).mean(0)
    assert [found["mae_ln_low"], found["mae_ln_high"]] == [expected.low, expected.high]
    alone = only(track_record(rows.with_columns(channel_id=pl.lit("mine"))))
    assert 0 < alone["mae_ln_high"] - alone["mae_ln_low"] < expected.high - expected.low
    assert alone["channels"] == 1


def test_a_video_counts_once_in_the_interval_of_coverage():
    once = only(track_record(ledger(actual=[100.0] * 8 + [1000.0] * 2)))
    often = ledger(actual=[100.0] * 24 + [1000.0] * 6, video_id=[f"v{n}" for n in range(10) for _ in range(3)])
    found = only(track_record(often))
    assert (found["forecasts"], found["videos"]) == (30, 10)
    for name in ("coverage_95", "coverage_95_low", "coverage_95_high"):
        assert found[name] == once[name]


def test_each_dimension_splits_the_rows_and_all_keeps_them_together():
    rows = ledger(
        actual=[99.0] * 6,
        format=["short", "short", "long", "long", "long", "long"],
        issue_age_days=[0.0, 1.0, 1.4, 3.0, 0.03, 8.0],
        as_of=[datetime(2026, month, 28, tzinfo=UTC) for month in (3, 3, 4, 4, 4, 5)],
        model_version=["r1", "r1", "r1", "r2", "r2", "r2"],
    )
    found = track_record(rows)
    counted = {(by, value): n for by, value, n in found.select("by", "value", "forecasts").iter_rows()}
    assert counted == {
        ("all", "all"): 6,
        ("format", "long"): 4,
        ("format", "short"): 2,
        ("issue_age", "0"): 2,
        ("issue_age", "1"): 2,
        ("issue_age", "3"): 1,
        ("issue_age", "7"): 1,
        ("release", "r1"): 3,
        ("release", "r2"): 3,
        ("month", "2026-03"): 2,
        ("month", "2026-04"): 3,
        ("month", "2026-05"): 1,
    }


def test_shadow_forecasts_and_other_targets_are_kept_apart():
    rows = ledger(
        actual=[99.0] * 4, role=["served", "shadow"] * 2, target=["views_7d", "views_7d", "views_30d", "revenue_30d"]
    )
    found = track_record(rows).filter(by="all")
    assert found.select("role", "target", "forecasts").rows() == [
        ("served", "views_7d", 1),
        ("served", "views_30d", 1),
        ("shadow", "views_7d", 1),
        ("shadow", "revenue_30d", 1),
    ]


def test_what_has_not_matured_or_was_certain_is_not_counted():
    rows = ledger(actual=[99.0, None, 99.0], p2_5=[10.0, 10.0, 900.0])
    assert only(track_record(rows))["forecasts"] == 1


def test_without_typical_there_is_no_skill_and_without_channel_a_video_is_its_own():
    found = only(track_record(ledger(actual=[99.0, 99.0], typical=[None, None], channel_id=[None, None])))
    assert (found["skill"], found["skill_low"], found["skill_high"], found["channels"]) == (None, None, None, 2)


def test_an_empty_ledger_has_an_empty_record():
    rows = ledger(actual=[99.0]).clear()
    found = track_record(rows)
    assert found.height == 0
    assert found.columns == track_record(ledger(actual=[99.0])).columns
