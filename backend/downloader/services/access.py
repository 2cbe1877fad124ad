"""Who asks, what they may do, and which channels they see."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, TypeVar

from django.contrib.auth.models import Group
from django.utils import timezone

from downloader.models import ApiKey, Membership
from downloader.models.opening import Opening
from foreview.errors import UsageError

Opened = TypeVar("Opened", bound=Opening)
SCOPES: Final = ("read", "write", "operate")
ROLES: Final[dict[str, frozenset[str]]] = {
    "viewer": frozenset({"read"}),
    "analyst": frozenset({"read", "write"}),
    "operator": frozenset(SCOPES),
}
"""What the members of each group may do. The groups are called ``foreview viewer`` and so on: a project may have a group ``operator``."""
USED_EVERY: Final = timedelta(minutes=1)


class NotAllowed(UsageError):  # noqa: N818  (the state is the name)
    """The account may not do this."""


@dataclass(frozen=True, slots=True)
class Account:
    """Who asks: found anew for each request, so that what is taken away is gone at once."""

    name: str
    key: str
    """Prefix of the key; empty for a session."""
    scopes: frozenset[str]
    channels: frozenset[str] | None
    """The channels it sees; None: all, of a superuser."""
    through: str = "api"
    """By what it asks: api, command or job."""

    @property
    def asker(self) -> str:
        """Whom jobs and imports say they were asked for by. A user's name has no colon and no space, so nobody else is called so."""
        return f"{self.through}: {self.name}"

    @property
    def sees_of(self) -> str | None:
        """Whose jobs and imports it sees: its own; None, anybody's, where it sees every channel."""
        return None if self.channels is None else self.asker

    def sees(self, channel: str) -> bool:
        """Return whether it sees what belongs to this channel."""
        return self.channels is None or channel in self.channels


def account_of_user(user: Any, key: ApiKey | None = None) -> Account:
    """Return the account of an active user, narrowed to the scopes of ``key``."""
    from downloader import selectors

    scopes = _scopes_of(user)
    return Account(
        name=user.get_username(),
        key="" if key is None else key.prefix,
        scopes=scopes if key is None else scopes & set(key.scopes),
        channels=None if user.is_superuser else selectors.channels_of(user),
    )


def account_of_key(secret: str) -> Account | None:
    """Return the account that a key opens now; None where it is unknown, expired, revoked, or its owner may not sign in."""
    from downloader import selectors

    key = selectors.key_of_digest(digest_of_secret(secret))
    if key is None or not key.is_open or not key.owner.is_active:
        return None
    note_use(key)
    return account_of_user(key.owner, key)


def account_of_machine(name: str, through: str) -> Account:
    """Return who works on the machine of the site itself, by a command or a job: who can do that may do everything."""
    return Account(name, "", frozenset(SCOPES), None, through)


def check_scope(account: Account, scope: str) -> None:
    """Raise NotAllowed where the account does not have the scope."""
    if scope not in account.scopes:
        has = ", ".join(name for name in SCOPES if name in account.scopes) or "none"
        raise NotAllowed(
            f"this needs the scope {scope}",
            f"{account.name} has here: {has}",
            "Ask for a role, or use a key, that has it",
        )


def check_channels(account: Account, channels: Iterable[str]) -> None:
    """Raise NotAllowed where one of the channels is not the account's."""
    foreign = sorted(channel for channel in set(channels) if not account.sees(channel))
    if foreign:
        raise NotAllowed(
            "an account writes into the channels it is a member of",
            f"{account.name} is no member of {foreign[0]!r}",
            "`manage.py add_member` makes it one",
        )


def create_key(owner: Any, name: str, scopes: Collection[str], expires_at: datetime) -> tuple[ApiKey, str]:
    """Make a key, and return it with its secret, which is not kept and cannot be shown again.

    Raises
    ------
    UsageError
        Where a scope is unknown, the owner does not have it, or the key would have expired already.

    """
    unknown = sorted(set(scopes) - _scopes_of(owner))
    if unknown or not scopes:
        raise UsageError(
            "a key has scopes that its owner has",
            f"{owner.get_username()} has not {', '.join(unknown)}" if unknown else "none was asked for",
            f"Give the owner a role ({', '.join(ROLES)}) with `add_member --role`" if unknown else "Choose one",
        )
    if expires_at <= timezone.now():
        raise UsageError("a key expires in the future", f"found {expires_at.isoformat()}")
    prefix = f"fv_{secrets.token_hex(4)}"
    secret = f"{prefix}_{secrets.token_urlsafe(32)}"
    ordered = [scope for scope in SCOPES if scope in scopes]
    key = ApiKey.objects.create(
        owner=owner, name=name, prefix=prefix, digest=digest_of_secret(secret), scopes=ordered, expires_at=expires_at
    )
    return key, secret


def revoke_key(prefix: str, owner: Any | None = None) -> ApiKey:
    """Let a key of this user, or for None of anybody, open nothing from now on; one that was revoked keeps its time."""
    from downloader import selectors

    return revoked(selectors.key_named(prefix, owner))


def revoked(opening: Opened) -> Opened:
    """Let a key or a link open nothing from now on, and return it; one that was revoked keeps its time."""
    if opening.revoked_at is None:
        opening.revoked_at = timezone.now()
        opening.save(update_fields=["revoked_at"])
    return opening


def note_use(opening: Opening) -> None:
    """Write down that a key or a link was used, at most once in :data:`USED_EVERY`."""
    now = timezone.now()
    if opening.last_used_at is None or opening.last_used_at <= now - USED_EVERY:
        type(opening)._default_manager.filter(pk=opening.pk).update(last_used_at=now)


def role_of(groups: Iterable[str]) -> str:
    """Return the role that these groups give, the most that there is; empty where they give none.

    Examples
    --------
    >>> role_of(["foreview viewer", "editors"]), role_of(["editors"])
    ('viewer', '')

    """
    names = set(groups)
    return next((role for role in reversed(ROLES) if f"foreview {role}" in names), "")


def add_member(user: Any, channels: Iterable[str]) -> None:
    """Let a user see these channels; being a member twice is being one."""
    for channel in channels:
        if not channel:
            raise UsageError("a channel has an id", "found an empty one")
        Membership.objects.get_or_create(user=user, channel_id=channel)


def set_role(user: Any, role: str) -> None:
    """Let a user have this role of Foreview's, and no other."""
    if role not in ROLES:
        raise UsageError(f"a role is one of {', '.join(ROLES)}", f"found {role!r}")
    groups = {name: Group.objects.get_or_create(name=f"foreview {name}")[0] for name in ROLES}
    user.groups.remove(*(group for name, group in groups.items() if name != role))
    user.groups.add(groups[role])


def _scopes_of(user: Any) -> frozenset[str]:
    from downloader import selectors

    if user.is_superuser:
        return frozenset(SCOPES)
    groups = selectors.roles_of(user)
    return frozenset().union(*(scopes for role, scopes in ROLES.items() if f"foreview {role}" in groups))


def digest_of_secret(secret: str) -> str:
    """Return the SHA-256 of a secret, which is what is kept of it."""
    return hashlib.sha256(secret.encode()).hexdigest()
