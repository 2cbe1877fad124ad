"""Videos as they could be: plans and their forecasts, and what-if. Nothing is saved."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING

from django.http import HttpRequest
from django.utils import timezone
from ninja import Router, Schema
from pydantic import Field

from downloader.api.access import account_of, needs
from downloader.api.description import fails
from downloader.api.forecasts import TargetTold
from downloader.api.shapes import Moment, Name, Number, Text
from downloader.api.videos import FactsGiven, Seconds, Tags
from foreview.errors import UsageError

if TYPE_CHECKING:
    from foreview.forecasting.planning import Plan

router = Router(tags=["questions"])


class PlanGiven(FactsGiven):
    """A video that does not exist yet."""

    published_at: Moment | None = Field(None, description="null: now")
    category: Name | None = None
    language: Name | None = None
    platform: Name | None = None


class Plans(Schema):
    """Videos that do not exist yet."""

    model_config = {"extra": "forbid"}

    videos: list[PlanGiven] = Field(min_length=1, max_length=100)


class PlannedTold(Schema):
    """The forecast of a video that does not exist yet, at its publication."""

    as_of: datetime
    model_version: str
    model_type: str
    confidence_score: float = Field(description="0 to 1: the lowest of the three")
    targets: dict[str, TargetTold] = Field(description="views_7d, views_30d, engagement_rate [%], revenue_30d [USD]")


class PlannedForecasts(Schema):
    """Forecasts in the order of the plans."""

    items: list[PlannedTold]


class ChangeGiven(Schema):
    """What is changed; null: it stays."""

    model_config = {"extra": "forbid"}

    title: Name | None = None
    description: Text | None = None
    tags: Tags = None
    duration_s: Seconds = None
    hour: int | None = Field(None, ge=0, le=23, description="of publication, in the source's time zone")
    weekday: int | None = Field(None, ge=0, le=6, description="0: Monday")


class WhatIfAsked(Schema):
    """Changes to a video, one that is there or a plan."""

    model_config = {"extra": "forbid"}

    video: Number | None = None
    plan: PlanGiven | None = None
    changes: list[ChangeGiven] = Field(min_length=1, max_length=50)


class WhatIfTold(Schema):
    """How views at 30 days would differ: association only, not a cause. Without an answer the three figures are null."""

    answer: str = Field(description="difference, no difference, no change, outside, not held, no skill")
    ratio: float | None = Field(description="times as many views")
    low: float | None = Field(description="95 % interval of the ratio")
    high: float | None
    because: str
    says: str


class WhatIfs(Schema):
    """Answers in the order of the changes."""

    items: list[WhatIfTold]


@router.post("/predictions/planned", auth=needs("write"), response=PlannedForecasts)
def predict_planned(request: HttpRequest, asked: Plans) -> PlannedForecasts:
    """Forecast videos that do not exist yet. Nothing is saved."""
    from downloader.services.planning import forecast_planned

    told = forecast_planned(account_of(request), [_plan(one) for one in asked.videos])
    return PlannedForecasts(items=[PlannedTold(targets=one.pop("by_target"), **one) for one in told])


@router.post("/what-if", auth=needs("write"), response=WhatIfs, openapi_extra=fails(404))
def ask_what_if(request: HttpRequest, asked: WhatIfAsked) -> WhatIfs:
    """Say how the forecast would differ at publication: association only, not a cause. Nothing is saved."""
    from downloader.services.planning import what_if_planned, what_if_stored
    from foreview.forecasting.whatif import Change

    account, given = account_of(request), [one.dict() for one in asked.changes]
    changes = [Change(**{**one, "tags": None if one["tags"] is None else tuple(one["tags"])}) for one in given]
    if (asked.video is None) == (asked.plan is None):
        raise UsageError("a what-if is about a video or a plan", "both or none were given", "Give one of them")
    if asked.plan is not None:
        found = what_if_planned(account, _plan(asked.plan), changes)
    else:
        found = what_if_stored(account, asked.video or 0, changes)
    return WhatIfs(items=[WhatIfTold(**asdict(one)) for one in found])


def _plan(given: PlanGiven) -> Plan:
    from foreview.forecasting.planning import Plan

    facts = given.dict()
    tags = None if facts["tags"] is None else tuple(facts["tags"])
    return Plan(**{**facts, "tags": tags, "published_at": facts["published_at"] or timezone.now()})
