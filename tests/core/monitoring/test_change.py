"""A change at once in the scores of matured forecasts, where its date is known. Simulated worlds: ``python -m benchmarks.redefined``."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import polars as pl
import pytest
from scipy.special import ndtri

from foreview.monitoring.change import last_shifts, normal_scores, suggested_changes
from foreview.vocabulary import QUANTILES

START = datetime(2025, 1, 1, tzinfo=UTC)
RISE = float(np.log(1.31))


def ledger(scores: np.ndarray, *, sd: float = 1.0, target: str = "views_7d", kind: str = "short") -> pl.DataFrame:
    """Return two matured forecasts a day, normal around ln 3,000 with ``sd``, whose outcomes have these normal scores."""
    quantiles = {name: float(np.expm1(8 + sd * ndtri(level))) for name, level in QUANTILES.items()}
    rows = [
        {
            "video_id": f"{kind}{row}",
            "format": kind,
            "target": target,
            "as_of": START + timedelta(hours=12 * row),
            "issue_age_days": 0.0,
            "actual": float(np.expm1(8 + sd * score)),
            **quantiles,
        }
        for row, score in enumerate(scores.tolist())
    ]
    return pl.DataFrame(rows)


def ordinary(n: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal(n)


def test_scores_are_where_the_outcome_fell():
    scores = np.array([-5.0, -2.5, -1.0, 0.0, 0.3, 1.96, 9.0])
    expected = np.clip(scores, -4, 4)
    np.testing.assert_allclose(normal_scores(ledger(scores)), expected, atol=1e-9)


def test_an_outcome_on_a_jump_falls_in_the_middle_of_it_and_a_certain_forecast_has_no_score():
    jump = ledger(np.zeros(1)).with_columns(p25=pl.col("p50"), p75=pl.col("p50"))
    assert normal_scores(jump)[0] == pytest.approx(0.0, abs=1e-9)
    certain = ledger(np.zeros(1)).with_columns(pl.lit(7.0).alias(name) for name in QUANTILES)
    assert np.isnan(normal_scores(certain)).all()


def test_a_redefinition_that_adds_a_third_is_found_within_sixty_shorts_and_dated():
    """Calm shorts: the forecasts' standard deviation is that of a factor 1.3."""
    shift = RISE / 0.27
    scores = ordinary(460)
    scores[400:] += shift
    found = suggested_changes(ledger(scores, sd=0.27))
    assert found["flagged"][0]
    assert found["effect"][0] == pytest.approx(shift, abs=0.35)
    changed = START + timedelta(hours=12 * 400)
    assert abs(found["changed_at"][0] - changed) <= timedelta(days=3)


def test_where_nothing_changed_nothing_is_suggested():
    found = suggested_changes(pl.concat([ledger(ordinary(460)), ledger(ordinary(460, seed=1), kind="long")]))
    assert found["flagged"].to_list() == [False] * 4
    assert found["changed_at"].null_count() == 4


def test_scores_that_were_always_off_are_no_change():
    found = suggested_changes(ledger(ordinary(460) + 2.0))
    assert not found["flagged"].any()


def test_a_slow_drift_is_no_change():
    found = suggested_changes(ledger(ordinary(460) + np.linspace(0, 1.0, 460)))
    assert not found["flagged"].any()


def test_only_the_changed_format_is_flagged():
    scores = ordinary(460)
    scores[400:] += 1.5
    found = suggested_changes(pl.concat([ledger(scores), ledger(ordinary(460, seed=1), kind="long")]))
    assert set(found.filter("flagged")["format"]) == {"short"}


def test_of_few_scores_nothing_is_said():
    scores = ordinary(100)
    scores[60:] += 3
    found = suggested_changes(ledger(scores))
    assert not found["flagged"].any()
    assert suggested_changes(ledger(scores).clear()).is_empty()


def test_only_the_first_forecast_of_a_video_counts():
    scores = ordinary(460)
    scores[400:] += 1.5
    rows = ledger(scores)
    later = ledger(ordinary(460, seed=2)).with_columns(issue_age_days=3.0, as_of=pl.col("as_of") + timedelta(days=3))
    assert suggested_changes(pl.concat([later, rows])).equals(suggested_changes(rows))


def test_forecasts_without_outcome_change_nothing():
    rows = ledger(ordinary(460))
    pending = ledger(np.full(500, 9.0))[460:].with_columns(actual=pl.lit(None, pl.Float64))
    assert suggested_changes(pl.concat([rows, pending])).equals(suggested_changes(rows))


def test_looking_every_month_of_a_year_suggests_seldom_what_is_not_there():
    """Known truth: scores drawn alike. The budget is one alarm in ten years."""
    alarms = 0
    for seed in range(20):
        rows = ledger(ordinary(930, seed))
        alarms += any(suggested_changes(rows[:end])["flagged"].any() for end in range(200, 930, 56))
    assert alarms <= 4


def test_how_long_scores_resemble_their_neighbours_is_told_by_all_streams():
    rng = np.random.default_rng(3)
    forgets = rng.standard_normal(460)
    remembers = np.repeat(rng.standard_normal(9), 60)[:460] + rng.normal(0, 0.5, 460)
    alone, _ = last_shifts([forgets, forgets], 60, [1e-3, 1e-3])
    among, *_ = last_shifts([forgets, remembers, remembers], 60, [1e-3] * 3)
    assert among[0] == alone[0]
    assert among[1] > 1.5 * alone[1]


def test_a_stream_that_is_too_short_tells_nothing_and_is_told_nothing():
    long, short = ordinary(460), ordinary(61)
    assert last_shifts([long, short], 60, [1e-3, 1e-3])[0] == last_shifts([long], 60, [1e-3])[0]
    assert last_shifts([short, short[:20]], 60, [1e-3, 1e-3])[1] == (0.0, np.inf)
