"""Scores of a method that knows the law of the world."""

from __future__ import annotations

import math
from datetime import date

import numpy as np
import polars as pl
import pytest

from foreview.backtest.replay import backtest
from foreview.backtest.scores import score
from tests.core.backtest.replayed import LAW, MADE, world

REPLAYED = backtest(
    world(900),
    LAW,
    train_until=date(2026, 2, 20),
    test_from=date(2026, 2, 21),
    ages=(0.0, 3.0),
    created_at=MADE,
)


def slice_of(format_: str, age: float, target: str):
    (found,) = [s for s in REPLAYED.scores if (s.format, s.issue_age_days, s.target) == (format_, age, target)]
    return found


def test_formats_share_the_rows_of_all():
    counts = {name: slice_of(name, 0.0, "views_30d").rows for name in ("all", "short", "long")}
    assert counts["all"] == counts["short"] + counts["long"] == REPLAYED.predictions["video_id"].n_unique()


def test_a_forecast_by_the_law_covers_what_it_promises():
    for found in slice_of("all", 0.0, "views_30d").intervals:
        assert found.covered.low <= found.level / 100 <= found.covered.high + 0.03


def test_an_interval_of_the_law_is_as_wide_as_the_law_says():
    widths = {found.level: found.width_ln for found in slice_of("all", 0.0, "views_30d").intervals}
    assert widths[80] == pytest.approx(2 * 1.2815516, abs=0.01)
    assert widths[50] < widths[80] < widths[95]


def test_quantiles_by_the_law_lie_in_their_binomial_bands():
    found = slice_of("all", 0.0, "views_30d")
    assert [quantile.promised for quantile in found.quantiles] == [0.025, 0.1, 0.25, 0.5, 0.75, 0.9, 0.975]
    for quantile in found.quantiles:
        assert quantile.n == found.rows
        assert quantile.expected_low <= quantile.below == quantile.at_or_below <= quantile.expected_high


def test_outcomes_on_a_quantile_are_at_or_below_it_and_not_below():
    rows = REPLAYED.predictions.with_columns(p50=pl.col("actual"))
    median = score(rows)[0].quantiles[3]
    assert (median.below, median.at_or_below) == (0.0, 1.0)


def test_classes_keep_what_was_said_and_what_happened():
    low = slice_of("all", 0.0, "views_30d").classes[0]
    [tenth] = low.bins
    assert (tenth.mean_probability, tenth.share_happened) == pytest.approx((1 / 3, low.share))


def test_confidence_by_the_law_is_reliable():
    assert slice_of("all", 0.0, "views_30d").confidence.error < 0.1


def test_classes_by_the_law_have_their_shares_and_no_order():
    found = slice_of("all", 0.0, "views_30d").classes
    assert [c.name for c in found] == ["low", "medium", "high"]
    assert sum(c.share for c in found) == pytest.approx(1)
    assert [c.auc for c in found] == [0.5, 0.5, 0.5]


def test_a_slice_knows_how_many_videos_it_was_calibrated_on():
    calibrated = {"views_30d/short/0": 5, "views_30d/long/0": 7, "views_30d/short/3": 11, "views_7d/short/0": 13}
    found = {
        (s.format, s.issue_age_days): s.calibration_videos
        for s in score(REPLAYED.predictions, calibrated)
        if s.target == "views_30d"
    }
    assert found == {
        ("all", 0.0): 12,
        ("short", 0.0): 5,
        ("long", 0.0): 7,
        ("all", 3.0): 11,
        ("short", 3.0): 11,
        ("long", 3.0): 0,
    }


def test_the_law_is_as_sharp_as_the_best_single_shape():
    found = {ratio.against: ratio for ratio in slice_of("all", 0.0, "views_30d").sharpness if ratio.score == "crps"}
    assert [*found] == ["residuals", "typical"]
    assert 1 <= found["residuals"].ratio.value < 1.02


def test_sharpness_beside_baselines_is_on_the_rows_where_all_are_defined():
    hidden = pl.when(pl.int_range(pl.len()) % 4 > 0).then("pinto_ml").alias("pinto_ml")
    found = next(s for s in score(REPLAYED.predictions.with_columns(hidden)) if s.issue_age_days == 3.0)
    rows = {ratio.against: ratio.rows for ratio in found.sharpness}
    assert rows["constant_width"] == rows["residuals"] == found.rows
    assert rows["typical"] == rows["pinto_ml"] == found.compared[0].rows < found.rows


def test_without_bounds_there_are_no_class_scores():
    assert score(REPLAYED.predictions.drop("low_third"))[0].classes == ()


def test_at_age_0_only_typical_is_compared_and_later_every_baseline():
    assert [m.method for m in slice_of("all", 0.0, "views_30d").compared] == ["forecast", "typical"]
    later = slice_of("all", 3.0, "views_30d")
    assert [m.method for m in later.compared] == ["forecast", "typical", "szabo_huberman", "pinto_ml", "pinto_mrbf"]
    assert [c.baseline for c in later.comparisons] == ["typical", "szabo_huberman", "pinto_ml", "pinto_mrbf"]


def test_methods_are_compared_on_the_same_rows_and_the_forecast_also_on_all():
    hidden = pl.when(pl.int_range(pl.len()) % 4 > 0).then("pinto_ml").alias("pinto_ml")
    found = next(s for s in score(REPLAYED.predictions.with_columns(hidden)) if s.issue_age_days == 3.0)
    assert len({m.rows for m in found.compared}) == 1
    assert found.compared[0].rows < found.rows == found.alone.rows


def test_the_errors_are_those_of_the_rows():
    rows = REPLAYED.predictions.filter(
        (pl.col("issue_age_days") == 3.0) & (pl.col("target") == "views_30d") & (pl.col("format") == "long")
    )
    actual, point = rows["actual"].to_numpy(), rows["pinto_ml"].to_numpy()
    (found,) = [m for m in slice_of("long", 3.0, "views_30d").compared if m.method == "pinto_ml"]
    assert found.mae_ln == pytest.approx(np.abs(np.log1p(point) - np.log1p(actual)).mean())
    assert found.mrse == pytest.approx(((point / actual - 1) ** 2).mean())
    assert found.median_ape == pytest.approx(100 * np.median(np.abs(point / actual - 1)))


def test_a_method_that_sees_the_growth_beats_one_that_does_not():
    (found,) = [c for c in slice_of("all", 3.0, "views_30d").comparisons if c.baseline == "pinto_ml"]
    assert found.mae_ln_ratio.low > 1
    assert found.mae_ln_difference.low > 0


def test_the_mrse_of_the_forecast_is_of_the_point_made_for_it():
    found = slice_of("all", 0.0, "views_30d")
    (typical,) = [m for m in found.compared if m.method == "typical"]
    assert found.compared[0].mrse < typical.mrse
    assert found.compared[0].mae_ln == typical.mae_ln


def test_outcomes_of_nothing_have_no_relative_error():
    nothing = score(REPLAYED.predictions.with_columns(actual=pl.lit(0.0)))[0]
    assert math.isnan(nothing.alone.mrse)
    assert nothing.comparisons[0].mrse_ratio is None
