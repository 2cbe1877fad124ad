"""Long lists, a page at a time: where one goes on, and what it shows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, TypeVar

from django.db.models import Model
from django.http import HttpRequest

from foreview.errors import UsageError

M = TypeVar("M", bound=Model)
_LONGEST: Final = 18


def cursor_of(request: HttpRequest, name: str = "after") -> int | None:
    """Return the number after which a list goes on, None at its beginning; UsageError where it is none."""
    said = request.GET.get(name, "").strip()
    if not said:
        return None
    if not said.isascii() or not said.isdigit() or len(said) > _LONGEST:
        raise UsageError("a cursor is one that the page before gave", f"found {said!r}", "Begin at the first page")
    return int(said)


def page_of(rows: Sequence[M], limit: int) -> tuple[Sequence[M], int | None]:
    """Return the rows that are shown of ``limit`` and one more, and the cursor of the next page; None where there is none."""
    return rows[:limit], rows[limit - 1].pk if len(rows) > limit else None
