"""How the site stands: alive, ready, and how right its forecasts were."""

from __future__ import annotations

from typing import Annotated, Literal

from django.http import HttpRequest
from ninja import Query, Router, Schema
from pydantic import Field

from downloader.api.access import account_of, needs
from downloader.api.description import fails

router = Router(tags=["site"])


class Alive(Schema):
    """The process answers."""

    alive: bool


class Ready(Schema):
    """What serves."""

    serving: str = Field(description="version of the release")


class RecordTold(Schema):
    """How right the forecasts of one target were; each figure with its 95 % interval; null: too few outcomes."""

    target: str
    value: str = Field(description="of the dimension they are told apart by")
    forecasts: int
    videos: int
    coverage_50: float
    coverage_80: float
    coverage_80_low: float
    coverage_80_high: float
    coverage_95: float
    mae_ln: float | None
    mae_ln_low: float | None
    mae_ln_high: float | None
    skill: float | None = Field(description="above 0: better than typical")
    skill_low: float | None
    skill_high: float | None


class Record(Schema):
    """How right the forecasts have been."""

    items: list[RecordTold]


By = Annotated[Literal["all", "format", "issue_age", "release", "month"], Query()]


@router.get("/health/live", auth=None, throttle=[], response=Alive)
def live(request: HttpRequest) -> Alive:  # noqa: ARG001  (ninja's signature)
    """Say that the process answers: the one thing that needs no key."""
    return Alive(alive=True)


@router.get("/health/ready", auth=needs("read"), response=Ready, openapi_extra=fails(503))
def ready(request: HttpRequest) -> Ready:  # noqa: ARG001  (ninja's signature)
    """Say what serves; 503 where nothing can: the release is damaged, or jobs reach no worker."""
    from downloader.services.site import serving_version

    return Ready(serving=serving_version())


@router.get("/track-record", auth=needs("read"), response=Record)
def read_record(request: HttpRequest, by: By = "all") -> Record:
    """Return how right the forecasts of the account's channels have been."""
    from downloader.services.record import record_of

    return Record(items=[RecordTold(**row) for row in record_of(account_of(request), by)])
