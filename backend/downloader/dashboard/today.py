"""Today: what a person wants to know first."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from downloader.dashboard.access import page
from downloader.services.access import Account


@page()
def show(request: HttpRequest, account: Account) -> HttpResponse:
    """Return the first page."""
    return render(request, "foreview/today.html", {"account": account})
