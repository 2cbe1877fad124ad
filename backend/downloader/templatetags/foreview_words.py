"""Words for what may be of any size or not be there at all: outlier scores, titles, what came of a job."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import template

from downloader.templatetags.foreview import UNKNOWN, count

register = template.Library()


@register.filter
def score(value: float | None) -> str:
    """Return an outlier score, which may be of any size: never 0, for nothing is no times as much as typical.

    Examples
    --------
    >>> score(2.513), score(0.047), score(0.003), score(1_234_567.8), score(None)
    ('2.5', '0.05', '< 0.01', '1.23M', '–')

    """
    if value is None or value >= 99.95:
        return count(value)
    return "< 0.01" if value < 0.005 else f"{value:.2f}" if value < 0.995 else f"{value:.1f}"


@register.filter
def titled(title: str) -> str:
    """Return a title, or what stands for one that nobody could see or click.

    Examples
    --------
    >>> titled("Ten tomatoes"), titled("  ")
    ('Ten tomatoes', 'untitled')

    """
    return title if title.strip() else "untitled"


@register.filter
def told(value: Any) -> str:
    """Return a value of a job's result in words: zero is a number, and nothing is a dash.

    Examples
    --------
    >>> told(0), told({"added": 2, "changed": 0}), told(["a", "b"]), told(""), told(None)
    ('0', 'added: 2, changed: 0', 'a, b', '–', '–')

    """
    if isinstance(value, Mapping):
        return ", ".join(f"{name}: {told(part)}" for name, part in value.items()) or UNKNOWN
    if isinstance(value, list):
        return ", ".join(map(told, value)) or UNKNOWN
    return UNKNOWN if value is None or value == "" else str(value)
