"""Keys of the API: made, listed, revoked."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from downloader.dashboard.access import owner_of, page, shown_once
from downloader.dashboard.forms import MOST_DAYS, days_from_now, text
from downloader.services.access import SCOPES, Account
from foreview.errors import UsageError


@page(to_change="read")
def show(request: HttpRequest, account: Account) -> HttpResponse:
    """Return the keys and the form of a new one; of a new one its secret, this once.

    Who may read may have a key that reads: a key is never more than its owner.
    """
    from downloader import selectors

    made = _made(request) if request.method == "POST" else {}
    shown: dict[str, Any] = {
        "keys": selectors.api_keys(owner_of(request, account)),
        "scopes": [scope for scope in SCOPES if scope in account.scopes],
        "most_days": MOST_DAYS,
        **made,
    }
    answer = render(request, "foreview/keys.html", shown)
    return shown_once(answer) if made else answer


@page(to_change="read")
def revoke(request: HttpRequest, account: Account, prefix: str) -> HttpResponse:
    """Ask whether a key is to be revoked, and do it."""
    from downloader import selectors
    from downloader.services.access import revoke_key

    owner = owner_of(request, account)
    if request.method != "POST":
        return render(request, "foreview/key_revoke.html", {"key": selectors.key_named(prefix, owner)})
    key = revoke_key(prefix, owner)
    messages.success(request, f"The key {key.prefix} ({key.name}) opens nothing any more.")
    return redirect("foreview:settings-keys")


def _made(request: HttpRequest) -> dict[str, Any]:
    from downloader.services.access import create_key

    name = text(request, "name")
    if not name:
        raise UsageError("a key says what it is for", "found no name")
    key, secret = create_key(request.user, name, request.POST.getlist("scope"), days_from_now(request))
    return {"made": key, "secret": secret}
