"""Jobs: what was asked for, how far it is, and what came of it."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router, Schema
from pydantic import Field

from downloader.api.access import account_of, needs
from downloader.api.description import fails
from downloader.api.shapes import Cursor, Limit, Name, Number, Page, page_of
from downloader.models import Job
from downloader.services.asking import KINDS, cancel_job, start_job

router = Router(tags=["jobs"])


class JobAsked(Schema):
    """What is to be done."""

    model_config = {"extra": "forbid"}

    kind: Name = Field(description=f"one of {', '.join(KINDS)}")
    arguments: dict[Name, str | bool | int | float] = Field(default_factory=dict, max_length=20)


class JobTold(Schema):
    """A job."""

    id: int
    kind: str
    state: str
    step: str = Field(description="what is being done")
    done: int
    total: int = Field(description="0: not known")
    attempts: int
    result: Any = Field(None, description="null until it succeeded")
    error: dict[str, str] | None = Field(description="rule, fact and next step where it failed")
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None


State = Annotated[Literal["queued", "running", "succeeded", "failed", "cancelled"] | None, Query()]


@router.get("", auth=needs("read"), response=Page[JobTold])
def list_jobs(request: HttpRequest, state: State = None, cursor: Cursor = None, limit: Limit = 100) -> Page[JobTold]:
    """Return the jobs that this account asked for, the youngest first."""
    from downloader import selectors

    rows = selectors.job_page(account_of(request).sees_of, state, cursor, limit)
    return page_of(rows, limit, job_told, lambda job: job.pk)


@router.post("", auth=needs("operate"), response={202: JobTold}, openapi_extra=fails(404, 409))
def start(request: HttpRequest, asked: JobAsked, response: HttpResponse) -> JobTold:
    """Ask for a job; a worker does it."""
    job = start_job(account_of(request), asked.kind, asked.arguments)
    response["Location"] = f"{request.path}/{job.pk}"
    return job_told(job)


@router.get("/{job}", auth=needs("read"), response=JobTold)
def read(request: HttpRequest, job: Number) -> JobTold:
    """Return one job."""
    from downloader import selectors

    return job_told(selectors.job_seen(account_of(request).sees_of, job))


@router.post("/{job}/cancel", auth=needs("write"), response=JobTold)
def cancel(request: HttpRequest, job: Number) -> JobTold:
    """Cancel a job: at once if it waits, at its next step if it runs."""
    return job_told(cancel_job(account_of(request), job))


def job_told(job: Job) -> JobTold:
    """Return what is told of a job."""
    names = [name for name in JobTold.model_fields if name != "id"]
    return JobTold(id=job.pk, **{name: getattr(job, name) for name in names})
