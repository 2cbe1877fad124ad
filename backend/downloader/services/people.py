"""The people of the site: who they are, what they may do and see, and how they come in. All of it is a superuser's."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.tokens import default_token_generator
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode

from downloader.models import Membership
from downloader.services.access import Account, NotAllowed, add_member, role_of, set_role
from foreview.errors import UsageError


@dataclass(frozen=True, slots=True)
class Person:
    """A user of the site."""

    number: int
    name: str
    role: str
    """Empty: none, so this user sees nothing."""
    is_superuser: bool
    is_active: bool
    has_password: bool
    channels: tuple[str, ...]
    last_login: datetime | None


def check_superuser(account: Account) -> None:
    """Raise NotAllowed where the account does not see every channel, as a superuser does."""
    if account.channels is not None:
        raise NotAllowed("people are looked after by a superuser", f"{account.name} is none", "Ask one")


def people(account: Account) -> list[Person]:
    """Return everybody, by name."""
    from downloader import selectors

    check_superuser(account)
    return [_person(user) for user in selectors.users_with_rights()]


def person(account: Account, number: int) -> Person:
    """Return one of them; PersonUnknown where there is none."""
    from downloader import selectors

    check_superuser(account)
    return _person(selectors.user_numbered(number))


def invite(account: Account, name: str, role: str, channels: Collection[str]) -> Any:
    """Make a user without a password, who has this role and sees these channels, and return it.

    Raises
    ------
    UsageError
        If the name is taken or cannot be one, or there is no such role.

    """
    check_superuser(account)
    model = get_user_model()
    user = model(**{model.USERNAME_FIELD: name})
    user.set_unusable_password()
    with transaction.atomic():
        try:
            user.full_clean()
        except ValidationError as error:
            fact = " ".join(error.messages).rstrip(".")
            raise UsageError("a person has a name of their own", fact, "Choose another") from error
        user.save()
        set_role(user, role)
        add_member(user, channels)
    return user


def change(account: Account, number: int, role: str, channels: Iterable[str]) -> Person:
    """Let somebody have this role, and see these channels beside those they see."""
    from downloader import selectors

    check_superuser(account)
    user = selectors.user_numbered(number)
    with transaction.atomic():
        set_role(user, role)
        add_member(user, channels)
    return _person(selectors.user_numbered(number))


def leave(account: Account, number: int, channel: str) -> Person:
    """Let somebody see a channel no more."""
    from downloader import selectors

    check_superuser(account)
    user = selectors.user_numbered(number)
    if not Membership.objects.filter(user=user, channel_id=channel).delete()[0]:
        raise UsageError("who leaves a channel is a member of it", f"{user.get_username()} is no member of {channel!r}")
    return _person(selectors.user_numbered(number))


def let_in(account: Account, number: int, *, active: bool) -> Person:
    """Let somebody sign in again, or no more; keys and links of who may not open nothing either."""
    from downloader import selectors

    check_superuser(account)
    user = selectors.user_numbered(number)
    if user.get_username() == account.name:
        raise UsageError("somebody else takes away who looks after the site", "this is you", "Ask another superuser")
    user.is_active = active
    user.save(update_fields=["is_active"])
    return _person(user)


def password_link(account: Account, number: int) -> tuple[str, str]:
    """Return the two parts of an address at which this user sets a password: once, and for as long as PASSWORD_RESET_TIMEOUT says."""
    from downloader import selectors

    check_superuser(account)
    user = selectors.user_numbered(number)
    return urlsafe_base64_encode(force_bytes(user.pk)), default_token_generator.make_token(user)


def _person(user: Any) -> Person:
    return Person(
        user.pk,
        user.get_username(),
        role_of(group.name for group in user.groups.all()),
        user.is_superuser,
        user.is_active,
        user.has_usable_password(),
        tuple(sorted(membership.channel_id for membership in user.foreview_memberships.all())),
        user.last_login,
    )
