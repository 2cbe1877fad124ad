"""Links that show the track record to somebody without an account: made, listed, taken back."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from downloader.dashboard.access import owner_of, page, shown_once
from downloader.dashboard.forms import MOST_DAYS, days_from_now, text
from downloader.services.access import Account


@page(scope="operate", to_change="operate")
def show(request: HttpRequest, account: Account) -> HttpResponse:
    """Return the links and the form of a new one; of a new one its address, this once.

    The address is in the answer itself, not behind a redirect: there it would have to be kept.
    """
    from downloader import selectors

    made = _made(request, account) if request.method == "POST" else {}
    shown: dict[str, Any] = {
        "links": selectors.links_of(owner_of(request, account)),
        "channels": sorted(selectors.channels_listed(account.channels)),
        "most_days": MOST_DAYS,
        **made,
    }
    answer = render(request, "foreview/links.html", shown)
    return shown_once(answer) if made else answer


@page(scope="operate", to_change="operate")
def revoke(request: HttpRequest, account: Account, key: int) -> HttpResponse:
    """Ask whether a link is to be revoked, and do it."""
    from downloader import selectors
    from downloader.services.sharing import revoke_link

    if request.method != "POST":
        return render(
            request, "foreview/link_revoke.html", {"link": selectors.link_seen(owner_of(request, account), key)}
        )
    link = revoke_link(owner_of(request, account), key)
    messages.success(request, f"The link for {link.name} opens nothing any more.")
    return redirect("foreview:record-links")


def _made(request: HttpRequest, account: Account) -> dict[str, Any]:
    from downloader.services.sharing import share

    link, token = share(
        account,
        request.user,
        name=text(request, "name"),
        expires_at=days_from_now(request),
        channels=None if text(request, "which") != "some" else request.POST.getlist("channel"),
        with_titles=bool(text(request, "titles")),
    )
    return {"made": link, "address": request.build_absolute_uri(reverse("foreview:shared", args=[token]))}
