"""Markdown that Foreview wrote, such as a model card, as HTML: no markup of its own passes, and nothing that the Content-Security-Policy forbids."""

from __future__ import annotations

from typing import Any, Final

from django import template
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt

register = template.Library()
_WIDE: Final = '<div class="wide" tabindex="0" role="region" aria-label="table">'


@register.filter
def markdown(text: str) -> SafeString:
    r"""Return a text as HTML, its headings one level lower: the page has its own first one.

    Examples
    --------
    >>> markdown("# Card")
    '<h2>Card</h2>\n'
    >>> markdown("<b onclick=x>[here](javascript:x)")
    '<p>&lt;b onclick=x&gt;[here](javascript:x)</p>\n'

    """
    parser = MarkdownIt("commonmark", {"html": False}).enable("table")
    parser.add_render_rule("table_open", _opened)
    parser.add_render_rule("table_close", _closed)
    tokens = parser.parse(text)
    for token in tokens:
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{min(int(token.tag[1:]) + 1, 6)}"
        elif token.type in ("th_open", "td_open"):
            token.attrs = {"scope": "col"} if token.type == "th_open" else {}
    shown: str = parser.renderer.render(tokens, parser.options, {})
    return mark_safe(shown)  # noqa: S308  (html is off: all text is escaped)


def _opened(_renderer: Any, *_rest: Any) -> str:
    return f"{_WIDE}<table>\n"


def _closed(_renderer: Any, *_rest: Any) -> str:
    return "</table></div>\n"
