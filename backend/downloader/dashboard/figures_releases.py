"""The figures of a release: its error by age and what its intervals promise, from its manifest; how right it was since, from its examination."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import TYPE_CHECKING, Any, Final

from downloader.services.headlines import Slice
from foreview.plots.dots import Dot, DotPanel, Row
from foreview.plots.figure import Figure, Table
from foreview.plots.lines import LinePanel, Point, Series
from foreview.plots.scales import linear_axis, root_axis, share_axis

if TYPE_CHECKING:
    from downloader.services.examining import Examination

LEVEL_LOOKS: Final = {50: 4, 80: 0, 95: 3}
_LOWER: Final = "Lower is better; 0.10 is about 10 % off, 0.69 a factor of two."


def error_by_age(found: Sequence[Slice]) -> Figure[LinePanel] | None:
    """Return the error out of time by issue age beside the baseline's, a panel a format; None where nothing was judged."""
    if not found:
        return None
    x = root_axis("issue age [d]", [float(one.days_seen) for one in found])
    y = linear_axis("MAE ln", [0.0, *(value for one in found for value in (one.mae_ln, one.baseline))])
    says = f"MAE ln of what serves beside the baseline: typical at publication, afterwards the count and its usual growth. {_LOWER}"
    panels = [
        LinePanel(f"{name} videos", f"MAE ln of {name} videos by issue age.", x, y, tuple(_errors(list(part))))
        for name, part in groupby(found, key=lambda one: one.format)
    ]
    rows = [
        [one.format, _age(one), f"{one.rows:,}", f"{one.mae_ln:.3f}", f"{one.baseline:.3f}", _ratio(one)]
        for one in found
    ]
    head = ("format", "issue age", "rows", "serves", "baseline", "ratio (95 %)")
    return Figure("Error by issue age", says, panels, Table(head, rows, 2))


def promised(found: Sequence[Slice]) -> Figure[DotPanel] | None:
    """Return within which bounds the coverage of the intervals is known, a panel a format; None where nothing was judged."""
    if not found:
        return None
    ends = [end for one in found for pair in one.promises.values() for end in pair]
    axis = share_axis("outcomes inside the interval", [1.0, *ends], 4)
    references = tuple((level / 100, look) for level, look in LEVEL_LOOKS.items())
    panels = [
        DotPanel(
            f"{name} videos",
            f"Range of the true coverage of the 50, 80 and 95 % intervals of {name} videos by issue age.",
            axis,
            tuple(Row(_age(one), tuple(_promise(one, level) for level in LEVEL_LOOKS)) for one in part),
            references,
        )
        for name, part in groupby(found, key=lambda one: one.format)
    ]
    rows = [[one.format, _age(one), f"{one.videos:,}", *(_share(one, level) for level in LEVEL_LOOKS)] for one in found]
    head = ("format", "issue age", "videos", *(f"{level} % interval" for level in LEVEL_LOOKS))
    says = (
        "Each line is where the true share of outcomes inside the interval lies with 95 % probability, if later videos are like those it "
        "was calibrated on. The fewer videos, the longer the line."
    )
    return Figure("What the intervals can promise", says, panels, Table(head, rows, 2))


def since_then(examination: Examination, target: str) -> list[tuple[str, Figure[Any]]]:
    """Return what an examination found of a target, each figure with a name: error, coverage, reliability, and what features are worth."""
    from foreview.backtest.figures import error_figure
    from foreview.backtest.figures_probability import coverage_figure, probability_figure, quantile_figure
    from foreview.explain.page import worth_figure

    scores = examination.scores_of(target)
    made: dict[str, Figure[Any] | None] = {}
    if scores:
        made = {
            "since-error": error_figure(scores),
            "since-coverage": coverage_figure(scores),
            "since-quantiles": quantile_figure(scores),
            "since-probability": probability_figure(scores),
        }
    if ranking := examination.worth.get(target):
        made["worth"] = worth_figure(ranking)
    return [(name, figure) for name, figure in made.items() if figure is not None and figure.panels]


def _errors(part: Sequence[Slice]) -> list[Series]:
    return [
        Series("what serves", 0, tuple(_point(one, one.mae_ln) for one in part)),
        Series("baseline", 1, tuple(_point(one, one.baseline) for one in part)),
    ]


def _point(one: Slice, value: float) -> Point:
    return Point(float(one.days_seen), value, f"{value:.3f} at {_age(one)} ({one.rows:,} rows)")


def _promise(one: Slice, level: int) -> Dot:
    low, high = one.promises[level]
    return Dot(f"{level} % interval", LEVEL_LOOKS[level], level / 100, low, high, _share(one, level))


def _share(one: Slice, level: int) -> str:
    low, high = one.promises[level]
    return f"{100 * low:.0f} – {100 * high:.0f} %"


def _ratio(one: Slice) -> str:
    if one.ratio is None:
        return "no skill: the baseline serves"
    value, low, high = one.ratio
    return f"{value:.2f} ({low:.2f} – {high:.2f})"


def _age(one: Slice) -> str:
    return f"{one.days_seen} d" if one.days_seen else "publication"
