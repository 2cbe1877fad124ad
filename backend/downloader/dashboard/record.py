"""The track record: how right the forecasts have been, for those who signed in and for those who were given a link."""

from __future__ import annotations

from math import exp
from typing import Any, cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from downloader.dashboard.access import page, shown_once
from downloader.dashboard.words import FORMAT_NAMES, TARGET_NAMES
from downloader.services.access import Account
from downloader.services.sharing import Shown
from downloader.services.statuses import status_of
from foreview.errors import UsageError
from foreview.vocabulary import Target


@page()
def show(request: HttpRequest, account: Account) -> HttpResponse:
    """Return the track record of the channels that the account sees."""
    return render(request, "foreview/record.html", record_parts(request, account))


def shared(request: HttpRequest, token: str) -> HttpResponse:
    """Return the track record that a link opens, to whoever has it; nothing else can be reached from there."""
    from downloader.services.sharing import opened

    found = opened(token)
    if found is None:
        answer = render(request, "foreview/shared_closed.html", status=404)
    else:
        answer = _for_stranger(request, found)
    # The address is the secret: it is not found by search engines, not told to other sites, and not kept on the way.
    answer["X-Robots-Tag"] = "noindex, nofollow"
    answer["Referrer-Policy"] = "no-referrer"
    return shown_once(answer)


def _for_stranger(request: HttpRequest, found: Shown) -> HttpResponse:
    """Return what a link shows; an address with what cannot be asked leads back to it."""
    try:
        parts = record_parts(request, found.account)
    except UsageError as error:
        return render(request, "foreview/shared_refused.html", {"error": error}, status=status_of(error))
    return render(request, "foreview/shared.html", parts | {"link": found.link, "stranger": True})


def record_parts(request: HttpRequest, account: Account) -> dict[str, Any]:
    """Return what the page of a track record shows."""
    from downloader.dashboard import figures_record as figures
    from downloader.services.record import Wanted, last_verified, read_record

    target, kind, release = (request.GET.get(name, "").strip() for name in ("target", "format", "release"))
    record = read_record(account, Wanted(cast("Target", target or "views_30d"), kind, release))
    return {
        "record": record,
        "whole": _whole(next(iter(record.figures.get("all", ())), None)),
        "few": figures.FEW,
        "figures": {
            name: figure
            for name, draw in (
                ("scatter", figures.scatter),
                ("coverage", figures.coverage),
                ("errors", figures.errors),
                ("skills", figures.skills),
            )
            if (figure := draw(record)) is not None
        },
        "checked": last_verified(),
        "targets": TARGET_NAMES,
        "formats": FORMAT_NAMES,
    }


def _whole(figures: Any) -> dict[str, Any] | None:
    """Return the figures of all forecasts together, the error as the factor that it is."""
    if figures is None:
        return None
    factor = {f"factor{end}": exp(figures[f"mae_ln{end}"]) for end in ("", "_low", "_high")}
    return {**figures, **factor, "beats": None if figures["skill"] is None else figures["skill_low"] > 0}
