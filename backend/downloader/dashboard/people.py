"""People: who may sign in, what each may do and sees; invited, changed, let go. All of it is a superuser's."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from downloader.dashboard.access import page, shown_once
from downloader.dashboard.forms import text
from downloader.services.access import ROLES, Account
from foreview.errors import UsageError


@page(to_change="operate")
def show(request: HttpRequest, account: Account) -> HttpResponse:
    """Return everybody, and the form to invite somebody; of who was just invited the link to set a password, this once."""
    from downloader import selectors
    from downloader.services.people import invite, people

    made: dict[str, Any] = {}
    if request.method == "POST":
        user = invite(account, text(request, "name"), text(request, "role"), _channels(request))
        made = _link(request, account, user.pk)
    shown = {"people": people(account), "roles": list(ROLES), "channels": selectors.channels_listed(None), **made}
    answer = render(request, "foreview/people.html", shown)
    return shown_once(answer) if made else answer


@page(to_change="operate")
def one(request: HttpRequest, account: Account, key: int) -> HttpResponse:
    """Return one person, and change role and channels."""
    from downloader import selectors
    from downloader.services.people import change, person

    if request.method == "POST":
        changed = change(account, key, text(request, "role"), _channels(request))
        messages.success(
            request, f"{changed.name} is now {changed.role} of {', '.join(changed.channels) or 'no channel'}."
        )
        return redirect("foreview:settings-person", key)
    found = person(account, key)
    others = [channel for channel in selectors.channels_listed(None) if channel not in found.channels]
    return render(request, "foreview/person.html", {"person": found, "roles": list(ROLES), "channels": others})


@page(to_change="operate")
def leave(request: HttpRequest, account: Account, key: int) -> HttpResponse:
    """Ask whether somebody is to see a channel no more, and do it."""
    from downloader.services.people import leave as see_no_more
    from downloader.services.people import person

    if request.method != "POST":
        shown = {"person": person(account, key), "channel": request.GET.get("channel", "")}
        if not shown["channel"]:
            raise UsageError(
                "who leaves a channel leaves a certain one", "none is named", "Choose it on the person's page"
            )
        return render(request, "foreview/person_leave.html", shown)
    channel = text(request, "channel")
    found = see_no_more(account, key, channel)
    messages.success(request, f"{found.name} sees {channel} no more.")
    return redirect("foreview:settings-person", key)


@page(to_change="operate")
def let_in(request: HttpRequest, account: Account, key: int) -> HttpResponse:
    """Ask whether somebody is to sign in no more, or again, and do it."""
    from downloader.services.people import let_in as admit
    from downloader.services.people import person

    found = person(account, key)
    if request.method != "POST":
        return render(request, "foreview/person_let_in.html", {"person": found})
    changed = admit(account, key, active=text(request, "active") == "yes")
    messages.success(request, f"{changed.name} may {'sign in' if changed.is_active else 'not sign in any more'}.")
    return redirect("foreview:settings-person", key)


@page(to_change="operate")
def new_link(request: HttpRequest, account: Account, key: int) -> HttpResponse:
    """Return a new link to set a password, this once."""
    from downloader.services.people import person

    if request.method != "POST":
        return redirect("foreview:settings-person", key)
    shown = {"person": person(account, key), **_link(request, account, key)}
    return shown_once(render(request, "foreview/person_link.html", shown))


def _link(request: HttpRequest, account: Account, number: int) -> dict[str, Any]:
    from downloader.services.people import password_link, person

    address = reverse("foreview:set-password", args=password_link(account, number))
    return {"made": person(account, number), "address": request.build_absolute_uri(address)}


def _channels(request: HttpRequest) -> list[str]:
    """Return the channels that were chosen, and those that were typed with commas between them: new ones have no videos yet."""
    typed = (part.strip() for part in text(request, "more").split(","))
    return list(dict.fromkeys([*request.POST.getlist("channel"), *(part for part in typed if part)]))
