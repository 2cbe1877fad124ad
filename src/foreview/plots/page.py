"""One HTML page that needs nothing else: its style is inside it, it runs no script, and it may fetch nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from foreview.plots.figure import Figure, Panel, Table, figure_parts, table_markup
from foreview.plots.style import STYLE
from foreview.plots.svg import element, words


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
    figures = [
        "\n" + element("figure", *figure_parts(f"part{number}-{at}", figure)) for at, figure in enumerate(part.figures)
    ]
    table = [table_markup(part.table)] if part.table is not None else []
    inner = [element("h2", words(part.title)), *_paragraphs(part.sentences), *table, *figures]
    return "\n" + element("section", *inner, id=f"part{number}")


def _paragraphs(sentences: Sequence[str]) -> list[str]:
    return [element("p", words(sentence)) for sentence in sentences]
