"""Data: what came in, how whole it is, and how more comes in."""

from __future__ import annotations

from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from downloader.dashboard.access import page
from downloader.dashboard.paging import cursor_of, page_of
from downloader.services.access import Account

LIMIT: Final = 10


@page()
def show(request: HttpRequest, account: Account) -> HttpResponse:
    """Return the form that takes a file, and the last imports."""
    from downloader import selectors
    from downloader.dashboard.imports import form_parts

    rows, after = page_of(selectors.import_page(account.sees_of, cursor_of(request), LIMIT), LIMIT)
    shown: dict[str, Any] = {"imports": rows, "next": after, **form_parts(account)}
    return render(request, "foreview/data.html", shown)


@page()
def quality(request: HttpRequest, account: Account) -> HttpResponse:
    """Return how whole the data of each channel are."""
    from downloader.services.quality import quality_of, totals

    rows = quality_of(account)
    return render(request, "foreview/data_quality.html", {"rows": rows, "totals": totals(rows)})
