"""Panels with two numeric axes: curves by age, and what was said against what happened."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, TypeAlias

from foreview.plots.scales import Axis, place
from foreview.plots.svg import LOOKS, element, marker, points, words

WIDTH: Final = 360
HEIGHT: Final = 250
LEFT, RIGHT, TOP, BOTTOM = 50, 14, 10, 40
_TICK_ROOM: Final = 24
"""Names of ticks nearer to each other than this [px] would overlap."""

Onto: TypeAlias = Callable[[float], float]


@dataclass(frozen=True, slots=True)
class Point:
    """A value ``y`` at ``x``, with the ends of a whisker or of its band where there are any, and what it says when pointed at."""

    x: float
    y: float
    says: str
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class Series:
    """Points that belong together. ``look`` numbers its colour and shape; ``band`` is (x, low, high) of an area behind them."""

    name: str
    look: int
    points: tuple[Point, ...]
    band: tuple[tuple[float, float, float], ...] = ()
    joined: bool = True
    """Whether a line runs from point to point."""


@dataclass(frozen=True, slots=True)
class LinePanel:
    """One picture: axes, series, and a straight line to compare with, from (x, y) to (x, y), where there is one."""

    title: str
    describes: str
    """The picture in a sentence, for those who do not see it."""
    x: Axis
    y: Axis
    series: tuple[Series, ...]
    reference: tuple[tuple[float, float], tuple[float, float]] | None = None


def draw_lines(panel: LinePanel, name: str) -> str:
    """Return the SVG of ``panel``; ``name`` is unlike that of any other picture on the page."""

    def x(value: float) -> float:
        return place(panel.x, value, LEFT, WIDTH - RIGHT)

    def y(value: float) -> float:
        return place(panel.y, value, HEIGHT - BOTTOM, TOP)

    parts = [*_grid(panel, x, y)]
    parts += [_band(series, x, y) for series in panel.series if series.band]
    if panel.reference is not None:
        parts.append(element("polyline", class_="reference", points=points((x(a), y(b)) for a, b in panel.reference)))
    for series in panel.series:
        parts += _series(series, x, y)
    return picture(panel.title, panel.describes, name, HEIGHT, parts)


def picture(title: str, describes: str, name: str, height: float, parts: list[str]) -> str:
    """Return a whole SVG with its title and description."""
    head = [
        element("title", words(title), id=f"{name}-title"),
        element("desc", words(describes), id=f"{name}-desc"),
    ]
    return element(
        "svg",
        *head,
        *parts,
        viewBox=f"0 0 {WIDTH} {height:g}",
        role="img",
        aria_labelledby=f"{name}-title",
        aria_describedby=f"{name}-desc",
    )


def _grid(panel: LinePanel, x: Onto, y: Onto) -> list[str]:
    bottom = HEIGHT - BOTTOM
    parts = []
    for value, text in panel.y.ticks:
        parts.append(element("line", class_="grid", x1=LEFT, x2=WIDTH - RIGHT, y1=y(value), y2=y(value)))
        parts.append(element("text", words(text), x=LEFT - 6, y=y(value) + 4, text_anchor="end"))
    last = -_TICK_ROOM
    for value, text in panel.x.ticks:
        at = int(x(value))
        parts.append(element("line", class_="tick", x1=x(value), x2=x(value), y1=bottom, y2=bottom + 4))
        if at - last >= _TICK_ROOM:
            parts.append(element("text", words(text), x=x(value), y=bottom + 17, text_anchor="middle"))
            last = at
    parts.append(element("line", class_="axis", x1=LEFT, x2=WIDTH - RIGHT, y1=bottom, y2=bottom))
    middle = (LEFT + WIDTH - RIGHT) / 2
    parts.append(element("text", words(panel.x.label), class_="label", x=middle, y=HEIGHT - 5, text_anchor="middle"))
    turned = f"translate(12 {(TOP + bottom) / 2:g}) rotate(-90)"
    return [*parts, element("text", words(panel.y.label), class_="label", transform=turned, text_anchor="middle")]


def _band(series: Series, x: Onto, y: Onto) -> str:
    upper = [(x(at), y(high)) for at, _, high in series.band]
    lower = [(x(at), y(low)) for at, low, _ in reversed(series.band)]
    return element("polygon", class_=f"band look{series.look % LOOKS}", points=points([*upper, *lower]))


def _series(series: Series, x: Onto, y: Onto) -> list[str]:
    look = f"look{series.look % LOOKS}"
    places = points((x(p.x), y(p.y)) for p in series.points)
    parts = [element("polyline", class_=f"line {look}", points=places)] if series.joined else []
    parts += [
        element("line", class_=f"whisker {look}", x1=x(p.x), x2=x(p.x), y1=y(p.low), y2=y(p.high))
        for p in series.points
        if p.low is not None and p.high is not None
    ]
    parts += [
        marker(x(p.x), y(p.y), series.look, element("title", words(f"{series.name}: {p.says}"))) for p in series.points
    ]
    return parts
