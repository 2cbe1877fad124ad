"""One HTML page that needs nothing else: its style is inside it, it runs no script, and it may fetch nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeAlias, TypeVar

from foreview.plots.dots import DotPanel, draw_dots
from foreview.plots.lines import LinePanel, draw_lines
from foreview.plots.style import STYLE
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


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the page: sentences, then a table, then figures; what is empty is left out."""

    title: str
    sentences: Sequence[str] = ()
    table: Table | None = None
    figures: Sequence[Figure[Panel]] = field(default_factory=tuple)


def page(title: str, notices: Sequence[str], sections: Sequence[Section]) -> str:
    """Return the whole page: ``notices`` stand at the top, then the contents, then ``sections``."""
    head = element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("meta", name="color-scheme", content="light dark"),
        # Nothing is fetched, and a reader's browser sees to it.
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\"/>",
        element("title", words(title)),
        element("style", STYLE),
    )
    contents = element(
        "nav",
        element("ul", *(element("li", _link(number, part.title)) for number, part in enumerate(sections))),
        aria_label="contents",
    )
    notice = element("div", *_paragraphs(notices), class_="notice")
    parts = [_section(number, part) for number, part in enumerate(sections)]
    body = element("body", element("main", element("h1", words(title)), notice, contents, *parts))
    return "<!DOCTYPE html>\n" + element("html", head, body, lang="en") + "\n"


def _link(number: int, title: str) -> str:
    return element("a", words(title), href=f"#part{number}")


def _section(number: int, part: Section) -> str:
    figures = [_figure(f"part{number}-{at}", figure) for at, figure in enumerate(part.figures)]
    table = [_table(part.table)] if part.table is not None else []
    inner = [element("h2", words(part.title)), *_paragraphs(part.sentences), *table, *figures]
    return "\n" + element("section", *inner, id=f"part{number}")


def _figure(name: str, figure: Figure[Panel]) -> str:
    drawn = []
    for at, panel in enumerate(figure.panels):
        draw = draw_lines(panel, f"{name}-{at}") if isinstance(panel, LinePanel) else draw_dots(panel, f"{name}-{at}")
        drawn.append("\n" + element("div", element("p", words(panel.title), class_="panel"), draw))
    return "\n" + element(
        "figure",
        element("h3", words(figure.title)),
        element("figcaption", words(figure.says)),
        _legend(figure.panels),
        element("div", *drawn, class_="panels"),
        element("details", element("summary", words("The same as a table")), _table(figure.table)),
    )


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


def _table(table: Table) -> str:
    named = [element("th", words(name), scope="col", class_="name") for name in table.head[: table.named]]
    head = element("tr", *named, *(element("th", words(name), scope="col") for name in table.head[table.named :]))
    rows = [_row(row, table.named) for row in table.rows]
    inner = element("table", element("thead", head), element("tbody", *rows))
    return element("div", inner, class_="wide", tabindex="0", role="region", aria_label="table")


def _row(row: Sequence[str], named: int) -> str:
    cells = [element("th", words(text), scope="row") for text in row[:named]]
    return element("tr", *cells, *(element("td", words(text)) for text in row[named:]))


def _paragraphs(sentences: Sequence[str]) -> list[str]:
    return [element("p", words(sentence)) for sentence in sentences]
