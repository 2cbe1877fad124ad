"""Scores as figures: how far off, how much better than the baselines, and in what order."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import groupby
from typing import Final

from foreview.backtest.scores import SliceScores
from foreview.metrics.bootstrap import Estimate
from foreview.plots.dots import Dot, DotPanel, Row
from foreview.plots.figure import Figure, Table
from foreview.plots.lines import LinePanel, Point, Series
from foreview.plots.scales import Axis, linear_axis, root_axis

METHODS: Final = {
    "forecast": "forecast",
    "typical": "typical",
    "szabo_huberman": "Szabo–Huberman",
    "pinto_ml": "Pinto ML",
    "pinto_mrbf": "Pinto MRBF",
}
LOOKS: Final = {name: look for look, name in enumerate(METHODS)}
PLAINER: Final = {
    ("interval_50", "constant_width"): "50 % interval ÷ constant width",
    ("interval_80", "constant_width"): "80 % interval ÷ constant width",
    ("interval_95", "constant_width"): "95 % interval ÷ constant width",
    ("crps", "residuals"): "CRPS ÷ one shape",
}
AGE: Final = "issue age [d]"
WORST_RATIO: Final = 2.0
"""Where the axis of a ratio ends; longer intervals are cut there and told whole in the table."""


def error_figure(slices: Sequence[SliceScores]) -> Figure[LinePanel]:
    """Return the error of every method by issue age, a panel a format."""
    panels = by_age(slices, "MAE ln", _errors, lambda values: linear_axis("MAE ln", [0.0, *values]))
    return Figure(
        "Error by issue age",
        "Mean of |ln(1+forecast) − ln(1+actual)|, every method on the same videos. Lower is better.",
        panels,
        age_table(panels),
    )


def order_figure(slices: Sequence[SliceScores]) -> Figure[LinePanel]:
    """Return the rank correlation of every method by issue age, a panel a format."""
    label = "Spearman within channels"
    panels = by_age(slices, label, _orders, lambda values: linear_axis(label, [0.0, 1.0, *values]))
    return Figure(
        "Order within channels",
        "Does a channel's better video have the higher forecast? 1 is the right order, 0 is none. Every method on the same videos.",
        panels,
        age_table(panels),
    )


def skill_figure(slices: Sequence[SliceScores]) -> Figure[DotPanel] | None:
    """Return the error of the forecast over that of each baseline, with its interval; None where none can be told."""
    panels = _ratio_panels(slices, _skill_row, "error of the forecast ÷ error of the baseline", "Error ratios")
    if not panels:
        return None
    return Figure(
        "Better than the baselines?",
        "Left of 1 the forecast is better, and surely so where the whole line is: 95 % intervals of a paired bootstrap that draws "
        "whole channels.",
        panels,
        row_table(panels),
    )


def sharpness_figure(slices: Sequence[SliceScores]) -> Figure[DotPanel] | None:
    """Return the scores of the distributions over those of plainer uncertainty, with intervals; None where none can be told."""
    panels = _ratio_panels(
        slices, _sharpness_row, "score of the forecast ÷ score of the plainer uncertainty", "Score ratios"
    )
    if not panels:
        return None
    return Figure(
        "Is every video's own uncertainty worth having?",
        "Left of 1 it is: interval scores against the best constant width, CRPS against the best single shape, both around the same points. "
        "The best in hindsight, chosen on the very outcomes: no calibration could have made better ones. 95 % intervals of a paired bootstrap.",
        panels,
        row_table(panels),
    )


def _ratio_panels(
    slices: Sequence[SliceScores], row: Callable[[SliceScores], Row], label: str, what: str
) -> list[DotPanel]:
    """Return a panel a format with ratios by issue age, all on one axis; what has no ratio is left out."""
    rows = {name: [found for found in map(row, part) if found.dots] for name, part in by_format(slices)}
    dots = [dot for part in rows.values() for found in part for dot in found.dots]
    if not dots:
        return []
    axis = linear_axis(label, [1.0, *(min(end, WORST_RATIO) for dot in dots for end in (dot.low, dot.high))], 4)
    return [
        DotPanel(
            f"{name} videos",
            f"{what} of {name} videos by issue age, with 95 % intervals.",
            axis,
            tuple(part),
            ((1.0, 1),),
        )
        for name, part in rows.items()
        if part
    ]


def by_format(slices: Sequence[SliceScores]) -> Iterator[tuple[str, list[SliceScores]]]:
    """Yield each format's slices by issue age; ``all`` first where there are two formats."""
    order = list(dict.fromkeys(scores.format for scores in slices))
    for name, part in groupby(sorted(slices, key=lambda s: order.index(s.format)), key=lambda s: s.format):
        yield name, sorted(part, key=lambda scores: scores.issue_age_days)


def by_age(
    slices: Sequence[SliceScores],
    what: str,
    values: Callable[[SliceScores], Iterable[tuple[str, int, Point]]],
    axis: Callable[[list[float]], Axis],
    reference: float | None = None,
) -> list[LinePanel]:
    """Return a panel a format with ``values`` (series, look, point) over the issue ages, all panels on one axis."""
    parts = [(name, curves(part, values)) for name, part in by_format(slices)]
    found = [(name, series) for name, series in parts if series]
    if not found:
        return []
    x = root_axis(AGE, [scores.issue_age_days for scores in slices])
    y = axis([point.y for _, series in found for one in series for point in one.points])
    line = None if reference is None else ((x.low, reference), (x.high, reference))
    return [
        LinePanel(f"{name} videos", f"{what} of {name} videos by issue age.", x, y, series, line)
        for name, series in found
    ]


def curves(
    part: Sequence[SliceScores], values: Callable[[SliceScores], Iterable[tuple[str, int, Point]]]
) -> tuple[Series, ...]:
    """Return the finite points of each series in the order of ``part``."""
    found: dict[tuple[str, int], list[Point]] = {}
    for scores in part:
        for name, look, point in values(scores):
            if math.isfinite(point.y):
                found.setdefault((name, look), []).append(point)
    return tuple(Series(name, look, tuple(places)) for (name, look), places in found.items())


def age_table(panels: Sequence[LinePanel]) -> Table:
    """Return the values of panels over issue ages: a row a panel and age, a column a series."""
    names = list(dict.fromkeys(series.name for panel in panels for series in panel.series))
    rows = []
    for panel in panels:
        said = {(series.name, point.x): point.says for series in panel.series for point in series.points}
        ages = sorted({age for _, age in said})
        rows += [[panel.title, f"{age:g}", *(said.get((name, age), "–") for name in names)] for age in ages]
    return Table(["format", "age d", *names], rows, 2)


def row_table(panels: Sequence[DotPanel]) -> Table:
    """Return the values of panels with rows: a row each, a column a series."""
    names = list(dict.fromkeys(dot.series for panel in panels for row in panel.rows for dot in row.dots))
    rows = []
    for panel in panels:
        for row in panel.rows:
            said = {dot.series: dot.says for dot in row.dots}
            rows.append([panel.title, row.name, *(said.get(name, "–") for name in names)])
    return Table(["format", "issue age", *names], rows, 2)


def age_name(scores: SliceScores) -> str:
    """Return the name of an issue age.

    At age 0 the video has just been published.
    """
    return f"{scores.issue_age_days:g} d" if scores.issue_age_days else "publication"


def _errors(scores: SliceScores) -> Iterator[tuple[str, int, Point]]:
    for found in scores.compared:
        says = f"{found.mae_ln:.3f} ({found.rows:,} rows)"
        yield METHODS[found.method], LOOKS[found.method], Point(scores.issue_age_days, found.mae_ln, says)


def _orders(scores: SliceScores) -> Iterator[tuple[str, int, Point]]:
    for found in scores.compared:
        value = found.spearman.value
        says = f"{value:.3f} ({found.spearman.rows:,} rows of {found.spearman.groups:,} channels)"
        yield METHODS[found.method], LOOKS[found.method], Point(scores.issue_age_days, value, says)


def _skill_row(scores: SliceScores) -> Row:
    dots = (
        _ratio(f"÷ {METHODS[found.baseline]}", LOOKS[found.baseline], found.mae_ln_ratio)
        for found in scores.comparisons
    )
    return Row(age_name(scores), tuple(filter(None, dots)))


def _sharpness_row(scores: SliceScores) -> Row:
    found = {(ratio.score, ratio.against): ratio.ratio for ratio in scores.sharpness}
    dots = (_ratio(name, look, found[key]) for look, (key, name) in enumerate(PLAINER.items()) if key in found)
    return Row(age_name(scores), tuple(filter(None, dots)))


def _ratio(name: str, look: int, found: Estimate) -> Dot | None:
    if not math.isfinite(found.value + found.low + found.high):
        return None
    says = f"{found.value:.3f} ({found.low:.3f} – {found.high:.3f})"
    return Dot(name, look, found.value, found.low, found.high, says)
