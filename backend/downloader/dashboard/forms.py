"""What a form of a page holds, read strictly."""

from __future__ import annotations

import math

from django.http import HttpRequest

from foreview.errors import UsageError


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
