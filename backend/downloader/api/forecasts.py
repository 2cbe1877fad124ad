"""Forecasts: the one that stands for a video, and new ones, at once or as a job."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from ninja import Router, Schema, Status
from pydantic import Field

from downloader.api.access import account_of, needs
from downloader.api.description import fails
from downloader.api.jobs import JobTold, job_told
from downloader.api.shapes import Cursor, Limit, Moment, Number, Page, page_of
from downloader.models import MLPrediction
from downloader.services.access import Account
from downloader.services.asking import AT_ONCE, forecast_later, forecast_now, forecasts_of_job
from foreview.errors import UsageError

router = Router(tags=["forecasts"])


class ForecastsAsked(Schema):
    """Videos to be forecast."""

    model_config = {"extra": "forbid"}

    videos: Annotated[list[Number], Field(min_length=1, max_length=10_000, description="ids of videos, each once")]
    as_of: Moment | None = Field(
        None,
        description="a past moment: forecasts of up to 100 videos as they would have been made then; they are not saved",
    )


class TargetFigures(Schema):
    """What is said of one target, in its unit; null: not known."""

    point: float | None = Field(description="half of the outcomes lie below")
    p2_5: float | None
    p10: float | None
    p25: float | None
    p50: float | None
    p75: float | None
    p90: float | None
    p97_5: float | None
    typical: float | None = Field(description="the channel's median for this format")


class TargetTold(TargetFigures):
    """The forecast of one target, in its unit; null: not known."""

    p_beats_typical: float | None = Field(description="0 to 1")
    confidence: float | None = Field(description="0 to 1: probability that the outcome is within a factor of two")
    model_type: str = Field(description="what made it: ensemble, typical, prior, observed, …")


class ForecastTold(Schema):
    """The forecast of a video."""

    video: int
    as_of: datetime = Field(description="issue time: nothing that became known later was used")
    issue_age_days: float
    model_version: str
    model_type: str
    confidence_score: float = Field(description="0 to 1: the lowest of the three")
    targets: dict[str, TargetTold] = Field(description="views_7d, views_30d, engagement_rate [%], revenue_30d [USD]")


class ForecastsTold(Schema):
    """Forecasts that were just made, by video."""

    items: list[ForecastTold]


@router.get("/videos/{video}/forecast", auth=needs("read"), response=ForecastTold)
def read(request: HttpRequest, video: Number) -> ForecastTold:
    """Return the forecast that stands for a video."""
    from downloader import selectors

    return _told(selectors.forecast_seen(account_of(request).channels, video))


@router.post(
    "/predictions",
    auth=needs("write"),
    response={200: ForecastsTold, 202: JobTold},
    openapi_extra=fails(404, 503),
)
def predict(request: HttpRequest, asked: ForecastsAsked, response: HttpResponse) -> Status[Any]:
    """Forecast up to 100 videos and answer with the forecasts; of up to 10,000, answer with the job that makes them.

    With `as_of` they are those of a past moment, of up to 100 videos, and are not saved.
    """
    account, videos = account_of(request), list(dict.fromkeys(asked.videos))
    if asked.as_of is not None:
        return Status(200, _past(account, videos, asked.as_of))
    if len(videos) <= AT_ONCE:
        return Status(200, ForecastsTold(items=[_told(row) for row in forecast_now(account, videos)]))
    job = forecast_later(account, videos)
    response["Location"] = f"/api/v1/jobs/{job.pk}"
    return Status(202, job_told(job))


@router.get("/jobs/{job}/forecasts", auth=needs("read"), response=Page[ForecastTold], openapi_extra=fails(409))
def read_made(request: HttpRequest, job: Number, cursor: Cursor = None, limit: Limit = 100) -> Page[ForecastTold]:
    """Return the forecasts of the videos that a job was asked to forecast, as they stand; 409 until it has succeeded."""
    rows = forecasts_of_job(account_of(request), job, cursor, limit)
    return page_of(rows, limit, _told, lambda row: row.video_id)


def _past(account: Account, videos: list[int], as_of: datetime) -> ForecastsTold:
    from downloader.services.planning import forecast_as_of

    if len(videos) > AT_ONCE:
        raise UsageError(f"forecasts of a past moment are of up to {AT_ONCE} videos", f"{len(videos)} were named")
    told = forecast_as_of(account, videos, as_of)
    return ForecastsTold(
        items=[ForecastTold(video=video, targets=one.pop("by_target"), **one) for video, one in sorted(told.items())]
    )


def _told(row: MLPrediction) -> ForecastTold:
    names = [name for name in ForecastTold.model_fields if name not in ("video", "targets")]
    return ForecastTold(video=row.video_id, targets=row.by_target, **{name: getattr(row, name) for name in names})
