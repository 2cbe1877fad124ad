"""Questions about who may use the API."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import get_user_model
from django.core.exceptions import ObjectDoesNotExist
from django.db.models import QuerySet

from downloader.models import ApiKey, Membership
from foreview.errors import UsageError


class KeyUnknown(UsageError, ObjectDoesNotExist):  # noqa: N818  (Django's own says DoesNotExist)
    """There is no such key, or it is somebody else's."""


def key_of_digest(digest: str) -> ApiKey | None:
    """Return the key whose SHA-256 this is, with its owner, revoked or not; None where there is none."""
    return ApiKey.objects.select_related("owner").filter(digest=digest).first()


def key_named(prefix: str, owner: Any | None = None) -> ApiKey:
    """Return the key that begins so, of one user or, for None, of anybody.

    Raises
    ------
    KeyUnknown
        If there is none.

    """
    found = api_keys(owner).filter(prefix=prefix).first()
    if found is None:
        raise KeyUnknown("a key is named by its prefix", f"there is no {prefix!r}", "See `list_api_keys`")
    return found


def api_keys(owner: Any | None = None) -> QuerySet[ApiKey]:
    """Return the keys of one user, or of all for None, with their owners, the youngest first."""
    rows = ApiKey.objects.select_related("owner")
    return rows if owner is None else rows.filter(owner=owner)


def user_named(name: str) -> Any:
    """Return the user who signs in under this name.

    Raises
    ------
    UsageError
        If there is none.

    """
    model = get_user_model()
    found = model._default_manager.filter(**{model.USERNAME_FIELD: name}).first()
    if found is None:
        raise UsageError("a user is named as at signing in", f"there is no {name!r}", "`createsuperuser` makes one")
    return found


def roles_of(user: Any) -> set[str]:
    """Return the names of the user's groups."""
    return set(user.groups.values_list("name", flat=True))


def channels_of(user: Any) -> frozenset[str]:
    """Return the channels that the user is a member of."""
    return frozenset(Membership.objects.filter(user=user).values_list("channel_id", flat=True))
