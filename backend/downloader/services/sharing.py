"""Links that show the track record to whoever has them: made, opened, taken back."""

from __future__ import annotations

import secrets
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from django.utils import timezone

from downloader.models import SharedLink
from downloader.services.access import (
    Account,
    account_of_user,
    check_channels,
    check_scope,
    digest_of_secret,
    note_use,
    revoked,
)
from foreview.errors import UsageError

SCOPE: Final = "operate"
"""Who shows the record to strangers answers for it; a link opens nothing once its owner has not this scope any more."""


@dataclass(frozen=True, slots=True)
class Shown:
    """What a link opens now."""

    link: SharedLink
    account: Account
    """Who sees no more than the link's channels, and of those what its owner sees now."""


def share(
    account: Account,
    owner: Any,
    *,
    name: str,
    expires_at: datetime,
    channels: Collection[str] | None,
    with_titles: bool,
) -> tuple[SharedLink, str]:
    """Make a link, and return it with its token, which is not kept and cannot be shown again.

    Parameters
    ----------
    account, owner:
        Who makes it: the account, and the user it is of.
    name:
        Whom it is for.
    expires_at:
        From then on it opens nothing.
    channels:
        What it shows; None: all that the owner sees at the time.
    with_titles:
        Whether it shows titles of videos.

    Raises
    ------
    NotAllowed
        Where the account may not operate, or a channel is not its own.
    UsageError
        If it has no name, no channel, or would have expired already.

    """
    check_scope(account, SCOPE)
    _check(name, expires_at, channels)
    check_channels(account, channels or ())
    token = secrets.token_urlsafe(32)
    link = SharedLink.objects.create(
        name=name.strip(),
        owner=owner,
        digest=digest_of_secret(token),
        channels=None if channels is None else sorted(channels),
        with_titles=with_titles,
        expires_at=expires_at,
    )
    return link, token


def opened(token: str) -> Shown | None:
    """Return what a token opens now; None where it is unknown, expired or revoked, or its owner may not share any more."""
    from downloader import selectors

    link = selectors.link_of_digest(digest_of_secret(token))
    if link is None or not link.is_open or not link.owner.is_active:
        return None
    owner = account_of_user(link.owner)
    if SCOPE not in owner.scopes:
        return None
    note_use(link)
    return Shown(link, replace(owner, scopes=frozenset({"read"}), channels=_channels(link, owner)))


def revoke_link(owner: Any | None, number: int) -> SharedLink:
    """Let a link open nothing from now on; one that was revoked keeps its time. ``owner`` None: whoever made it.

    Raises
    ------
    LinkUnknown
        If there is none, or somebody else made it.

    """
    from downloader import selectors

    return revoked(selectors.link_seen(owner, number))


def _check(name: str, expires_at: datetime, channels: Collection[str] | None) -> None:
    if not name.strip():
        raise UsageError("a link says whom it is for", "found no name")
    if expires_at <= timezone.now():
        raise UsageError("a link expires in the future", f"found {expires_at.isoformat()}")
    if channels is not None and not channels:
        raise UsageError("a link is for one channel at least", "none was chosen", "Choose some, or all")


def _channels(link: SharedLink, owner: Account) -> frozenset[str] | None:
    if link.channels is None:
        return owner.channels
    return frozenset(channel for channel in link.channels if owner.sees(channel))
