"""What a form of a page holds, read strictly."""

from __future__ import annotations

import math
from datetime import datetime, timedelta
from typing import Final

from django.http import HttpRequest
from django.utils import timezone

from foreview.errors import UsageError

MOST_DAYS: Final = 366
"""How long what opens something may open it: who still needs it makes a new one."""


def text(request: HttpRequest, name: str) -> str:
    """Return a field without the space around it; empty where it is not there."""
    return str(request.POST.get(name, "")).strip()


def number(request: HttpRequest, name: str) -> float | None:
    """Return a field as a number; None where it was left empty.

    Raises
    ------
    UsageError
        Where it is no finite number.

    """
    said = text(request, name)
    try:
        found = float(said) if said else None
    except ValueError:
        found = math.nan
    if found is not None and not math.isfinite(found):
        raise UsageError(
            "a number is written in digits", f"{name} is {said!r:.40}", "Leave it empty for the usual value"
        )
    return found


def whole(request: HttpRequest, name: str) -> int | None:
    """Return a field as a whole number; None where it was left empty.

    Raises
    ------
    UsageError
        Where it is none.

    """
    found = number(request, name)
    if found is not None and found != int(found):
        raise UsageError("this is a whole number", f"{name} is {found:g}", "Leave it empty for the usual value")
    return None if found is None else int(found)


def days_from_now(request: HttpRequest, name: str = "days") -> datetime:
    """Return the time that lies as many days ahead as a field says."""
    return timezone.now() + timedelta(days=_days(request, name))


def _days(request: HttpRequest, name: str) -> int:
    found = whole(request, name)
    if found is None or not 1 <= found <= MOST_DAYS:
        raise UsageError(f"{name} is a whole number from 1 to {MOST_DAYS}", f"found {text(request, name)!r:.40}")
    return found
