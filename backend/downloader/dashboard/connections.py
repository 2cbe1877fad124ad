"""Connections: which channels and accounts are read each night, made by their owner's consent, and ended."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any, Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from downloader.dashboard.access import owner_of, page
from downloader.dashboard.forms import text
from downloader.models import ConnectionKind
from downloader.services.access import Account
from foreview.errors import UsageError

_ASKED: Final = "foreview_asked"
"""Where the session keeps the question until its answer comes."""


@page()
def show(request: HttpRequest, account: Account) -> HttpResponse:
    """Return the connections that the account made, of a superuser all, and how much of the day's quota is used."""
    from downloader.configuration import quota
    from downloader.selectors.connections import connections, quota_used
    from downloader.services.quota import quota_day

    limits = quota()
    used = quota_used(quota_day(timezone.now()))
    shown: dict[str, Any] = {
        "connections": connections(owner_of(request, account)),
        "kinds": ConnectionKind.choices,
        "used": [(method, units, limits.get(method.partition(".")[0])) for method, units in used.items()],
    }
    return render(request, "foreview/connections.html", shown)


@page(to_change="operate")
def ask(request: HttpRequest, account: Account) -> HttpResponse:  # noqa: ARG001  (opened to operators)
    """Return the address at which the owner agrees, and the field for where the browser then ends."""
    from downloader.services.connections import ask_owner

    if request.method != "POST":
        return redirect("foreview:data-connections")
    kind = text(request, "kind")
    if kind not in ConnectionKind.values:
        raise UsageError(f"a connection is one of {', '.join(ConnectionKind.values)}", f"found {kind!r}")
    asked = ask_owner(kind)
    request.session[_ASKED] = asdict(asked)
    return render(request, "foreview/connection_ask.html", {"asked": asked, "kind": ConnectionKind(kind).label})


@page(scope="operate", to_change="operate")
def answer(request: HttpRequest, account: Account) -> HttpResponse:  # noqa: ARG001  (opened to operators)
    """Keep what the owner agreed to: the address is pasted, or the browser ended here where ``REDIRECT`` says so."""
    from downloader.connectors.consent import Question
    from downloader.services.connections import connect

    if _ASKED not in request.session:
        raise UsageError("an answer comes to a question", "nothing was asked in this session", "Begin with Connect")
    if request.method != "POST":
        # The browser was sent here by Google: a change is asked for by a form of this site alone.
        return render(request, "foreview/connection_back.html", {"address": request.build_absolute_uri()})
    made = connect(request.user, Question(**request.session[_ASKED]), text(request, "address"))
    del request.session[_ASKED]
    messages.success(request, f"{made} is connected, and read each night.")
    return redirect("foreview:data-connections")


@page(to_change="operate")
def disconnect(request: HttpRequest, account: Account, key: int) -> HttpResponse:
    """Ask whether a connection is to be ended, and do it."""
    from downloader.selectors.connections import connection_numbered
    from downloader.services.connections import disconnect as let_go

    found = connection_numbered(key, owner_of(request, account))
    if request.method != "POST":
        return render(request, "foreview/connection_end.html", {"connection": found})
    name = str(found)
    revoked = let_go(found)
    told = "Google has forgotten the consent." if revoked else "Google did not say that it forgot: look in its account."
    messages.success(request, f"{name} is disconnected. {told}")
    return redirect("foreview:data-connections")
