"""Panels with one row a group: values with their intervals, beside lines that say where they should lie."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from foreview.plots.lines import RIGHT, WIDTH, picture
from foreview.plots.scales import Axis, place
from foreview.plots.svg import LOOKS, element, marker, words

TOP, BOTTOM = 10, 40
NARROWEST, WIDEST, LETTER = 90, 190, 6.8
"""Room [px] for the names of rows: at least, at most, and for each letter."""
LANE: Final = 11
"""Height [px] for each value of a row."""
GAP: Final = 10


@dataclass(frozen=True, slots=True)
class Dot:
    """A value with its interval; ``look`` numbers the colour and shape of its series."""

    series: str
    look: int
    value: float
    low: float
    high: float
    says: str


@dataclass(frozen=True, slots=True)
class Row:
    """A group and its values."""

    name: str
    dots: tuple[Dot, ...]


@dataclass(frozen=True, slots=True)
class DotPanel:
    """One picture: rows from top to bottom along one numeric axis, with upright lines at ``references`` (value, look)."""

    title: str
    describes: str
    """The picture in a sentence, for those who do not see it."""
    x: Axis
    rows: tuple[Row, ...]
    references: tuple[tuple[float, int], ...]


def draw_dots(panel: DotPanel, name: str) -> str:
    """Return the SVG of ``panel``; ``name`` is unlike that of any other picture on the page."""
    left = round(min(max(NARROWEST, 16 + LETTER * max(len(row.name) for row in panel.rows)), WIDEST))

    def x(value: float) -> float:
        return place(panel.x, value, left, WIDTH - RIGHT)

    heights = [LANE * len(row.dots) + GAP for row in panel.rows]
    bottom = TOP + sum(heights)
    parts = []
    for value, text in panel.x.ticks:
        parts.append(element("line", class_="grid", x1=x(value), x2=x(value), y1=TOP, y2=bottom))
        parts.append(element("text", words(text), x=x(value), y=bottom + 17, text_anchor="middle"))
    for value, look in panel.references:
        parts.append(
            element("line", class_=f"reference look{look % LOOKS}", x1=x(value), x2=x(value), y1=TOP, y2=bottom)
        )
    middle = (left + WIDTH - RIGHT) / 2
    parts.append(element("text", words(panel.x.label), class_="label", x=middle, y=bottom + 35, text_anchor="middle"))
    top = float(TOP)
    for row, height in zip(panel.rows, heights, strict=True):
        parts.append(element("text", words(row.name), x=left - 8, y=top + height / 2 + 4, text_anchor="end"))
        for lane, dot in enumerate(row.dots):
            y, colour = top + GAP / 2 + LANE * (lane + 0.5), f"look{dot.look % LOOKS}"
            parts.append(element("line", class_=f"whisker {colour}", x1=x(dot.low), x2=x(dot.high), y1=y, y2=y))
            parts.append(marker(x(dot.value), y, dot.look, element("title", words(f"{dot.series}: {dot.says}"))))
        top += height
        parts.append(element("line", class_="tick", x1=8, x2=WIDTH - RIGHT, y1=top, y2=top))
    return picture(panel.title, panel.describes, name, bottom + BOTTOM, parts)
