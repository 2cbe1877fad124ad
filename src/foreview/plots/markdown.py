"""Tables as Markdown."""

from __future__ import annotations

from collections.abc import Sequence


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    r"""Return a Markdown table; a cell stays one cell whatever it holds.

    Examples
    --------
    >>> print(table(["what", "n"], [["a|b", "1"]]))
    | what | n |
    | --- | --- |
    | a\|b | 1 |

    """
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(map(_cell, line))} |" for line in lines)


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")
