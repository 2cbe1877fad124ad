"""Questions about what is there: why, how much together, how unusual, whether to act early, and when to publish. Nothing is saved."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any, Literal

from django.http import HttpRequest
from ninja import Query, Router, Schema
from pydantic import Field

from downloader.api.access import account_of, needs
from downloader.api.description import fails
from downloader.api.shapes import Name, Number

router = Router(tags=["questions"])


class FactorTold(Schema):
    """One factor of a forecast."""

    kind: str
    name: str
    value: float | str | None = Field(description="that the feature has")
    times: float


class ExplanationTold(Schema):
    """A forecast taken apart: start × all factors × calibration_and_bounds is the point, on `scale`."""

    video: int
    target: str
    as_of: datetime
    model_version: str
    model_type: str
    scale: str
    start: float
    start_is: str
    factors: list[FactorTold]
    location: float
    calibration_and_bounds: float
    point: float


class TotalTold(Schema):
    """What the videos of a month come to in their first 30 days."""

    month: str
    target: str
    videos: int
    counted: float = Field(description="so far")
    to_come: float = Field(description="half of the outcomes lie below counted and this together")
    p2_5: float
    p10: float
    p50: float
    p90: float
    p97_5: float
    correlation: float = Field(description="of two videos of one channel and month")
    correlation_from: str


class Totals(Schema):
    """Views and revenue; none without videos."""

    items: list[TotalTold]


class OutlierTold(Schema):
    """How unusual a video is at its age."""

    video: int
    channel_id: str | None
    format: str
    age_days: int
    views: float | None
    typical: float | None
    ratio: float | None
    low: float | None = Field(description="95 % range of the ratio")
    high: float | None
    luck: float | None = Field(description="probability that a normal video does as well, or as badly")
    standing: str = Field(description="above, below, within normal range")
    because: str


class Outliers(Schema):
    """The videos of the last 30 days."""

    items: list[OutlierTold]


class WarningTold(Schema):
    """Whether a video is warned of on one side of typical."""

    video: int
    side: str
    state: str = Field(description="warned, not warned, too few")
    probability: float = Field(description="that it ends on this side")
    observed_age_days: float
    rate: float | None = Field(description="share of ordinary videos that are warned of all the same")
    rate_low: float | None
    rate_high: float | None
    ordinary: int = Field(description="later videos the rate was seen on")
    because: str


class Warnings(Schema):
    """The videos of the first days, each on both sides."""

    items: list[WarningTold]


class TimeTold(Schema):
    """Views beside the channel's mean at one hour and weekday."""

    weekday: int
    hour: int
    ratio: float
    low: float
    high: float


class BestTimeTold(Schema):
    """Whether the time of publication tells anything; times only where it does, the best first."""

    channel_id: str
    finding: str = Field(description="effect, no effect, too few")
    videos: int
    p_value: float | None
    times: list[TimeTold]
    because: str
    says: str


@router.get("/videos/{video}/explanation", auth=needs("read"), response=ExplanationTold)
def explain(
    request: HttpRequest,
    video: Number,
    target: Annotated[Literal["views_7d", "views_30d", "engagement_rate", "revenue_30d"], Query()] = "views_30d",
) -> ExplanationTold:
    """Take the forecast that would be made now apart into factors."""
    from downloader.services.questions import explanation_of

    one = explanation_of(account_of(request), video, target)
    said = asdict(one)
    return ExplanationTold(**{**said.pop("found"), **said}, video=video)


@router.get("/portfolio", auth=needs("read"), response=Totals, openapi_extra=fails(400))
def read_portfolio(
    request: HttpRequest,
    month: Annotated[str | None, Query(description="2026-05, on the source's clock; default: this one")] = None,
) -> Totals:
    """Say what the videos published in a month come to together, as a range that knows that they miss together."""
    from downloader.services.digest import this_month
    from downloader.services.questions import portfolio_of

    month = month or this_month()
    found = portfolio_of(account_of(request), month)
    return Totals(items=[TotalTold(month=month, **asdict(one)) for one in found])


@router.get("/outliers", auth=needs("read"), response=Outliers)
def read_outliers(request: HttpRequest) -> Outliers:
    """Say how unusual each video of the last 30 days is; at most a tenth of those called outliers are expected to be chance."""
    from downloader.services.questions import outliers_of

    return Outliers(
        items=[OutlierTold(video=int(one.video_id), **asdict(one)) for one in outliers_of(account_of(request))]
    )


@router.get("/warnings", auth=needs("read"), response=Warnings)
def read_warnings(
    request: HttpRequest, rate: Annotated[float, Query(gt=0, lt=1, description="most false alarms")] = 0.05
) -> Warnings:
    """Say which videos of the first days to look at, and how often that is a false alarm."""
    from downloader.services.questions import warnings_of

    return Warnings(items=[_warning(one) for one in warnings_of(account_of(request), rate)])


@router.get("/channels/{channel}/best-time", auth=needs("read"), response=BestTimeTold)
def read_best_time(request: HttpRequest, channel: Name) -> BestTimeTold:
    """Say whether the hour and weekday of publication told anything of a channel's views: association only, not a cause."""
    from downloader.services.questions import best_time_of

    return BestTimeTold(**asdict(best_time_of(account_of(request), channel)))


def _warning(one: Any) -> WarningTold:
    by = one.threshold
    names = ("side", "state", "probability", "observed_age_days", "because")
    rates = {"rate": by.rate, "rate_low": by.low, "rate_high": by.high, "ordinary": by.ordinary}
    return WarningTold(video=int(one.video_id), **{name: getattr(one, name) for name in names}, **rates)
