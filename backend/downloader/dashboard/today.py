"""Today: what a person wants to know first. What takes long comes a moment later, or at once for who has no JavaScript."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from downloader.dashboard.access import page
from downloader.services.access import Account


@page()
def show(request: HttpRequest, account: Account) -> HttpResponse:
    """Return the first page; with ``?whole`` its slow parts are in it."""
    from downloader.services import digest

    whole = "whole" in request.GET
    shown: dict[str, Any] = {
        "now": timezone.now(),
        "changes": digest.changes(account),
        "health": _health(),
        "parts": {name: _part(account, name) if whole else None for name in PARTS},
    }
    return render(request, "foreview/today.html", shown)


@page()
def part(request: HttpRequest, account: Account, name: str) -> HttpResponse:
    """Return a slow part of the first page."""
    if name not in PARTS:
        raise Http404
    return render(request, f"foreview/today_{name}.html", {"found": _part(account, name)})


def _part(account: Account, name: str) -> Any:
    return PARTS[name](account)


def _unusual(account: Account) -> Any:
    from downloader.services import digest

    return digest.unusual(account)


def _early(account: Account) -> Any:
    from downloader.services import digest

    return digest.early(account)


def _month(account: Account) -> dict[str, Any]:
    from downloader.services import digest

    return {"totals": digest.month(account), "month": digest.this_month()}


PARTS: Final[dict[str, Callable[[Account], Any]]] = {"month": _month, "unusual": _unusual, "early": _early}


def _health() -> dict[str, Any]:
    """Return what serves and whether anything stands against it: one line."""
    from downloader import selectors

    promotion = selectors.newest_promotion()
    return {
        "release": None if promotion is None else promotion.release,
        "since": None if promotion is None else promotion.at,
        "alerts": sum(selectors.standing_alerts().values()),
    }
