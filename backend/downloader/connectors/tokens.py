"""Tokens at rest: encrypted with the first of ``FOREVIEW["TOKEN_KEYS"]``, opened by any of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from downloader.configuration import NEW_TOKEN_KEY, token_keys
from foreview.errors import UsageError

if TYPE_CHECKING:
    from cryptography.fernet import MultiFernet


class Unopened(UsageError):  # noqa: N818  (the state is the name)
    """None of the keys opens a token."""


def sealed(token: str) -> str:
    """Return the token, encrypted."""
    return _keys().encrypt(token.encode()).decode()


def opened(sealed_token: str) -> str:
    """Return the token.

    Raises
    ------
    Unopened
        If none of the keys opens it.
    UsageError
        If there is no key.

    """
    from cryptography.fernet import InvalidToken

    try:
        return _keys().decrypt(sealed_token.encode()).decode()
    except InvalidToken:
        raise _unopened() from None


def sealed_anew(sealed_token: str) -> str:
    """Return the token, encrypted with the first key: what makes older keys dispensable."""
    from cryptography.fernet import InvalidToken

    try:
        return _keys().rotate(sealed_token.encode()).decode()
    except InvalidToken:
        raise _unopened() from None


def _keys() -> MultiFernet:
    from cryptography.fernet import Fernet, MultiFernet

    keys = token_keys()
    if not keys:
        raise UsageError(
            "tokens are kept encrypted",
            "FOREVIEW['TOKEN_KEYS'] has no key",
            f"Make one with `{NEW_TOKEN_KEY}` and keep it secret",
        )
    try:
        return MultiFernet([Fernet(key) for key in keys])
    except ValueError:
        raise UsageError(
            "FOREVIEW['TOKEN_KEYS'] is a list of Fernet keys", "one of them is none", f"Make one with `{NEW_TOKEN_KEY}`"
        ) from None


def _unopened() -> Unopened:
    return Unopened(
        "one of FOREVIEW['TOKEN_KEYS'] opens the token",
        "none does",
        "Put back the key that it was encrypted with, or connect again",
    )
