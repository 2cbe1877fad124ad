"""Which release serves from now on: confirmed on a page of its own, which says what the gate says."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from downloader.dashboard.access import page
from downloader.dashboard.forms import text, whole
from downloader.models import Promotion
from downloader.services.access import Account
from foreview.errors import UsageError


@page("operate", "operate")
def promote(request: HttpRequest, account: Account, version: str) -> HttpResponse:
    """Return what the gate says of a release; a POST lets it serve."""
    from downloader import selectors
    from downloader.services.promotion import ask_the_gate

    if request.method == "POST":
        return _done(request, _promoted(request, account, version))
    gate = ask_the_gate(version)
    told: dict[str, Any] = {
        "release": selectors.release_named(version),
        "serving": selectors.newest_promotion(),
        "gate": gate,
        "reasons": [] if gate.refused is None else gate.refused.fact.split("; "),
    }
    return render(request, "foreview/models_promote.html", told)


@page("operate", "operate")
def rollback(request: HttpRequest, account: Account) -> HttpResponse:
    """Return which release a rollback leads to; a POST does it."""
    from downloader import selectors
    from downloader.services.promotion import rollback_release, served_before

    if request.method == "POST":
        after = whole(request, "after")
        return _done(request, rollback_release(reason=text(request, "reason"), by=account.name, after=after))
    log = selectors.promotion_log()
    before = served_before(log)
    told = {"serving": log[-1] if log else None, "before": before[-1] if before else None}
    return render(request, "foreview/models_rollback.html", told)


def _promoted(request: HttpRequest, account: Account, version: str) -> Promotion:
    from downloader.services.promotion import promote_against_the_gate, promote_release

    reason, why_against = text(request, "reason"), text(request, "why_against")
    if not request.POST.get("against"):
        return promote_release(version, reason=reason, by=account.name)
    if not (reason and why_against):
        raise UsageError(
            "a promotion against the gate says why, and why the gate is wrong here", "a text is empty", "Write both"
        )
    return promote_against_the_gate(version, reason=f"{reason}; against the gate: {why_against}", by=account.name)


def _done(request: HttpRequest, row: Promotion) -> HttpResponse:
    messages.success(request, f"{row.release.version} serves from now on. The next forecasts are made by it.")
    return redirect("foreview:models")
