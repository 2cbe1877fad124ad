"""Imports: a file is sent and looked at, then applied, and can be undone."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from ninja import File, Form, Query, Router, Schema, Status
from ninja.files import UploadedFile
from pydantic import AfterValidator, Field

from downloader.api.access import account_of, needs
from downloader.api.jobs import JobTold, job_told
from downloader.api.shapes import BIGGEST, Cursor, Limit, Moment, Number, Page, Text, page_of
from downloader.models import ImportRun, Job

router = Router(tags=["imports"])


def _mapping(text: str) -> str:
    try:
        found = json.loads(text or "{}")
    except ValueError:
        found = None
    if not isinstance(found, dict) or not all(isinstance(value, str) for value in found.values()):
        raise ValueError('a mapping is JSON such as {"views": "Plays"}')
    return text


def _zone(name: str) -> str:
    from zoneinfo import available_timezones

    if name and name not in available_timezones():
        raise ValueError("a time zone is one such as Europe/Berlin")
    return name


class SourceSaid(Schema):
    """What is known about a source beyond itself."""

    kind: Text = Field("", description="studio, ytdlp, snapshots, daily; empty: as it looks")
    mapping: Annotated[Text, AfterValidator(_mapping)] = Field(
        "", description="JSON, field → column where they differ; empty: as applied last to a table with these columns"
    )
    channel: Text = Field("", description="channel of videos for which the source names none")
    platform: Text = Field("", description="platform of videos for which the source names none")
    timezone: Annotated[Text, AfterValidator(_zone)] = Field("", description="of times that name none")
    observed_at: Moment | None = Field(None, description="when totals were read")


class Counted(Schema):
    """Rows of one table."""

    added: int
    changed: int = Field(description="rows that have another value somewhere")
    unchanged: int


class RefusedTold(Schema):
    """A field for which a row was refused."""

    file: str
    line: int | None = Field(description="from 1; null: the reason names the video")
    field: str
    value: str | None
    reason: str


class ExampleTold(Schema):
    """A value that is replaced."""

    table: str
    row: str
    field: str
    before: str
    after: str


class ImportTold(Schema):
    """An import: what it would change until it is applied, then what it changed."""

    id: int
    file: str
    kind: str
    sha256: str
    state: str = Field(description="previewed, applied, undone or refused")
    created_at: datetime
    applied_at: datetime | None
    undone_at: datetime | None
    counts: dict[str, Counted] = Field(description="videos, daily, earnings, snapshots")
    refused: int = Field(description="rows")
    notes: list[str] = Field(description="what was assumed")
    options: dict[str, Any]
    stays: list[str] = Field(description="ids of videos that undoing left, because they were forecast")
    error: dict[str, str] | None = Field(description="rule, fact and next step where the source was refused")


class ImportWithRows(ImportTold):
    """An import with the first rows that were refused, and some of the values that are replaced."""

    refused_first: list[RefusedTold]
    examples: list[ExampleTold]


After = Annotated[int, Query(ge=0, le=BIGGEST, description="`next` of the page before")]


@router.post("", auth=needs("write"), response={201: ImportWithRows})
def send(request: HttpRequest, response: HttpResponse, file: File[UploadedFile], said: Form[SourceSaid]) -> Status[Any]:
    """Send a file, and read what importing it would add, change and refuse. Nothing is imported before it is applied."""
    from downloader.services.uploads import preview_upload
    from foreview.readers.imported import SourceOptions

    options = SourceOptions(
        mapping=json.loads(said.mapping or "{}"),
        timezone=said.timezone or None,
        channel_id=said.channel or None,
        platform=said.platform or None,
        observed_at=said.observed_at,
    )
    run = preview_upload(account_of(request), file.name or "", file.chunks(), said.kind, options)
    response["Location"] = f"{request.path}/{run.pk}"
    return Status(201, _told_whole(run))


@router.get("", auth=needs("read"), response=Page[ImportTold])
def list_imports(request: HttpRequest, cursor: Cursor = None, limit: Limit = 100) -> Page[ImportTold]:
    """Return the imports that this account asked for, the youngest first."""
    from downloader import selectors

    rows = selectors.import_page(account_of(request).sees_of, cursor, limit)
    return page_of(rows, limit, lambda run: ImportTold(**_said(run, ImportTold)), lambda run: run.pk)


@router.get("/{number}", auth=needs("read"), response=ImportWithRows)
def read(request: HttpRequest, number: Number) -> ImportWithRows:
    """Return one import."""
    from downloader import selectors

    return _told_whole(selectors.import_seen(account_of(request).sees_of, number))


@router.get("/{number}/refused", auth=needs("read"), response=Page[RefusedTold])
def read_refused(request: HttpRequest, number: Number, cursor: After = 0, limit: Limit = 100) -> Page[RefusedTold]:
    """Return the refused rows of an import in the order of the file, one for each field."""
    from downloader.services.importing import refused_rows

    rows = refused_rows(account_of(request), number, cursor, limit)
    following = cursor + limit if len(rows) > limit else None
    return Page[RefusedTold](items=[RefusedTold(**row) for row in rows[:limit]], next=following)


@router.post("/{number}/apply", auth=needs("write"), response={200: ImportWithRows, 202: JobTold})
def apply(request: HttpRequest, number: Number, response: HttpResponse) -> Status[Any]:
    """Import what was previewed, all of it or nothing; above 100,000 rows answer with the job that does it."""
    from downloader.services.uploads import apply_or_enqueue

    done = apply_or_enqueue(account_of(request), number)
    if isinstance(done, Job):
        response["Location"] = f"/api/v1/jobs/{done.pk}"
        return Status(202, job_told(done))
    return Status(200, _told_whole(done))


@router.post("/{number}/undo", auth=needs("write"), response=ImportWithRows)
def undo(request: HttpRequest, number: Number) -> ImportWithRows:
    """Take an import back, all of it or nothing. 409 where something was built upon it since; videos that were forecast stay."""
    from downloader.services.importing import undo as take_back

    return _told_whole(take_back(account_of(request), number))


def _told_whole(run: ImportRun) -> ImportWithRows:
    return ImportWithRows(**_said(run, ImportWithRows))


def _said(run: ImportRun, shape: type[Schema]) -> dict[str, Any]:
    return {"id": run.pk, **{name: getattr(run, name) for name in shape.model_fields if name != "id"}}
