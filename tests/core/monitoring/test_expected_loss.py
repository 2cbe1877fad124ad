"""The error that is to be expected, against distributions whose own error is known. Real months: ``python -m benchmarks.expected_loss``."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import polars as pl
import pytest
from scipy import stats

from foreview.monitoring.expected_loss import LATEST, PARENT_WEIGHT, expected_ln_errors, expected_loss
from foreview.vocabulary import QUANTILES

START = datetime(2026, 1, 1, tzinfo=UTC)


def forecasts(distribution, n: int = 1, *, point: float | None = None) -> pl.DataFrame:
    """Return n forecasts of ln(1+views) with this distribution."""
    columns = {name: [float(np.expm1(distribution.ppf(level)))] * n for name, level in QUANTILES.items()}
    columns["point"] = columns["p50"] if point is None else [float(np.expm1(point))] * n
    return pl.DataFrame(columns).with_columns(
        model_version=pl.lit("r1"), target=pl.lit("views_7d"), format=pl.lit("short"), issue_age_days=0.0
    )


def asked(rows: pl.DataFrame, day: int = 100) -> pl.DataFrame:
    return rows.with_columns(estimated_at=pl.lit(START + timedelta(days=day)))


def matured(rows: pl.DataFrame, actual_ln: list[float]) -> pl.DataFrame:
    """Return ``rows`` with outcomes, one a day from the start on."""
    days = [START + timedelta(days=day) for day in range(rows.height)]
    return rows.with_columns(actual=pl.Series(np.expm1(actual_ln)), matured_at=pl.Series(days))


@pytest.mark.parametrize(
    ("distribution", "within"),
    [(stats.norm(8, 1.5), 0.003), (stats.laplace(8, 1), 0.03), (stats.t(5, 8, 1), 0.03), (stats.gumbel_r(8, 1), 0.03)],
    ids=["normal", "laplace", "t", "gumbel"],
)
@pytest.mark.parametrize("off", [0.0, 0.7])
def test_the_error_a_distribution_expects_is_that_of_its_outcomes(distribution, within: float, off: float):
    point = distribution.median() + off
    truth = np.abs(distribution.ppf((np.arange(100_000) + 0.5) / 100_000) - point).mean()
    assert expected_ln_errors(forecasts(distribution, point=point))[0] == pytest.approx(truth, rel=within)


def test_a_certain_forecast_expects_no_error():
    certain = forecasts(stats.norm(5, 1)).with_columns(pl.col(*QUANTILES).clip(147, 147), point=147.0)
    assert expected_ln_errors(certain)[0] == pytest.approx(0.0, abs=1e-12)


def test_without_outcomes_what_the_distribution_says_stands():
    rows = forecasts(stats.norm(5, 1), 3)
    found = expected_loss(asked(rows), matured(rows.clear(), []))
    assert found["expected_error"].to_list() == found["said_error"].to_list()
    assert found["outcomes"].to_list() == [0, 0, 0]


def test_outcomes_correct_what_is_said_in_each_of_three_widths_of_slices():
    rows = forecasts(stats.norm(5, 1), 40)
    found = expected_loss(asked(rows[:1]), matured(rows, [5 + 2.0] * 40)).row(0, named=True)
    said, factor = found["said_error"], 1.0
    for _ in range(3):
        factor = (PARENT_WEIGHT * factor * said + 40 * 2.0) / (PARENT_WEIGHT * said + 40 * said)
    assert found["expected_error"] == pytest.approx(said * factor)
    assert found["outcomes"] == 40


def test_many_outcomes_are_believed_and_older_ones_forgotten():
    rows = forecasts(stats.norm(5, 1), 2 * LATEST)
    outcomes = matured(rows, [5.0] * LATEST + [5 + 1.2] * LATEST)
    found = expected_loss(asked(rows[:1], day=2 * LATEST), outcomes).row(0, named=True)
    assert found["outcomes"] == LATEST
    assert found["expected_error"] == pytest.approx(1.2, rel=0.01)


def test_what_matures_later_changes_nothing():
    rows = forecasts(stats.norm(5, 1), 60)
    outcomes = matured(rows, np.random.default_rng(0).normal(5, 2, 60).tolist())
    then = expected_loss(asked(rows, day=29), outcomes[:30])
    assert expected_loss(asked(rows, day=29), outcomes).equals(then)
    assert then["outcomes"].to_list() == [30] * 60


def test_each_forecast_is_corrected_by_what_was_known_at_its_own_moment():
    rows = forecasts(stats.norm(5, 1), 10)
    moments = rows.with_columns(estimated_at=pl.Series([START + timedelta(days=day) for day in range(10)]))
    assert expected_loss(moments, matured(rows, [6.0] * 10))["outcomes"].to_list() == list(range(1, 11))


def test_outcomes_of_another_release_or_target_correct_nothing():
    rows = forecasts(stats.norm(5, 1), 30)
    for change in ({"model_version": "r2"}, {"target": "views_30d"}):
        outcomes = matured(rows.with_columns(pl.lit(v).alias(k) for k, v in change.items()), [9.0] * 30)
        found = expected_loss(asked(rows), outcomes)
        assert found["expected_error"].to_list() == found["said_error"].to_list()


def test_a_slice_without_outcomes_learns_from_the_wider_one():
    rows = forecasts(stats.norm(5, 1), 50)
    other = asked(rows[:1].with_columns(format=pl.lit("long")))
    found = expected_loss(other, matured(rows, [7.0] * 50)).row(0, named=True)
    assert found["outcomes"] == 0
    assert found["expected_error"] > 1.5 * found["said_error"]


def test_the_mean_of_the_expected_errors_is_the_error_that_comes():
    """Known truth: forecasts that are too sure by a factor of two are found out after 200 outcomes."""
    rng = np.random.default_rng(1)
    rows = forecasts(stats.norm(5, 1), 1200)
    outcomes = matured(rows, rng.normal(5, 2, 1200).tolist())
    moments = rows.with_columns(estimated_at=outcomes["matured_at"] - timedelta(hours=1))
    found = expected_loss(moments, outcomes)[200:]
    came = np.abs(np.log1p(outcomes["actual"].to_numpy()) - 5)[200:]
    assert found["expected_error"].mean() == pytest.approx(came.mean(), rel=0.1)
    assert found["said_error"].mean() == pytest.approx(came.mean() / 2, rel=0.1)
