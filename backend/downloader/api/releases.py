"""Releases: which there are, what they say of themselves, and which of them serves. They are the site's, and name no channel and no video."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import HttpRequest
from ninja import Router, Schema
from pydantic import Field

from downloader.api.access import account_of, needs
from downloader.api.description import fails
from downloader.api.shapes import Cursor, Limit, Name, Page, page_of
from downloader.models import Promotion, Release

router = Router(tags=["releases"])


class ReleaseTold(Schema):
    """A release."""

    version: str
    serves: bool = Field(description="whether it is the champion")
    state: str = Field(description="what it is while it does not serve")
    as_of: datetime = Field(description="training cutoff: nothing that became known later was used")
    trained_at: datetime
    parent: str = Field(description="release that served when it was trained")


class ReleaseWithCard(ReleaseTold):
    """A release and its model card."""

    card: str = Field(description="Markdown")


class Reason(Schema):
    """Why a release is to serve; the log keeps it for ever."""

    model_config = {"extra": "forbid"}

    reason: Name


class PromotionTold(Schema):
    """Which release serves from when on."""

    number: int
    at: datetime
    kind: str
    release: str
    previous: str | None


@router.get("", auth=needs("read"), response=Page[ReleaseTold])
def list_releases(request: HttpRequest, cursor: Cursor = None, limit: Limit = 100) -> Page[ReleaseTold]:  # noqa: ARG001  (ninja's signature)
    """Return the releases, the one that was registered last first."""
    from downloader import selectors

    serving = selectors.newest_promotion()
    rows = selectors.release_page(cursor, limit)
    return page_of(rows, limit, lambda row: ReleaseTold(**_said(row, serving)), lambda row: row.pk)


@router.post("/rollback", auth=needs("operate"), response=PromotionTold, openapi_extra=fails(409, 503))
def rollback(request: HttpRequest, why: Reason) -> PromotionTold:
    """Let the release serve again that served before."""
    from downloader.services.promotion import rollback_release

    return _promoted(rollback_release(reason=why.reason, by=account_of(request).name))


@router.get("/{version}", auth=needs("read"), response=ReleaseWithCard, openapi_extra=fails(503))
def read(request: HttpRequest, version: Name) -> ReleaseWithCard:  # noqa: ARG001  (ninja's signature)
    """Return one release with its model card."""
    from downloader import selectors
    from downloader.services.site import card_of

    row = selectors.release_named(version)
    return ReleaseWithCard(**_said(row, selectors.newest_promotion()), card=card_of(version))


@router.post("/{version}/promote", auth=needs("operate"), response=PromotionTold, openapi_extra=fails(409, 503))
def promote(request: HttpRequest, version: Name, why: Reason) -> PromotionTold:
    """Let a release serve that passes the gate; one that does not is refused with all reasons (409)."""
    from downloader.services.promotion import promote_release

    return _promoted(promote_release(version, reason=why.reason, by=account_of(request).name))


def _said(row: Release, serving: Promotion | None) -> dict[str, Any]:
    serves = serving is not None and serving.release.pk == row.pk
    names = [name for name in ReleaseTold.model_fields if name != "serves"]
    return {"serves": serves, **{name: getattr(row, name) for name in names}}


def _promoted(row: Promotion) -> PromotionTold:
    return PromotionTold(
        number=row.number,
        at=row.at,
        kind=row.kind,
        release=row.release.version,
        previous=None if row.previous is None else row.previous.version,
    )
