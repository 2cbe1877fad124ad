"""The ledger of a video: every forecast that was made for it, and what happened."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from django.http import HttpRequest
from ninja import Query, Router, Schema
from pydantic import Field

from downloader.api.access import account_of, needs
from downloader.api.forecasts import TargetFigures
from downloader.api.shapes import Cursor, Limit, Number, Page, page_of

router = Router(tags=["forecasts"])


class TargetInLedger(TargetFigures):
    """What was said of a target then, and what it came to; null: not known."""

    model_type: str | None
    outcome: float | None = Field(description="null: not matured, or never known")
    matured_at: datetime | None


class ForecastInLedger(Schema):
    """A forecast as it was issued; nothing of it ever changes but what is added when an outcome matures."""

    number: int = Field(description="its row in the ledger")
    as_of: datetime = Field(description="issue time")
    issue_age_days: float
    release: str
    targets: dict[str, TargetInLedger] = Field(
        description="views_7d, views_30d, engagement_rate [%], revenue_30d [USD]"
    )


Role = Annotated[Literal["served", "shadow"], Query(description="shadow: recorded, not shown to anybody at the time")]


@router.get("/videos/{video}/ledger", auth=needs("read"), response=Page[ForecastInLedger])
def read(
    request: HttpRequest, video: Number, role: Role = "served", cursor: Cursor = None, limit: Limit = 100
) -> Page[ForecastInLedger]:
    """Return every forecast made for a video beside what happened, the last one first."""
    from downloader import selectors
    from downloader.gateways.record import entries_of

    selectors.check_videos_seen(account_of(request).channels, [video])
    rows = entries_of(str(video), selectors.ledger_page(str(video), role, cursor, limit))
    return page_of(rows, limit, lambda row: ForecastInLedger(**row), lambda row: int(row["number"]))
