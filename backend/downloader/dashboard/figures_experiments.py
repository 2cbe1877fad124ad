"""The figure of an experiment: the confidence sequence as pairs come in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from downloader.models import Experiment
from foreview.plots.figure import Figure, Table
from foreview.plots.lines import LinePanel, Point, Series
from foreview.plots.scales import Axis, linear_axis

if TYPE_CHECKING:
    from downloader.services.experiments import Course

MOST_POINTS: Final = 60
"""Pairs that are drawn and listed, evenly chosen; the first and the last are among them."""
ROOM: Final = 4.0
"""Times the allowed harm that the axis shows at least: what the first pairs say lies farther out, is cut there and told whole in the table."""


def evidence_figure(experiment: Experiment, course: Course) -> Figure[LinePanel] | None:
    """Return the mean difference and its bounds after each pair, beside no difference and the allowed harm; None before the first pair."""
    running = course.running
    n = running.mean.size
    if not n:
        return None
    chosen = _chosen(n)
    points = tuple(
        _point(at, *(float(values[at]) for values in (running.mean, running.low, running.high))) for at in chosen
    )
    band = tuple((point.x, low, high) for point, low, high in _bounds(points))
    harm = -experiment.allowed_harm
    x = linear_axis("paired videos", [0.0, float(experiment.most_pairs)])
    lines = (
        Series("mean difference, with its 95 % bounds", 0, tuple(_bare(point) for point in points), band),
        Series("allowed harm", 2, (Point(x.low, harm, _harm(harm)), Point(x.high, harm, _harm(harm)))),
    )
    says = evidence_says(experiment, course)
    panel = LinePanel("Evidence", says, x, _axis(experiment, points), lines, ((x.low, 0.0), (x.high, 0.0)))
    rows = [
        (f"{point.x:.0f}", f"{point.y:+.3f}", f"{low:+.3f}", f"{high:+.3f}") for point, low, high in _bounds(points)
    ]
    return Figure("The evidence as it gathers", says, [panel], Table(("pairs", "mean", "from", "to"), rows))


def evidence_says(experiment: Experiment, course: Course) -> str:
    """Return the figure in words."""
    found = course.decision
    if found.mean is None:
        return "No video of which both made a forecast has matured yet."
    percent = f"{100 * (1 - experiment.alpha):g} %"
    return (
        f"After {found.pairs} of at most {experiment.most_pairs} videos the champion's ln error minus the challenger's is {found.mean:+.3f} on "
        f"average, with {percent} bounds from {found.low:+.3f} to {found.high:+.3f}, which hold at every look. Above 0 (dashed) the challenger errs "
        "less. "
        f"It wins when the whole band lies above 0, after {experiment.least_pairs} videos at the earliest; it is stopped for harm when the band lies "
        f"below {-experiment.allowed_harm:.3f}."
    )


def _chosen(n: int) -> list[int]:
    if n <= MOST_POINTS:
        return list(range(n))
    return sorted({round(at * (n - 1) / (MOST_POINTS - 1)) for at in range(MOST_POINTS)})


def _point(at: int, mean: float, low: float, high: float) -> Point:
    return Point(float(at + 1), mean, f"{mean:+.3f} ({low:+.3f} to {high:+.3f}) after {at + 1}", low, high)


def _bare(point: Point) -> Point:
    """Return the point without its ends: the band shows them."""
    return Point(point.x, point.y, point.says)


def _bounds(points: tuple[Point, ...]) -> list[tuple[Point, float, float]]:
    return [(point, point.low, point.high) for point in points if point.low is not None and point.high is not None]


def _axis(experiment: Experiment, points: tuple[Point, ...]) -> Axis:
    last = points[-1]
    ends = [abs(value) for value in (last.low, last.high) if value is not None]
    most = min(max(ROOM * experiment.allowed_harm, *ends), experiment.clip)
    return linear_axis("champion − challenger [ln]", [-most, most])


def _harm(value: float) -> str:
    return f"{value:+.3f}"
