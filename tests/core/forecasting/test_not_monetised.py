"""A video known not to be monetised gets a revenue of zero, and says why."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import polars as pl
import pytest

from foreview.features.matrix import feature_table
from foreview.forecasting.forecaster import forecast, issues_at_age
from foreview.releases.prior import prior_release
from foreview.tables.catalogue import Catalogue, SourceClock
from foreview.vocabulary import QUANTILES

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
DAYS = [date(2026, 1, 1) + timedelta(days=day) for day in range(3)]


def catalogue(*, is_monetised: bool | None, earned: float = 0.0) -> Catalogue:
    videos = pl.DataFrame(
        {"video_id": ["a"], "published_at": [NOON], "format": ["long"], "is_monetised": [is_monetised]},
        schema_overrides={"is_monetised": pl.Boolean},
    )
    daily = pl.DataFrame({"video_id": "a", "date": DAYS, "views": 100.0})
    earnings = pl.DataFrame({"video_id": "a", "date": DAYS, "revenue_usd": earned})
    return Catalogue.of(videos, daily=daily, earnings=earnings, clock=SourceClock(delay_hours=0.0))


def revenue(known: Catalogue, age: float = 3.0) -> dict[str, object]:
    issues = issues_at_age(known, NOON + timedelta(days=60), age)
    return forecast(known, prior_release(), issues).filter(target="revenue_30d").row(0, named=True)


@pytest.mark.parametrize("age", [0.0, 3.0])
def test_it_is_exactly_zero_with_certainty_and_says_why(age: float):
    found = revenue(catalogue(is_monetised=False), age)
    assert {name: found[name] for name in ("point", "point_mrse", *QUANTILES)} == dict.fromkeys(
        ("point", "point_mrse", *QUANTILES), 0.0
    )
    assert (found["p_above_zero"], found["p_beats_typical"], found["confidence"]) == (0.0, 0.0, 1.0)
    assert found["model_type"] == "not_monetised"


@pytest.mark.parametrize("is_monetised", [True, None])
def test_it_may_earn_where_that_is_not_known_to_be_impossible(is_monetised: bool | None):
    found = revenue(catalogue(is_monetised=is_monetised))
    assert found["model_type"] == "prior"
    assert 0.0 < float(str(found["p_above_zero"])) < 1.0


def test_what_it_earned_all_the_same_refutes_the_fact():
    found = revenue(catalogue(is_monetised=False, earned=0.5))
    assert found["model_type"] == "prior"
    assert found["p_above_zero"] == 1.0
    assert float(str(found["p2_5"])) >= 1.0


def test_the_views_of_such_a_video_are_forecast_like_any_other():
    known, unknown = (catalogue(is_monetised=fact) for fact in (False, None))
    issues = issues_at_age(known, NOON + timedelta(days=60), 3.0)
    found, expected = (forecast(c, prior_release(), issues).filter(target="views_30d") for c in (known, unknown))
    assert found.rows() == expected.rows()


def test_what_cannot_earn_does_not_lower_what_is_typical_of_the_others():
    videos = pl.DataFrame(
        {
            "video_id": ["barren", "earner", "asked"],
            "published_at": [NOON, NOON, NOON + timedelta(days=40)],
            "format": "long",
            "channel_id": "c",
            "is_monetised": [False, True, None],
        }
    )
    rows = [(v, date(2026, 1, 1) + timedelta(days=day)) for v in ("barren", "earner") for day in range(32)]
    daily = pl.DataFrame(rows, schema=["video_id", "date"], orient="row").with_columns(views=pl.lit(100.0))
    earnings = daily.select(
        "video_id", "date", revenue_usd=pl.when(pl.col("video_id") == "earner").then(1.0).otherwise(0.0)
    )
    known = Catalogue.of(videos, daily=daily, earnings=earnings)
    issue = pl.DataFrame({"video_id": ["asked"], "as_of": [NOON + timedelta(days=40)]})
    row = feature_table(known, issue).row(0, named=True)
    assert (row["channel_paid_share"], row["channel_n_30d"]) == (1.0, 2.0)
    assert row["channel_revenue"] == pytest.approx(30.0, abs=1.0)
