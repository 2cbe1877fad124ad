"""Alerts: what was noticed, and that somebody has seen to it."""

from __future__ import annotations

from typing import Any, Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from downloader.dashboard.access import page
from downloader.dashboard.forms import text
from downloader.dashboard.paging import cursor_of, page_of
from downloader.services.access import Account
from foreview.errors import UsageError

LIMIT: Final = 25
STATES: Final = {"": "that stand", "done": "that were seen to", "all": "all"}
STANDING: Final[dict[str, bool | None]] = {"": True, "done": False, "all": None}


@page()
def show(request: HttpRequest, account: Account) -> HttpResponse:
    """Return the alerts, the one raised last first."""
    from downloader import selectors
    from downloader.services.alerts import told_to

    state = request.GET.get("state", "").strip()
    if state not in STATES:
        raise UsageError(f"alerts are listed by {', '.join(name for name in STATES if name)}", f"found {state!r}")
    rows, after = page_of(selectors.alert_page(STANDING[state], cursor_of(request), LIMIT), LIMIT)
    shown: dict[str, Any] = {
        "alerts": [(row, *told_to(account, row)[:2]) for row in rows],
        "next": after,
        "state": state,
        "states": STATES,
    }
    return render(request, "foreview/alerts.html", shown)


@page(to_change="operate")
def acknowledge(request: HttpRequest, account: Account, key: int) -> HttpResponse:
    """Say that somebody has seen to an alert, and what was done about it."""
    from downloader import selectors
    from downloader.services.alerts import acknowledge as see_to

    alert = selectors.alert_seen(key)
    if request.method == "POST":
        see_to(alert.pk, by=account.name, note=text(request, "note"))
        messages.success(request, "It is acknowledged. Noticed again, it is a new alert.")
    return redirect("foreview:alerts")
