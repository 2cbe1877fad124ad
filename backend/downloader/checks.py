"""System checks of the setting ``FOREVIEW``: what is wrong is said before anything is served."""

from __future__ import annotations

import base64
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.apps import apps
from django.core.checks import CheckMessage, Error, Tags, Warning, register  # noqa: A004  (the name that Django gave it)
from django.core.exceptions import FieldError, ImproperlyConfigured, ValidationError
from django.db import DatabaseError
from django.db.models import DurationField, Model

from downloader.configuration import (
    CACHED,
    NEW_TOKEN_KEY,
    TABLES,
    Table,
    clock_settings,
    configured,
    problems,
    releases_folder,
    table,
)
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
    found += _connections()
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


def _connections() -> Iterator[CheckMessage]:
    keys, client, units = configured("TOKEN_KEYS", ()), configured("GOOGLE", {}), configured("QUOTA", {})
    if not isinstance(keys, list | tuple) or not all(_is_token_key(key) for key in keys):
        yield Error(
            "FOREVIEW['TOKEN_KEYS'] is a list of Fernet keys, each 32 bytes in URL-safe base64; one is none",
            hint=f"Make one with `{NEW_TOKEN_KEY}` and keep it secret",
            id="downloader.E009",
        )
    if not isinstance(client, dict) or not set(client) <= {"CLIENT_ID", "CLIENT_SECRET", "REDIRECT"}:
        yield Error(
            "FOREVIEW['GOOGLE'] is a dictionary of CLIENT_ID, CLIENT_SECRET and, if you like, REDIRECT",
            hint="See docs/how-to/connect-youtube.md",
            id="downloader.E010",
        )
    if not isinstance(units, dict) or not all(isinstance(most, int) and most >= 0 for most in units.values()):
        yield Error(
            f"FOREVIEW['QUOTA'] says how many units a day may be taken of an API; found {units!r}",
            hint="Write for example {'youtube': 5000}",
            id="downloader.E011",
        )
    if client and not keys:
        yield Warning(
            "FOREVIEW['GOOGLE'] is set, and there is no key to encrypt tokens with",
            hint=f"Make one with `{NEW_TOKEN_KEY}` and set it in FOREVIEW['TOKEN_KEYS']",
            id="downloader.W002",
        )


@register("foreview", Tags.database)
def check_tokens(databases: Sequence[str] | None = None, **_kwargs: Any) -> list[CheckMessage]:
    """Check that the tokens that are kept can be opened; run where a database may be asked."""
    if not databases or configured("TOKEN_KEYS", ()):
        return []
    from downloader.models import Connection

    try:
        kept = Connection.objects.exists()
    except DatabaseError:  # before the migrations have run there is no table
        return []
    if not kept:
        return []
    return [
        Warning(
            "There are connections, and no key opens their tokens",
            hint="Put the key back into FOREVIEW['TOKEN_KEYS'], or disconnect and connect again",
            id="downloader.W003",
        )
    ]


def _is_token_key(key: object) -> bool:
    try:
        return isinstance(key, str) and len(base64.urlsafe_b64decode(key)) == 32
    except ValueError:
        return False


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
