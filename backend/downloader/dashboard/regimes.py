"""Metric regimes: what platforms redefined, and when; entered after a look at what that concerns."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from downloader.dashboard.access import page
from downloader.dashboard.forms import text
from downloader.services.access import Account
from foreview.errors import UsageError
from foreview.vocabulary import FORMATS, Format


@page(to_change="operate")
def show(request: HttpRequest, account: Account) -> HttpResponse:
    """Return the regimes and the form of a new one; a new one is entered when it was confirmed."""
    from downloader import selectors
    from downloader.services.regimes import known_regimes

    if request.method == "POST":
        return _enter(request, account)
    shown = {"regimes": selectors.metric_regimes(), "known": known_regimes(), "formats": FORMATS}
    return render(request, "foreview/regimes.html", shown)


def _enter(request: HttpRequest, account: Account) -> HttpResponse:
    from downloader.services.regimes import Entered, concerned, enter_regime

    regime = Entered(
        text(request, "name"),
        text(request, "platform"),
        cast("Format", text(request, "format")),
        _midnight(text(request, "day")),
        text(request, "source"),
    )
    if not text(request, "confirmed"):
        since, across = concerned(regime)
        shown: dict[str, Any] = {"regime": regime, "since": since, "across": across}
        return render(request, "foreview/regime_confirm.html", shown)
    entered = enter_regime(account, regime)
    messages.success(request, f"{entered.name} is entered: counts before and after it are told apart from now on.")
    return redirect("foreview:data-regimes")


def _midnight(text: str) -> datetime:
    from downloader.services.clock import day_said

    if (day := day_said(text)) is None:
        raise UsageError("a regime begins on a day", "found none")
    return datetime(day.year, day.month, day.day, tzinfo=UTC)
