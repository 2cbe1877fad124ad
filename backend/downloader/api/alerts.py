"""Alerts: what the site noticed, and who has seen to it. They are the site's."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Query, Router, Schema
from pydantic import Field

from downloader.api.access import account_of, needs
from downloader.api.description import fails
from downloader.api.shapes import Cursor, Limit, Number, Page, Text, page_of
from downloader.models import Alert
from downloader.services.access import Account

router = Router(tags=["alerts"])


class AlertTold(Schema):
    """Something that was noticed."""

    id: int
    kind: str = Field(description=", ".join(Alert.Kind.values))
    subject: str = Field(description="what it is about, such as a feature or a target")
    text: str = Field(description="what was noticed, and what to do")
    evidence: dict[str, Any]
    raised_at: datetime
    last_seen_at: datetime
    acknowledged_at: datetime | None = Field(description="null: it stands")


class Seen(Schema):
    """That somebody has seen to it."""

    model_config = {"extra": "forbid"}

    note: Text = Field("", description="what was done about it; it is kept, and told in the admin alone")


Standing = Annotated[bool | None, Query(description="true: those that nobody has acknowledged; false: the others")]


@router.get("", auth=needs("read"), response=Page[AlertTold])
def list_alerts(
    request: HttpRequest, standing: Standing = None, cursor: Cursor = None, limit: Limit = 100
) -> Page[AlertTold]:
    """Return the alerts, the one raised last first. Why a job failed is told to those who see every channel."""
    from downloader import selectors

    account = account_of(request)
    rows = selectors.alert_page(standing, cursor, limit)
    return page_of(rows, limit, lambda row: _told(row, account), lambda row: row.pk)


@router.post("/{alert}/acknowledge", auth=needs("operate"), response=AlertTold, openapi_extra=fails(409))
def acknowledge(request: HttpRequest, alert: Number, seen: Seen) -> AlertTold:
    """Say that somebody has seen to it; noticed again, it is a new alert."""
    from downloader import selectors
    from downloader.services.alerts import acknowledge as see_to

    account = account_of(request)
    row = see_to(selectors.alert_seen(alert).pk, by=account.name, note=seen.note)
    return _told(row, account)


def _told(row: Alert, account: Account) -> AlertTold:
    from downloader.services.alerts import told_to

    subject, text, evidence = told_to(account, row)
    told: dict[str, Any] = {"id": row.pk, "subject": subject, "text": text, "evidence": evidence}
    return AlertTold(**told, **{name: getattr(row, name) for name in AlertTold.model_fields if name not in told})
