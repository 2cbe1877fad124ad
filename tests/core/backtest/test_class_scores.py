"""Both ways to the classes are scored on the same rows, beside what was served."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from functools import cache

import numpy as np
import polars as pl
import pytest
from sklearn.metrics import log_loss, roc_auc_score

from foreview.backtest.class_scores import way_scores
from foreview.backtest.figures_probability import way_figure
from foreview.backtest.pages import report_page
from foreview.backtest.replay import Method, backtest
from foreview.backtest.report import report_values
from foreview.backtest.webpage import report_webpage
from tests.core.backtest.replayed import LAW, MADE, world

SURE = (0.05, 0.9, 0.05)


def two_ways(catalogue, release, issues):
    """The law for one way, false certainty for the other; the latter serves short videos."""
    short = pl.col("video_id").is_in(catalogue.videos.filter(pl.col("format") == "short")["video_id"].implode())
    found = LAW.forecast(catalogue, release, issues)
    names = ("p_low", "p_medium", "p_high")
    return found.with_columns(
        *(pl.col(name).alias(f"{name}_distribution") for name in names),
        *(pl.lit(p).alias(f"{name}_classifier") for name, p in zip(names, SURE, strict=True)),
        *(pl.when(short).then(p).otherwise(name).alias(name) for name, p in zip(names, SURE, strict=True)),
        class_source=pl.when(short).then(pl.lit("classifier")).otherwise(pl.lit("distribution")),
    )


@cache
def replayed(forecast=two_ways):
    method = Method(LAW.train, forecast, LAW.describe)
    until, since = date(2026, 2, 10), date(2026, 2, 11)
    return backtest(world(), method, train_until=until, test_from=since, ages=(0.0,), created_at=MADE)


def slice_of(format_):
    (found,) = [s for s in replayed().scores if (s.format, s.target) == (format_, "views_30d")]
    return found


def rows_of(format_):
    rows = replayed().predictions.filter(target="views_30d")
    return rows if format_ == "all" else rows.filter(format=format_)


def came(rows):
    return np.where(rows["actual"] < rows["low_third"], 0, np.where(rows["actual"] > rows["high_third"], 2, 1))


@pytest.mark.parametrize("format_", ["all", "short", "long"])
@pytest.mark.parametrize(
    ("way", "end"), [("distribution", "_distribution"), ("classifier", "_classifier"), ("served", "")]
)
def test_a_way_has_the_scores_of_its_own_probabilities(format_, way, end):
    (found,) = [ways for ways in slice_of(format_).ways if ways.way == way]
    rows = rows_of(format_)
    said = rows.select(f"p_{name}{end}" for name in ("low", "medium", "high")).to_numpy()
    assert found.rows == rows.height
    assert found.log_loss == pytest.approx(log_loss(came(rows), said, labels=[0, 1, 2]))
    assert found.brier == pytest.approx(((said - np.eye(3)[came(rows)]) ** 2).sum(axis=1).mean())
    assert found.auc_low == pytest.approx(roc_auc_score(came(rows) == 0, said[:, 0]))
    assert found.auc_high == pytest.approx(roc_auc_score(came(rows) == 2, said[:, 2]))


def test_the_calibration_error_is_the_mean_of_the_classes():
    (found,) = [ways for ways in slice_of("all").ways if ways.way == "classifier"]
    shares = np.bincount(came(rows_of("all")), minlength=3) / rows_of("all").height
    assert found.calibration_error == pytest.approx(np.abs(shares - np.array(SURE)).mean())


def test_false_certainty_loses_to_the_law_whatever_channels_are_drawn():
    distribution, classifier, served = slice_of("all").ways
    assert distribution.log_loss_ratio is None
    assert classifier.log_loss_ratio.low > 1
    assert 1 < served.log_loss_ratio.value < classifier.log_loss_ratio.value


def test_what_served_is_one_of_the_ways_slice_by_slice():
    assert slice_of("all").class_sources == {
        "classifier": rows_of("short").height,
        "distribution": rows_of("long").height,
    }
    for format_, way in (("short", "classifier"), ("long", "distribution")):
        losses = {ways.way: ways.log_loss for ways in slice_of(format_).ways}
        assert losses["served"] == losses[way]


def test_forecasts_that_do_not_tell_the_ways_apart_have_no_ways():
    found = replayed(LAW.forecast)
    assert {(scores.ways, tuple(scores.class_sources)) for scores in found.scores} == {((), ())}
    assert way_figure(found.scores) is None
    assert "log loss |" not in report_page(found)


def test_rows_without_a_classifier_are_left_out_of_all_ways():
    rows = rows_of("all").with_columns(p_low_classifier=pl.when(pl.int_range(pl.len()) > 9).then("p_low_classifier"))
    found = way_scores(rows, rows["video_id"].to_numpy(), seed=0)
    assert {ways.rows for ways in found} == {rows.height - 10}


def test_both_ways_are_told_in_every_form_of_the_report():
    distribution, classifier, _ = slice_of("long").ways
    line = f"| classifier | {classifier.log_loss:.3f} | {classifier.log_loss_ratio.value:.3f} ("
    assert line in report_page(replayed())
    assert f"**served**: classifier {rows_of('short').height}" in report_page(replayed())
    (said,) = [s for s in report_values(replayed())["slices"] if (s["format"], s["target"]) == ("long", "views_30d")]
    assert said["ways"][0]["log_loss"] == pytest.approx(distribution.log_loss, abs=1e-6)
    assert said["class_sources"] == {"distribution": rows_of("long").height}
    assert "Low, medium or high: read off, or classified?" in report_webpage(replayed())


def test_the_picture_says_what_the_scores_say():
    figure = way_figure([slice_of("long")])
    assert figure is not None
    drawn = {series.name: series.points[0].y for series in figure.panels[0].series}
    assert drawn == {ways.way: ways.log_loss for ways in slice_of("long").ways}


def test_one_way_alone_is_not_drawn_as_a_choice():
    alone = replace(slice_of("long"), ways=slice_of("long").ways[::2])
    assert way_figure([alone]) is None
