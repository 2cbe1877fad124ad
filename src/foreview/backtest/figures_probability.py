"""Scores as figures: do intervals, quantiles and probabilities hold what they say."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import Final, TypeAlias

from foreview.backtest.figures import age_name, age_table, by_age, by_format, row_table
from foreview.backtest.intervals import IntervalScores, QuantileScores
from foreview.backtest.scores import SliceScores
from foreview.metrics.interval import binomial_share
from foreview.metrics.ranking import ReliabilityBin
from foreview.plots.dots import Dot, DotPanel, Row
from foreview.plots.figure import Figure, Table
from foreview.plots.lines import LinePanel, Point, Series
from foreview.plots.scales import Axis, linear_axis, log_axis, share_axis

LEVEL_LOOKS: Final = {50: 4, 80: 0, 95: 3}
FORMAT_LOOKS: Final = {"all": 0, "short": 2, "long": 4}
WAY_LOOKS: Final = {"distribution": 1, "classifier": 2, "served": 0}
FEWEST_DRAWN: Final = 10
"""Forecasts of a tenth of the probability below which its share is noise."""
_DIAGONAL: Final = ((0.0, 0.0), (1.0, 1.0))
_Said: TypeAlias = Sequence[tuple[str, Mapping[str, Sequence[ReliabilityBin]]]]
"""For each issue age its name and the bins of each probability."""


def quantile_figure(slices: Sequence[SliceScores]) -> Figure[LinePanel]:
    """Return promised against found shares at or below each quantile, a panel an issue age, a series a format."""
    parts = sorted(_told_apart(slices), key=lambda scores: scores.issue_age_days)
    panels, rows = [], []
    for _, group in groupby(parts, key=lambda scores: scores.issue_age_days):
        part = list(group)
        name = age_name(part[0])
        series = tuple(_reliability(scores) for scores in part)
        x, y = _whole_axis("promised at or below"), _whole_axis("found at or below")
        says = f"Share of outcomes at or below each quantile of forecasts at {name}, against what is promised."
        panels.append(LinePanel(f"at {name}", says, x, y, series, _DIAGONAL))
        rows += [[scores.format, name, f"{scores.rows:,}", *map(_quantile, scores.quantiles)] for scores in part]
    head = ["format", "issue age", "rows", *(f"{100 * found.promised:g} %" for found in parts[0].quantiles)]
    return Figure(
        "Do the quantiles mean what they say?",
        "On the dashed line they do. The bands are where 95 % of such shares would fall if they did and the videos were "
        "independent. An upright bar stands for outcomes exactly on the quantile, such as no revenue: it should reach the line.",
        panels,
        Table(head, rows, 2),
    )


def coverage_figure(slices: Sequence[SliceScores]) -> Figure[DotPanel]:
    """Return the share of outcomes inside each interval by format and issue age, with exact intervals of that share."""
    ends = [end for s in slices for found in s.intervals for end in (found.covered.low, found.covered.high)]
    axis = share_axis("outcomes inside the interval", [1.0, *ends], 4)
    references = tuple((level / 100, look) for level, look in LEVEL_LOOKS.items())
    panels = [
        DotPanel(
            f"{name} videos",
            f"Share of outcomes inside the 50, 80 and 95 % intervals of {name} videos by issue age.",
            axis,
            tuple(Row(age_name(scores), tuple(map(_covered, scores.intervals))) for scores in part),
            references,
        )
        for name, part in by_format(slices)
    ]
    return Figure(
        "Do the intervals hold what they promise?",
        "Each share should lie on the dashed line of its colour; its own line is the exact 95 % binomial interval, as if the videos were "
        "independent.",
        panels,
        row_table(panels),
    )


def width_figure(slices: Sequence[SliceScores]) -> Figure[LinePanel]:
    """Return how wide the intervals are by issue age, a panel a format."""
    label = "upper ÷ lower end"
    panels = by_age(slices, "Width of the intervals", _widths, lambda values: log_axis(label, [1.0, *values]))
    return Figure(
        "How wide are the intervals?",
        "Median of (1 + upper end) ÷ (1 + lower end): 1 is certainty. Narrower is better among intervals that hold what they promise.",
        panels,
        age_table(panels),
    )


def auc_figure(slices: Sequence[SliceScores]) -> Figure[LinePanel] | None:
    """Return the area under the curve of each probability by issue age, a panel a format; None where none can be told."""
    label = "area under the curve"
    panels = by_age(slices, label, _aucs, lambda values: linear_axis(label, [0.5, 1.0, *values]), 0.5)
    if not panels:
        return None
    return Figure(
        "Do the probabilities tell the videos apart?",
        "Area under the curve: 1 tells every video that did from every one that did not, 0.5 (dashed) is chance.",
        panels,
        age_table(panels),
    )


def way_figure(slices: Sequence[SliceScores]) -> Figure[LinePanel] | None:
    """Return the log loss of each way to the classes by issue age, a panel a format; None where there is one way alone."""
    told = [scores for scores in slices if len(scores.ways) > 2]
    label = "log loss [nats]"
    panels = by_age(told, label, _way_losses, lambda values: linear_axis(label, [0.0, *values])) if told else []
    if not panels:
        return None
    return Figure(
        "Low, medium or high: read off, or classified?",
        "Log loss of the class probabilities read off the distribution, of those that the classifier says within the served quantiles, and of "
        "those served: the way that was better on the last videos of the training. Lower is better.",
        panels,
        age_table(panels),
    )


def probability_figure(slices: Sequence[SliceScores]) -> Figure[LinePanel] | None:
    """Return said against happened for each probability, a panel each, a series an issue age; None where nothing can be told."""
    _, part = next(by_format(slices))
    said = [(age_name(scores), _bins(scores)) for scores in part]
    names = list(dict.fromkeys(name for _, bins in said for name in bins))
    drawn = {name: tuple(_bin_series(said, name)) for name in names}
    panels = [
        LinePanel(
            f"{name} ({part[0].format})",
            f"Probability said against share that happened: {name}.",
            _whole_axis("said"),
            _whole_axis("happened"),
            series,
            _DIAGONAL,
        )
        for name, series in drawn.items()
        if series
    ]
    if not panels:
        return None
    return Figure(
        "Do the probabilities mean what they say?",
        "Forecasts by tenth of the probability said; on the dashed line it happened as often as said. Upright lines are exact 95 % "
        f"binomial intervals, as if the videos were independent. Tenths of fewer than {FEWEST_DRAWN} forecasts are in the table alone.",
        panels,
        _bin_table(said, names),
    )


def _told_apart(slices: Sequence[SliceScores]) -> list[SliceScores]:
    """Return the slices of single formats; ``all`` would only be their sum."""
    return [scores for scores in slices if scores.format != "all"]


def _whole_axis(label: str) -> Axis:
    return share_axis(label, [0.0, 1.0])


def _reliability(scores: SliceScores) -> Series:
    places = tuple(_quantile_point(found) for found in scores.quantiles)
    band = tuple((found.promised, found.expected_low, found.expected_high) for found in scores.quantiles)
    return Series(scores.format, FORMAT_LOOKS[scores.format], places, band)


def _quantile_point(found: QuantileScores) -> Point:
    nearest = min(max(found.promised, found.below), found.at_or_below)
    says = f"{100 * found.promised:g} % promised, {_quantile(found)} found ({found.n:,} rows)"
    return Point(found.promised, nearest, says, found.below, found.at_or_below)


def _quantile(found: QuantileScores) -> str:
    if found.below == found.at_or_below:
        return f"{100 * found.below:.1f} %"
    return f"{100 * found.below:.1f} to {100 * found.at_or_below:.1f} %"


def _covered(found: IntervalScores) -> Dot:
    share = found.covered
    says = f"{100 * share.value:.1f} % ({100 * share.low:.1f} – {100 * share.high:.1f} %; {share.n:,} rows)"
    return Dot(f"{found.level} % interval", LEVEL_LOOKS[found.level], share.value, share.low, share.high, says)


def _widths(scores: SliceScores) -> Iterator[tuple[str, int, Point]]:
    for found in scores.intervals:
        factor = math.exp(found.width_ln)
        yield (
            f"{found.level} % interval",
            LEVEL_LOOKS[found.level],
            Point(scores.issue_age_days, factor, f"{factor:,.2f}"),
        )


def _aucs(scores: SliceScores) -> Iterator[tuple[str, int, Point]]:
    for look, found in enumerate((scores.beats_typical, *scores.classes)):
        says = f"{found.auc:.3f} (happened to {100 * found.share:.0f} %)" if math.isfinite(found.auc) else "–"
        yield found.name, look, Point(scores.issue_age_days, found.auc, says)


def _way_losses(scores: SliceScores) -> Iterator[tuple[str, int, Point]]:
    for found in scores.ways:
        ratio = found.log_loss_ratio
        beside = f"; ÷ distribution {ratio.value:.3f} ({ratio.low:.3f} – {ratio.high:.3f})" if ratio else ""
        says = f"{found.log_loss:.3f} ({found.rows:,} rows{beside})"
        yield found.way, WAY_LOOKS[found.way], Point(scores.issue_age_days, found.log_loss, says)


def _bins(scores: SliceScores) -> Mapping[str, Sequence[ReliabilityBin]]:
    said = {
        "confidence": scores.confidence.bins,
        **{found.name: found.bins for found in (scores.beats_typical, *scores.classes)},
    }
    return {name: bins for name, bins in said.items() if bins}


def _bin_series(said: _Said, name: str) -> Iterator[Series]:
    for look, (age, bins) in enumerate(said):
        points = tuple(_bin(found) for found in bins.get(name, ()) if found.n >= FEWEST_DRAWN)
        if points:
            yield Series(age, look, points)


def _bin(found: ReliabilityBin) -> Point:
    share = binomial_share(round(found.share_happened * found.n), found.n)
    return Point(found.mean_probability, found.share_happened, _bin_says(found), share.low, share.high)


def _bin_says(found: ReliabilityBin) -> str:
    return f"{found.mean_probability:.2f} → {found.share_happened:.2f} ({found.n:,})"


def _bin_table(said: _Said, names: Sequence[str]) -> Table:
    """Return a row a probability and tenth of it, a column an issue age."""
    cells = {
        (name, min(int(10 * found.mean_probability), 9), age): _bin_says(found)
        for age, bins in said
        for name in bins
        for found in bins[name]
    }
    rows = [
        [name, f"{10 * tenth}–{10 * tenth + 10} %", *(cells.get((name, tenth, age), "–") for age, _ in said)]
        for name in names
        for tenth in range(10)
        if any((name, tenth, age) in cells for age, _ in said)
    ]
    return Table(["said → happened (rows)", "tenth", *(age for age, _ in said)], rows, 2)
