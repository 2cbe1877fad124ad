"""Jobs: what was asked for, how far it is, what came of it, and what recurs."""

from __future__ import annotations

from typing import Any, Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from downloader.dashboard.access import page, wants_part
from downloader.dashboard.paging import cursor_of, page_of
from downloader.models import Job, JobState
from downloader.services.access import Account
from downloader.services.asking import cancel_job
from downloader.services.jobs.schedule import planned
from foreview.errors import UsageError

LIMIT: Final = 25
LOG_LINES: Final = 40
STATES: Final = {"": "any", **{state.value: state.value for state in JobState}}


@page()
def show(request: HttpRequest, account: Account) -> HttpResponse:
    """Return the jobs of the account, and the schedule."""
    from downloader import selectors

    state = request.GET.get("state", "").strip()
    if state not in STATES:
        raise UsageError(f"jobs are listed by {', '.join(filter(None, STATES))}", f"found {state!r:.40}")
    rows, after = page_of(selectors.job_page(account.sees_of, state or None, cursor_of(request), LIMIT), LIMIT)
    told: dict[str, Any] = {
        "jobs": rows,
        "next": after,
        "state": state,
        "states": STATES,
        "planned": planned(timezone.now()),
        "everybody": account.sees_of is None,
    }
    return render(request, "foreview/jobs.html", told)


@page()
def job(request: HttpRequest, account: Account, number: int) -> HttpResponse:
    """Return one job, or the part of it that htmx renews; a POST cancels it."""
    from downloader import selectors

    if request.method == "POST":
        return _cancelled(request, cancel_job(account, number))
    found = selectors.job_seen(account.sees_of, number)
    part = wants_part(request)
    told = {
        "job": found,
        "log": "\n".join(found.log.splitlines()[-LOG_LINES:]),
    }
    answer = render(request, "foreview/jobs_part.html" if part else "foreview/jobs_job.html", told)
    if part and not found.is_active:
        answer["HX-Refresh"] = "true"  # what it made is on the page that was waiting for it
    return answer


def _cancelled(request: HttpRequest, found: Job) -> HttpResponse:
    if found.is_active:
        messages.success(request, "The job ends at its next step.")
    elif found.state == JobState.CANCELLED:
        messages.success(request, "The job was cancelled.")
    else:
        messages.info(request, f"The job had {found.state} already.")
    return redirect("foreview:jobs-job", found.pk)
