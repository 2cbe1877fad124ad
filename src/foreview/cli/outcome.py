"""What a command found, for people and for programs."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

SHOWN_ROWS = 50


@dataclass(frozen=True, slots=True)
class Table:
    """Rows to show; cells are texts."""

    title: str
    header: Sequence[str]
    rows: Sequence[Sequence[str]]


@dataclass(frozen=True, slots=True)
class Outcome:
    """The end of a command."""

    facts: Mapping[str, object]
    """All of it, as JSON can say it."""
    sentence: str
    """All of it in one line."""
    tables: Sequence[Table] = ()
    notes: Sequence[str] = field(default_factory=tuple)
    """What was assumed or left out; to stderr."""


def number_of(n: int, what: str) -> str:
    """Return how many there are of a thing whose plural ends in s.

    Examples
    --------
    >>> number_of(1, "video"), number_of(2098, "video"), number_of(0, "later video")
    ('1 video', '2098 videos', '0 later videos')

    """
    return f"{n} {what}{'' if n == 1 else 's'}"


def cell(value: str | float | None) -> str:
    """Return a value as a table shows it.

    Examples
    --------
    >>> cell(12345.6), cell(0.12345), cell(None), cell("short")
    ('12,346', '0.123', '–', 'short')

    """
    if value is None or isinstance(value, str):
        return "–" if value is None else value
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def print_json(facts: Mapping[str, object]) -> None:
    """Print one JSON object: as it is read best, or in ASCII where the terminal or locale knows not all of its characters."""
    text = json.dumps(facts, ensure_ascii=False, allow_nan=False)
    try:
        text.encode(sys.stdout.encoding or "utf-8")
    except UnicodeEncodeError:
        text = json.dumps(facts, allow_nan=False)
    print(text)


def printed(outcome: Outcome, *, as_json: bool) -> None:
    """Print to stdout the facts as one JSON object, or sentence and tables; notes to stderr either way."""
    for note in outcome.notes:
        print(f"note: {note}", file=sys.stderr)
    if as_json:
        print_json(outcome.facts)
        return
    print(outcome.sentence)
    for table in outcome.tables:
        _print_table(table)


def _print_table(table: Table) -> None:
    from rich import box
    from rich.console import Console
    from rich.table import Table as RichTable
    from rich.text import Text

    drawn = RichTable(title=table.title or None, box=box.SIMPLE, title_justify="left", show_header=any(table.header))
    for name in table.header:
        drawn.add_column(Text(name), overflow="fold")
    for row in table.rows[:SHOWN_ROWS]:
        drawn.add_row(*(Text(cell) for cell in row))  # Text: a title in [brackets] is not markup
    console = Console(file=sys.stdout)
    console.print(drawn)
    if len(table.rows) > SHOWN_ROWS:
        console.print(f"… and {len(table.rows) - SHOWN_ROWS} more")
