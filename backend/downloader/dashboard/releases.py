"""Models: which release serves, which others there are, what each says of itself, and two side by side."""

from __future__ import annotations

from typing import Any, Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from downloader.dashboard.access import page
from downloader.dashboard.forms import text, whole
from downloader.dashboard.paging import cursor_of, page_of
from downloader.dashboard.words import TARGET_NAMES
from downloader.models import Release
from downloader.services.access import Account
from downloader.services.asking import MOST_TRIALS, start_job
from foreview.errors import UsageError

LIMIT: Final = 25
LOG_ROWS: Final = 10
JOBS_SHOWN: Final = 4
SERVING: Final = "serving"
"""In an address: the release that serves, whichever it is."""
STARTED: Final = {"train": "training", "tune": "tuning"}
MAKING: Final = (*STARTED, "examine")
"""Kinds of jobs whose progress the page shows."""


@page(to_change="operate")
def show(request: HttpRequest, account: Account) -> HttpResponse:
    """Return all releases; a POST asks for a training or for tuning."""
    if request.method == "POST":
        return _start(request, account)
    from downloader import selectors
    from downloader.services.headlines import headline

    log = selectors.newest_promotions(LOG_ROWS)
    serving = log[0] if log else None
    shown, after = page_of(selectors.release_page(cursor_of(request), LIMIT), LIMIT)
    told: dict[str, Any] = {
        "serving": serving,
        "headline": None if serving is None else headline(serving.release),
        "log": log,
        "releases": [(release, headline(release)) for release in shown],
        "next": after,
        "jobs": selectors.jobs_of_kinds(account.sees_of, MAKING, JOBS_SHOWN),
        "most_trials": MOST_TRIALS,
    }
    return render(request, "foreview/models.html", told)


@page(to_change="operate")
def release(request: HttpRequest, account: Account, version: str) -> HttpResponse:
    """Return one release; a POST asks for its examination."""
    row = _named(version)
    if request.method == "POST":
        job = start_job(account, "examine", {"release": row.version})
        messages.success(request, "The release will be examined on the videos published since its cutoff.")
        return redirect("foreview:jobs-job", job.pk)
    target = request.GET.get("target", "views_30d")
    if target not in TARGET_NAMES:
        raise UsageError(f"a target is one of {', '.join(TARGET_NAMES)}", f"found {target!r:.40}")
    return render(request, "foreview/models_release.html", _told(row, target))


@page()
def compare(request: HttpRequest, account: Account) -> HttpResponse:  # noqa: ARG001  (a page is given its account)
    """Return two releases side by side."""
    from downloader.services.comparing import compared

    first, second = (_named(request.GET.get(name, "")) for name in ("a", "b"))
    told = {"compared": compared(first, second), "targets": TARGET_NAMES}
    return render(request, "foreview/models_compare.html", told)


def _start(request: HttpRequest, account: Account) -> HttpResponse:
    kind = text(request, "kind")
    if kind not in STARTED:
        raise UsageError("here a training or tuning is asked for", f"found {kind!r:.40}")
    arguments: dict[str, Any] = {}
    if kind == "tune" and (trials := whole(request, "trials")) is not None:
        arguments["trials"] = trials
    if kind == "train" and request.POST.get("tuned"):
        arguments["tuned"] = True
    job = start_job(account, kind, arguments)
    messages.success(
        request, f"A {STARTED[kind]} was asked for: job {job.pk}. A worker does it; this page shows how far it is."
    )
    return redirect("foreview:models")


def _told(row: Release, target: str) -> dict[str, Any]:
    """Return everything the page of a release shows."""
    from downloader import selectors
    from downloader.dashboard.figures_releases import error_by_age, promised, since_then
    from downloader.services.comparing import published
    from downloader.services.examining import examination_of
    from downloader.services.headlines import headline, slices
    from downloader.services.site import card_of, weights_of

    serving, judged, examination = selectors.newest_promotion(), slices(row, target), examination_of(row.version)
    return {
        "release": row,
        "serving": serving,
        "serves": serving is not None and serving.release == row,
        "headline": headline(row),
        "published": published(row),
        "target": target,
        "targets": TARGET_NAMES,
        "errors": error_by_age(judged),
        "promised": promised(judged),
        "examination": examination,
        "since": [] if examination is None else since_then(examination, target),
        "weights": weights_of(row.version),
        "card": card_of(row.version),
    }


def _named(version: str) -> Release:
    """Return the release of that version; ``serving`` names whichever serves."""
    from downloader import selectors

    serving = selectors.newest_promotion() if version == SERVING else None
    return selectors.release_named(version) if serving is None else serving.release
