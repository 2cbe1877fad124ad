"""SVG and HTML as text: one element at a time, everything escaped, well-formed XML."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final
from xml.sax.saxutils import escape, quoteattr

_VOID: Final = frozenset({"circle", "line", "path", "polygon", "polyline", "rect", "meta", "link"})


def element(name: str, /, *content: str, **attributes: str | float) -> str:
    """Return an element; ``content`` is markup already, attributes are escaped here.

    A trailing ``_`` of an attribute's name is dropped, inner ones become ``-``, for ``class_`` and ``text_anchor``.

    Examples
    --------
    >>> element("text", words("a < b"), x=1.5, text_anchor="end")
    '<text x="1.5" text-anchor="end">a &lt; b</text>'

    """
    said = "".join(f" {key.rstrip('_').replace('_', '-')}={quoteattr(str(value))}" for key, value in attributes.items())
    if name in _VOID:
        return f"<{name}{said}/>" if not content else f"<{name}{said}>{''.join(content)}</{name}>"
    return f"<{name}{said}>{''.join(content)}</{name}>"


def words(text: str) -> str:
    """Return ``text`` as markup that shows just that."""
    return escape(text)


def points(places: Iterable[tuple[float, float]]) -> str:
    """Return coordinates as polylines and polygons take them.

    Examples
    --------
    >>> points([(0, 1.25), (10, 2)])
    '0,1.25 10,2'

    """
    return " ".join(f"{x:g},{y:g}" for x, y in places)


def marker(x: float, y: float, look: int, *content: str) -> str:
    """Return the mark of a series: its number decides colour and shape, so that nothing hangs on colour alone.

    Colours come again after six, each with another shape: 36 marks are told apart.
    """
    shape, look = (look + look // LOOKS) % len(_SHAPES), look % LOOKS
    if shape == 0:
        return element("circle", *content, class_=f"mark look{look}", cx=f"{x:g}", cy=f"{y:g}", r=4)
    corners = points((x + dx, y + dy) for dx, dy in _SHAPES[shape])
    return element("polygon", *content, class_=f"mark look{look}", points=corners)


LOOKS: Final = 6
_SHAPES: Final = (
    (),
    ((-3.7, -3.7), (3.7, -3.7), (3.7, 3.7), (-3.7, 3.7)),
    ((0, -4.8), (4.6, 3.6), (-4.6, 3.6)),
    ((0, -5.2), (5.2, 0), (0, 5.2), (-5.2, 0)),
    ((0, 4.8), (4.6, -3.6), (-4.6, -3.6)),
    ((-5, -1.6), (5, -1.6), (5, 1.6), (-5, 1.6)),
)
