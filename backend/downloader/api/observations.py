"""What was observed of videos day by day, and what they earned: entered in bulk, and read."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Query, Router, Schema
from pydantic import AfterValidator, Field

from downloader.api.access import account_of, needs
from downloader.api.imports import Counted
from downloader.api.shapes import Limit, Number, Page, page_of
from downloader.models import AdSenseEarnings, VideoAnalytics
from foreview.vocabulary import YEARS

router = Router(tags=["observations"])
_MOST = 2**53


def _of_our_time(day: date) -> date:
    if day.year not in YEARS:
        raise ValueError(f"a day is one between {YEARS[0]} and {YEARS[-1]}")
    return day


Day = Annotated[date, AfterValidator(_of_our_time), Field(description="calendar day in the time zone of the site")]
Total = Annotated[int, Field(ge=0, le=_MOST)]
Sum = Annotated[int, Field(ge=-_MOST, le=_MOST)]


class DayGiven(Schema):
    """What one day added to a video. What is left out is not known, or stays as it is."""

    model_config = {"extra": "forbid"}

    video: Number
    date: Day
    views: Total
    likes: Sum | None = Field(None, description="likes taken back make it negative")
    comments: Sum | None = Field(None, description="comments removed make it negative")
    shares: Total | None = None
    watch_time_s: float | None = Field(None, ge=0, le=1e15, allow_inf_nan=False, description="[s]")
    impressions: Total | None = None


class Days(Schema):
    """Days of videos; a video and day stands there once."""

    model_config = {"extra": "forbid"}

    rows: list[DayGiven] = Field(min_length=1, max_length=10_000)


class EarnedGiven(Schema):
    """What a video earned on one day."""

    model_config = {"extra": "forbid"}

    video: Number
    date: Day
    revenue_usd: float = Field(gt=-1e9, lt=1e9, allow_inf_nan=False, description="late corrections may be negative")


class Earned(Schema):
    """Earnings of days; a video and day stands there once."""

    model_config = {"extra": "forbid"}

    rows: list[EarnedGiven] = Field(min_length=1, max_length=10_000)


class DayTold(Schema):
    """What one day added to a video; null: not known."""

    date: date
    views: int
    likes: int | None
    comments: int | None
    shares: int | None
    watch_time_s: float | None
    impressions: int | None


class EarnedTold(Schema):
    """What a video earned on one day."""

    date: date
    revenue_usd: float


DayCursor = Annotated[int | None, Query(ge=1, le=date.max.toordinal(), description="`next` of the page before")]


@router.post("/analytics", auth=needs("write"), response=Counted)
def enter_days(request: HttpRequest, given: Days) -> dict[str, int]:
    """Enter up to 10,000 days, all or none. Of a video and day that is there already the later wins; asked again, nothing changes."""
    return _entered(request, "daily", given.rows)


@router.post("/earnings", auth=needs("write"), response=Counted)
def enter_earnings(request: HttpRequest, given: Earned) -> dict[str, int]:
    """Enter up to 10,000 days of earnings, all or none. Of a video and day that is there already the later wins."""
    return _entered(request, "earnings", given.rows)


@router.get("/videos/{video}/analytics", auth=needs("read"), response=Page[DayTold])
def list_days(request: HttpRequest, video: Number, cursor: DayCursor = None, limit: Limit = 100) -> Page[DayTold]:
    """Return the days of a video, the youngest first."""
    from downloader import selectors

    rows = selectors.day_page(account_of(request).channels, VideoAnalytics, video, cursor, limit)
    return page_of(rows, limit, lambda row: DayTold(**_fields(row, DayTold)), lambda row: row.date.toordinal())


@router.get("/videos/{video}/earnings", auth=needs("read"), response=Page[EarnedTold])
def list_earnings(
    request: HttpRequest, video: Number, cursor: DayCursor = None, limit: Limit = 100
) -> Page[EarnedTold]:
    """Return the earnings of a video day by day, the youngest first."""
    from downloader import selectors

    rows = selectors.day_page(account_of(request).channels, AdSenseEarnings, video, cursor, limit)
    return page_of(rows, limit, lambda row: EarnedTold(**_fields(row, EarnedTold)), lambda row: row.date.toordinal())


def _entered(request: HttpRequest, table: str, rows: list[Any]) -> dict[str, int]:
    from downloader.services.observations import enter_rows

    return asdict(enter_rows(account_of(request), table, [row.dict() for row in rows]))


def _fields(row: Any, shape: type[Schema]) -> dict[str, Any]:
    return {name: getattr(row, name) for name in shape.model_fields}
