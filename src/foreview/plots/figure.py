"""A figure: panels that answer one question, in words, as pictures and as a table of the same values."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Generic, TypeAlias, TypeVar

from foreview.plots.dots import DotPanel, draw_dots
from foreview.plots.lines import LinePanel, draw_lines
from foreview.plots.svg import element, marker, words

Panel: TypeAlias = LinePanel | DotPanel
PanelT_co = TypeVar("PanelT_co", bound=Panel, covariant=True)


@dataclass(frozen=True, slots=True)
class Table:
    """Texts in rows; the first column names the row, or the first ``named`` do."""

    head: Sequence[str]
    rows: Sequence[Sequence[str]]
    named: int = 1


@dataclass(frozen=True, slots=True)
class Figure(Generic[PanelT_co]):
    """Panels that answer one question, what they show, and the same values as a table."""

    title: str
    says: str
    panels: Sequence[PanelT_co]
    table: Table


def figure_parts(name: str, figure: Figure[Panel]) -> list[str]:
    """Return what stands inside the ``figure`` element: heading, caption, legend, pictures, table."""
    return [
        element("h3", words(figure.title)),
        element("figcaption", words(figure.says)),
        _legend(figure.panels),
        element("div", *(_drawn(f"{name}-{at}", panel) for at, panel in enumerate(figure.panels)), class_="panels"),
        element("details", element("summary", words("The same as a table")), table_markup(figure.table)),
    ]


def panels_json(figure: Figure[Panel]) -> str:
    """Return the panels as JSON that may stand in an HTML page: for scripts that draw them again.

    Raises
    ------
    ValueError
        If a value is not finite: such a value has no place.

    """
    return json.dumps([asdict(panel) for panel in figure.panels], allow_nan=False).replace("<", "\\u003c")


def table_markup(table: Table) -> str:
    """Return a table as HTML, which scrolls sideways where the page is narrow."""
    named = [element("th", words(name), scope="col", class_="name") for name in table.head[: table.named]]
    head = element("tr", *named, *(element("th", words(name), scope="col") for name in table.head[table.named :]))
    rows = [_row(row, table.named) for row in table.rows]
    inner = element("table", element("thead", head), element("tbody", *rows))
    return element("div", inner, class_="wide", tabindex="0", role="region", aria_label="table")


def _drawn(name: str, panel: Panel) -> str:
    picture = draw_lines(panel, name) if isinstance(panel, LinePanel) else draw_dots(panel, name)
    return "\n" + element("div", element("p", words(panel.title), class_="panel"), picture)


def _legend(panels: Sequence[Panel]) -> str:
    """Return the names of all series beside their marks."""
    named: dict[str, int] = {}
    for panel in panels:
        if isinstance(panel, LinePanel):
            named |= {series.name: series.look for series in panel.series}
        else:
            named |= {dot.series: dot.look for row in panel.rows for dot in row.dots}
    entries = [
        element("li", element("svg", marker(9, 9, look), viewBox="0 0 18 18", aria_hidden="true"), words(name))
        for name, look in named.items()
    ]
    return element("ul", *entries, class_="legend")


def _row(row: Sequence[str], named: int) -> str:
    cells = [element("th", words(text), scope="row") for text in row[:named]]
    return element("tr", *cells, *(element("td", words(text)) for text in row[named:]))
