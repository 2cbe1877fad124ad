"""Imports: a file is looked at, applied, forecast, and can be taken back."""

from __future__ import annotations

from typing import Any, Final
from zoneinfo import available_timezones

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from downloader.configuration import largest_import, schedule_timezone
from downloader.dashboard.access import page, wants_part
from downloader.dashboard.forms import text
from downloader.dashboard.words import clock
from downloader.models import ImportRun, Job
from downloader.services.access import Account
from foreview.errors import UsageError

MAPPED: Final = ("daily", "snapshots")
"""Kinds of plain tables, whose columns may have any name."""
SHOWN_VIDEOS: Final = 25
SHOWN_REFUSED: Final = 25
TABLES: Final = {"videos": "Videos", "daily": "Days", "earnings": "Days with earnings", "snapshots": "Snapshots"}


def form_parts(account: Account) -> dict[str, Any]:
    """Return what the form that takes a file offers."""
    from downloader import selectors
    from downloader.gateways.sources import KINDS

    mine = sorted(account.channels if account.channels is not None else selectors.channels_listed(None))
    return {
        "kinds": [kind for kind in KINDS if kind != "catalogue"],
        "channels": mine,
        "clock": clock(),
        "only_channel": mine[0] if account.channels is not None and len(mine) == 1 else "",
    }


@page()
def send(request: HttpRequest, account: Account) -> HttpResponse:
    """Take a file and look at it. Nothing is imported before that is asked for."""
    from downloader.services.clock import moment_said
    from downloader.services.uploads import preview_upload
    from foreview.readers.imported import SourceOptions

    file = request.FILES.get("file")
    if not isinstance(file, UploadedFile):
        return redirect("foreview:data")
    _check_size(file)
    options = SourceOptions(
        mapping=mapping_of(text(request, "mapping")),
        timezone=_zone(text(request, "timezone")),
        channel_id=text(request, "channel") or None,
        platform=text(request, "platform") or None,
        observed_at=moment_said(text(request, "observed_at"), schedule_timezone()),
    )
    run = preview_upload(account, file.name or "", file.chunks(), text(request, "kind"), options)
    return redirect("foreview:data-import", run.pk)


@page()
def one(request: HttpRequest, account: Account, key: int) -> HttpResponse:
    """Return one import: what it would change, or did change; the job that works on it renews a part of the page."""
    from downloader import selectors
    from downloader.services.imported import videos_brought

    run = selectors.import_seen(account.sees_of, key)
    job = _job(request, account)
    if job is None and run.state == ImportRun.State.PREVIEWED:
        job = selectors.job_applying(account.sees_of, key)
    keys = videos_brought(account, run)
    videos = selectors.videos_with_forecasts(keys[:SHOWN_VIDEOS])
    shown: dict[str, Any] = {
        "run": run,
        "job": job,
        "counts": [
            (name, run.counts[table]) for table, name in TABLES.items() if any(run.counts.get(table, {}).values())
        ],
        "refused": run.refused_first[:SHOWN_REFUSED],
        "videos": [(video, getattr(video, "ml_prediction", None)) for video in videos],
        "brought": len(keys),
        "forecast_already": all(hasattr(video, "ml_prediction") for video in videos),
        "mapped": run.kind in MAPPED,
        "mapping": "\n".join(f"{field} = {column}" for field, column in run.options.get("mapping", {}).items()),
        **form_parts(account),
    }
    part = wants_part(request)
    return render(request, "foreview/import_part.html" if part else "foreview/import.html", shown)


@page()
def apply(request: HttpRequest, account: Account, key: int) -> HttpResponse:
    """Write what was previewed, and forecast its videos where that was asked for too."""
    from downloader.services.uploads import apply_or_enqueue

    if request.method != "POST":
        return redirect("foreview:data-import", key)
    done = apply_or_enqueue(account, key)
    if isinstance(done, Job):
        return _at_work(request, key, done, "So many rows are imported by a job. This page follows it.")
    if text(request, "forecast"):
        return _forecast(request, account, key, f"{done.file} is imported. ")
    messages.success(request, f"{done.file} is imported.")
    return redirect("foreview:data-import", key)


@page()
def forecast(request: HttpRequest, account: Account, key: int) -> HttpResponse:
    """Forecast the videos of an import."""
    if request.method != "POST":
        return redirect("foreview:data-import", key)
    return _forecast(request, account, key, "")


@page()
def undo(request: HttpRequest, account: Account, key: int) -> HttpResponse:
    """Ask whether an import is to be taken back, and do it."""
    from downloader import selectors
    from downloader.services.importing import undo as take_back

    if request.method != "POST":
        seen = selectors.import_seen(account.sees_of, key)
        if seen.state != ImportRun.State.APPLIED:
            return redirect("foreview:data-import", key)
        return render(request, "foreview/import_undo.html", {"run": seen})
    run = take_back(account, key)
    stay = ""
    if run.stays:
        many = len(run.stays) > 1
        stay = f" {len(run.stays)} video{'s stay, because they were' if many else ' stays, because it was'} forecast."
    messages.success(request, f"{run.file} is taken back: everything is as it was.{stay}")
    return redirect("foreview:data-import", key)


def mapping_of(text: str) -> dict[str, str]:
    """Return the names of columns that a person wrote, one ``field = column`` a line.

    Examples
    --------
    >>> mapping_of("views = Plays")
    {'views': 'Plays'}

    """
    found = {}
    for line in filter(None, map(str.strip, text.splitlines())):
        field, sign, column = (part.strip() for part in line.partition("="))
        if not (field and sign and column):
            raise UsageError("a column is named as `views = Plays`, one a line", f"found {line!r}")
        found[field] = column
    return found


def _forecast(request: HttpRequest, account: Account, key: int, said: str) -> HttpResponse:
    from downloader.services.imported import forecast_brought

    done = forecast_brought(account, key)
    if isinstance(done, Job):
        return _at_work(request, key, done, f"{said}So many videos are forecast by a job. This page follows it.")
    messages.success(request, f"{said}{len(done)} video{' is' if len(done) == 1 else 's are'} forecast.")
    return redirect("foreview:data-import", key)


def _at_work(request: HttpRequest, key: int, job: Job, said: str) -> HttpResponse:
    messages.success(request, said)
    answer = redirect("foreview:data-import", key)
    answer["Location"] += f"?job={job.pk}"
    return answer


def _job(request: HttpRequest, account: Account) -> Job | None:
    """Return the job that the address names; None where it names none, or one that was tidied away since."""
    from downloader import selectors

    number = request.GET.get("job", "")
    if not (number.isascii() and number.isdigit() and len(number) < 19):
        return None
    try:
        return selectors.job_seen(account.sees_of, int(number))
    except selectors.JobUnknown:
        return None


def _check_size(file: UploadedFile) -> None:
    if (file.size or 0) > largest_import():
        raise UsageError("a file is at most as long as IMPORT_MAX_BYTES says", f"found {file.size:,} bytes")


def _zone(name: str) -> str | None:
    if name and name not in available_timezones():
        raise UsageError("a time zone is one such as Europe/Berlin", f"found {name!r}")
    return name or None
