"""What is read from forms, and refused where it does not fit."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from django.http import HttpRequest
from django.utils import timezone

from foreview.errors import UsageError

_LONGEST: Final = 18
MOST_DAYS: Final = 366
"""How long what opens something may open it: who still needs it makes a new one."""


def posted(request: HttpRequest, name: str) -> str:
    """Return what was written into a field, without spaces around it; empty where it is not there."""
    return str(request.POST.get(name, "")).strip()


def posted_number(request: HttpRequest, name: str, least: int, most: int) -> int:
    """Return the whole number in a field; UsageError where it is none, or beyond its ends."""
    said = posted(request, name)
    if not said.isascii() or not said.isdigit() or not least <= int(said[:9]) <= most:
        raise UsageError(f"{name} is a whole number from {least} to {most}", f"found {said!r}")
    return int(said)


def days_from_now(request: HttpRequest, name: str = "days") -> datetime:
    """Return the time that lies as many days ahead as a field says."""
    return timezone.now() + timedelta(days=posted_number(request, name, 1, MOST_DAYS))


def cursor_of(request: HttpRequest, name: str = "after") -> int | None:
    """Return the number after which a list goes on, None at its beginning; UsageError where it is none."""
    said = request.GET.get(name, "").strip()
    if not said:
        return None
    if not said.isascii() or not said.isdigit() or len(said) > _LONGEST:
        raise UsageError("a cursor is one that the page before gave", f"found {said!r}", "Begin at the first page")
    return int(said)
