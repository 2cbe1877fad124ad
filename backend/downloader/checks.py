"""System checks of the setting ``FOREVIEW``: what is wrong is said before anything is served."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.apps import apps
from django.core.checks import CheckMessage, Error, Warning, register  # noqa: A004  (the name that Django gave it)
from django.core.exceptions import FieldError, ImproperlyConfigured, ValidationError
from django.db.models import DurationField, Model

from downloader.configuration import CACHED, TABLES, Table, clock_settings, configured, problems, releases_folder, table
from downloader.services.jobs.kinds import KINDS
from downloader.services.jobs.tickets import SETTING, queue_problem

HOW_TO = "See docs/how-to/add-to-your-django-project.md"


@register("foreview")
def check_setting(**_kwargs: Any) -> list[CheckMessage]:
    """Check shape, clock, releases folder, jobs and mapping."""
    found: list[CheckMessage] = [Error(text, hint=HOW_TO, id="downloader.E001") for text in problems()]
    found += _clock()
    found += _releases()
    found += _jobs()
    for name in TABLES:
        found += _mapping(name)
    return found


def _clock() -> Iterator[CheckMessage]:
    clock = clock_settings()
    try:
        ZoneInfo(clock.get("timezone", "UTC"))
    except (ZoneInfoNotFoundError, ValueError, TypeError):
        yield Error(
            f"FOREVIEW['TIMEZONE'] is an IANA name; found {clock['timezone']!r}",
            hint="Write for example America/Los_Angeles: the time zone in which the source's days begin and end",
            id="downloader.E002",
        )
    delay = clock.get("delay_hours", 48.0)
    if not isinstance(delay, int | float) or not 0 <= delay <= 24 * 60:
        yield Error(
            f"FOREVIEW['DELAY_HOURS'] lies between 0 and 1440; found {delay!r}", hint=HOW_TO, id="downloader.E002"
        )


def _releases() -> Iterator[CheckMessage]:
    try:
        folder = releases_folder()
    except ImproperlyConfigured as error:
        yield Error(str(error), hint=HOW_TO, id="downloader.E003")
        return
    parent = _first_that_exists(folder)
    if not parent.is_dir() or not os.access(parent, os.W_OK):
        yield Error(
            f"FOREVIEW['RELEASES'] can be written to; {parent} cannot, or is no folder",
            hint=f"Let this user write to {parent}, or name another folder",
            id="downloader.E003",
        )


def _jobs() -> Iterator[CheckMessage]:
    if problem := queue_problem():
        yield Warning(
            f"Jobs are carried by the queue of the database; {problem}",
            hint=f"Add django_tasks and django_tasks_db to INSTALLED_APPS, set {SETTING}. {HOW_TO}",
            id="downloader.W001",
        )
    lease = configured("JOB_LEASE_SECONDS", 60.0)
    if isinstance(lease, bool) or not isinstance(lease, int | float) or not 1 <= lease <= 86_400:
        yield Error(
            f"FOREVIEW['JOB_LEASE_SECONDS'] lies between 1 and 86400; found {lease!r}",
            hint="It is how long after its last sign of life a worker keeps its job",
            id="downloader.E007",
        )
    own = configured("JOBS", {})
    wrong = (
        own if not isinstance(own, dict) else [f"{name}: {path}" for name, path in own.items() if not _is_path(path)]
    )
    taken = set(KINDS) & set(own)
    if wrong or taken:
        yield Error(
            f"FOREVIEW['JOBS'] is a dictionary of new names and dotted paths of functions; found {wrong or sorted(taken)!r}",
            hint="Write for example {'my_report': 'library.reports.weekly'}",
            id="downloader.E008",
        )


def _is_path(path: object) -> bool:
    return isinstance(path, str) and "." in path and all(part.isidentifier() for part in path.split("."))


def _first_that_exists(folder: Path) -> Path:
    return next(path for path in (folder.absolute(), *folder.absolute().parents) if os.path.lexists(path))


def _mapping(name: str) -> Iterator[CheckMessage]:
    if (mapped := table(name)) is None:
        return
    try:
        model = apps.get_model(mapped.model)
    except (LookupError, ValueError):
        yield Error(
            f"FOREVIEW[{name!r}]['model'] names a model; there is no {mapped.model}",
            hint="Write 'app_label.ModelName' of an app in INSTALLED_APPS",
            id="downloader.E004",
        )
        return
    yield from _fields(name, model, mapped)
    try:
        model._default_manager.filter(**mapped.usable)
    except (FieldError, ValidationError, ValueError, TypeError) as error:
        yield Error(
            f"FOREVIEW[{name!r}]['usable'] is a filter of {mapped.model}: {error}", hint=HOW_TO, id="downloader.E006"
        )


def _fields(name: str, model: type[Model], mapped: Table) -> Iterator[CheckMessage]:
    for key, path in mapped.fields.items():
        said = f"FOREVIEW[{name!r}]['fields'][{key!r}]"
        try:
            query = model._default_manager.values_list(path).query
        except FieldError as error:
            yield Error(f"{said}: {mapped.model} has no {path!r}", hint=str(error), id="downloader.E005")
            continue
        selected = query.select[0].field if query.select else None
        if isinstance(selected, DurationField):
            yield Error(
                f"{said} is a number of seconds; {mapped.model}.{path} is a DurationField",
                hint="Keep the seconds in a number field beside it, a GeneratedField for example",
                id="downloader.E005",
            )
        if key in CACHED and "__" in path:
            yield Error(
                f"{said} is a column of {mapped.model} itself, for it is written", hint=HOW_TO, id="downloader.E005"
            )
