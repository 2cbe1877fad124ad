"""Questions about the people of the site, and what they changed."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import get_user_model
from django.core.exceptions import ObjectDoesNotExist
from django.db.models import QuerySet

from downloader.models import AuditEntry
from foreview.errors import UsageError


class PersonUnknown(UsageError, ObjectDoesNotExist):  # noqa: N818  (Django's own says DoesNotExist)
    """There is no such user."""


def users_with_rights() -> QuerySet[Any]:
    """Return all users with their groups and memberships, by name, in three queries."""
    model = get_user_model()
    rows: QuerySet[Any] = model._default_manager.order_by(model.USERNAME_FIELD)
    return rows.prefetch_related("groups", "foreview_memberships")


def user_numbered(number: int) -> Any:
    """Return a user with groups and memberships.

    Raises
    ------
    PersonUnknown
        If there is none.

    """
    found = users_with_rights().filter(pk=number).first()
    if found is None:
        raise PersonUnknown("a person is a user of the site", f"there is none with the number {number}")
    return found


def audit_page(who: str | None, before: int | None, limit: int) -> list[AuditEntry]:
    """Return ``limit`` entries of what ``who`` changed (None: anybody), and one more where there are more, the last one first."""
    rows = AuditEntry.objects.order_by("-pk")
    rows = rows if who is None else rows.filter(who=who)
    return list((rows if before is None else rows.filter(pk__lt=before))[: limit + 1])
