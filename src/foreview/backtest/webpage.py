"""The report for people, as one HTML page with pictures that works offline."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import Final

from foreview.backtest.figures import age_name, error_figure, order_figure, sharpness_figure, skill_figure
from foreview.backtest.figures_probability import (
    auc_figure,
    coverage_figure,
    probability_figure,
    quantile_figure,
    way_figure,
    width_figure,
)
from foreview.backtest.goals import ASKED, GOAL_HEAD, goal_cells, verdicts
from foreview.backtest.replay import Backtest
from foreview.backtest.scores import SliceScores
from foreview.plots.figure import Table
from foreview.plots.page import Section, page
from foreview.vocabulary import TARGET_UNITS, Target


def report_webpage(backtest: Backtest) -> str:
    """Return ``report.html``: what was done, then for each target the figures, each with its values as a table."""
    plan = backtest.plan
    sections = [
        _target(target, list(slices)) for target, slices in groupby(backtest.scores, key=lambda scores: scores.target)
    ]
    title = f"Backtest: trained until {plan.train_until}, tested from {plan.test_from}"
    return page(title, backtest.sentences, [*sections, _release(backtest), _READING])


def _target(target: Target, slices: Sequence[SliceScores]) -> Section:
    figures = [
        error_figure(slices),
        skill_figure(slices),
        coverage_figure(slices),
        quantile_figure(slices),
        width_figure(slices),
        sharpness_figure(slices),
        order_figure(slices),
        auc_figure(slices),
        way_figure(slices),
        probability_figure(slices),
    ]
    drawn = [figure for figure in figures if figure is not None and figure.panels]
    return Section(f"{target} [{TARGET_UNITS[target]}]", [ASKED], _goals(slices), drawn)


def _goals(slices: Sequence[SliceScores]) -> Table:
    rows = [
        [
            scores.format,
            age_name(scores),
            f"{scores.calibration_videos:,}",
            f"{scores.rows:,}",
            *goal_cells(verdicts(scores)),
        ]
        for scores in slices
    ]
    return Table(["format", "issue age", "calibrated on", "tested on", *GOAL_HEAD], rows, 2)


def _release(backtest: Backtest) -> Section:
    rows = [[str(name), str(value)] for name, value in backtest.release.items()]
    written = f"Written {backtest.created_at:%Y-%m-%d %H:%M} UTC."
    return Section("The release that was tested", [written], Table(["release", ""], rows))


_READING: Final = Section(
    "How to read this",
    """\
Every forecast was made from what was known at its issue age, by a release that had learnt only from what the box at the top says; then \
it was compared with what happened.
Rows whose outcome was already known at the issue time are no forecasts and are left out. Where a method is undefined its line is \
missing, and all methods are compared on the rows where each of them is defined.
Bands and intervals that treat videos as independent are too narrow where videos of a channel rise and fall together; the comparison \
with the baselines draws whole channels instead.
report.md holds the same scores as text, report.json for programs, predictions.parquet every row.""".splitlines(),
)
