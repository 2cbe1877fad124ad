"""The report as one HTML page: its tables say what the scores say."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from functools import cache
from xml.etree import ElementTree as ET

import pytest

from foreview.backtest.figures import error_figure, sharpness_figure, skill_figure
from foreview.backtest.figures_probability import (
    FEWEST_DRAWN,
    auc_figure,
    coverage_figure,
    probability_figure,
    quantile_figure,
    width_figure,
)
from foreview.backtest.goals import GOAL_HEAD, goal_cells, verdicts
from foreview.backtest.replay import backtest
from foreview.backtest.webpage import report_webpage
from tests.core.backtest.replayed import LAW, MADE, world


@cache
def replayed(embargo="full"):
    return backtest(
        world(),
        LAW,
        train_until=date(2026, 2, 10),
        test_from=date(2026, 2, 11),
        ages=(0.0, 3.0),
        embargo=embargo,
        created_at=MADE,
    )


def slices(target="views_30d"):
    return [scores for scores in replayed().scores if scores.target == target]


def test_the_page_needs_nothing_else():
    page = report_webpage(replayed())
    assert ET.fromstring(page).tag == "html"
    assert not re.search(r"https?:|//|url\(|@import|<script", page)


def test_each_target_is_a_section_after_what_must_be_known():
    page = report_webpage(replayed("none"))
    titles = [part.text for part in ET.fromstring(page).iter("h2")]
    assert titles == ["views_7d [views]", "views_30d [views]", "The release that was tested", "How to read this"]
    assert page.index("NO EMBARGO") < page.index("views_7d [views]")


def test_every_picture_has_a_table_with_as_many_cells_in_each_row():
    for table in ET.fromstring(report_webpage(replayed())).iter("table"):
        widths = {len(row) for row in table.iter("tr")}
        assert len(widths) == 1


def test_errors_are_those_of_every_method_by_format_and_age():
    figure = error_figure(slices())
    assert [panel.title for panel in figure.panels] == ["all videos", "short videos", "long videos"]
    assert figure.table.head == ["format", "age d", "forecast", "typical", "Szabo–Huberman", "Pinto ML", "Pinto MRBF"]
    first = slices()[0].compared[0]
    assert figure.table.rows[0][:3] == ["all videos", "0", f"{first.mae_ln:.3f} ({first.rows} rows)"]
    assert figure.table.rows[0][4] == "–"
    assert figure.panels[0].series[0].points[0].y == first.mae_ln


def test_all_panels_of_a_figure_share_their_axes():
    panels = error_figure(slices()).panels
    assert len({(panel.x, panel.y) for panel in panels}) == 1
    assert panels[0].y.low == 0.0


def test_skill_is_the_ratio_with_its_interval():
    figure = skill_figure(slices())
    assert figure is not None
    dot, ratio = figure.panels[0].rows[0].dots[0], slices()[0].comparisons[0].mae_ln_ratio
    assert (dot.series, dot.value, dot.low, dot.high) == ("÷ typical", ratio.value, ratio.low, ratio.high)


def test_sharpness_is_the_ratio_to_plainer_uncertainty_with_its_interval():
    figure = sharpness_figure(slices())
    assert figure is not None
    dots, ratios = figure.panels[0].rows[0].dots, slices()[0].sharpness
    assert [dot.series for dot in dots] == [
        "50 % interval ÷ constant width",
        "80 % interval ÷ constant width",
        "95 % interval ÷ constant width",
        "CRPS ÷ one shape",
    ]
    expected = [(found.ratio.value, found.ratio.low, found.ratio.high) for found in ratios[:4]]
    assert [(dot.value, dot.low, dot.high) for dot in dots] == expected


def test_without_ratios_there_is_no_picture_of_sharpness():
    assert sharpness_figure([replace(scores, sharpness=()) for scores in slices()]) is None


def test_each_target_begins_with_what_is_asked_of_every_slice():
    page = ET.fromstring(report_webpage(replayed()))
    section = list(page.iter("section"))[1]
    rows = [[cell.text for cell in row] for row in next(section.iter("table")).iter("tr")]
    assert rows[0][4:] == list(GOAL_HEAD)
    assert [row[4:] for row in rows[1:]] == [goal_cells(verdicts(scores)) for scores in slices()]


def test_without_a_baseline_there_is_no_picture_of_skill():
    assert skill_figure([replace(scores, comparisons=()) for scores in slices()]) is None


def test_coverage_is_told_with_its_exact_interval():
    figure = coverage_figure(slices())
    share = slices()[0].intervals[1].covered
    expected = f"{100 * share.value:.1f} % ({100 * share.low:.1f} – {100 * share.high:.1f} %; {share.n} rows)"
    assert figure.table.head == ["format", "issue age", "50 % interval", "80 % interval", "95 % interval"]
    assert figure.table.rows[0][3] == expected
    assert [value for value, _ in figure.panels[0].references] == [0.5, 0.8, 0.95]


def test_quantiles_are_drawn_by_format_with_their_binomial_band():
    figure = quantile_figure(slices())
    assert [panel.title for panel in figure.panels] == ["at publication", "at 3 d"]
    assert [series.name for series in figure.panels[0].series] == ["short", "long"]
    found = slices()[1].quantiles[3]
    assert figure.panels[0].series[0].band[3] == (0.5, found.expected_low, found.expected_high)


def test_one_format_alone_has_its_quantiles_drawn_too():
    figure = quantile_figure([scores for scores in slices() if scores.format == "long"])
    assert [series.name for series in figure.panels[0].series] == ["long"]


def test_outcomes_on_the_quantile_make_a_bar_whose_mark_is_nearest_to_the_promise():
    scores = slices()[1]
    tied = replace(scores.quantiles[1], below=0.02, at_or_below=0.3)
    figure = quantile_figure([replace(scores, quantiles=(tied,))])
    point = figure.panels[0].series[0].points[0]
    assert (point.x, point.y, point.low, point.high) == (0.1, 0.1, 0.02, 0.3)
    assert figure.table.rows[0][3] == "2.0 to 30.0 %"


def test_width_is_a_factor():
    scores = slices()[0]
    figure = width_figure([replace(scores, intervals=tuple(replace(i, width_ln=0.6931472) for i in scores.intervals))])
    assert figure.table.rows[0][2:] == ["2.00", "2.00", "2.00"]


def test_a_tenth_with_few_forecasts_is_told_and_not_drawn():
    scores = slices()[0]
    few = replace(scores.confidence.bins[0], n=FEWEST_DRAWN - 1)
    many = replace(few, n=FEWEST_DRAWN, mean_probability=0.95, share_happened=0.9)
    figure = probability_figure([replace(scores, confidence=replace(scores.confidence, bins=(few, many)))])
    assert figure is not None
    [point] = figure.panels[0].series[0].points
    assert (point.x, point.y) == (0.95, 0.9)
    assert point.low == pytest.approx(0.554984, abs=1e-6)
    assert [row[:2] for row in figure.table.rows[:2]] == [["confidence", "50–60 %"], ["confidence", "90–100 %"]]


def test_what_cannot_be_told_is_left_out():
    nothing = [
        replace(scores, classes=(), beats_typical=replace(scores.beats_typical, auc=float("nan")))
        for scores in slices()
    ]
    assert auc_figure(nothing) is None
