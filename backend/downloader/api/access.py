"""How a request says who asks: a key, or the session of somebody who signed in. Which scope it needs, each operation says."""

from __future__ import annotations

from functools import wraps
from typing import Any, Final

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.encoding import escape_uri_path
from ninja.errors import AuthenticationError, HttpError
from ninja.security import APIKeyCookie, HttpBearer
from ninja.throttling import BaseThrottle
from ninja.utils import check_csrf

from downloader.api.fingerprints import fingerprint_of
from downloader.api.problems import problem_of_status
from downloader.configuration import requests_per_minute
from downloader.services.access import Account, account_of_key, account_of_user, check_scope
from downloader.services.answers import claim_key
from downloader.services.audit import begin_entry

SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})
MINUTE: Final = 60


class Key(HttpBearer):
    """``Authorization: Bearer fv_…``. A key that opens nothing is refused: a session beside it does not make it better."""

    def __init__(self, scope: str) -> None:
        super().__init__()
        self.scope = scope

    def authenticate(self, request: HttpRequest, token: str) -> Account:
        account = account_of_key(token)
        if account is None:
            raise AuthenticationError(message="the key is unknown, expired or revoked")
        return _admitted(request, account, self.scope)


class Session(APIKeyCookie):
    """The session of somebody who signed in; what changes something needs its CSRF token too."""

    param_name = settings.SESSION_COOKIE_NAME

    def __init__(self, scope: str) -> None:
        super().__init__(csrf=True)
        self.scope = scope

    def __call__(self, request: HttpRequest) -> Account | None:
        if not request.user.is_authenticated:
            return None
        if check_csrf(request) is not None:
            raise HttpError(403, "there is none, or it is another's")
        return _admitted(request, account_of_user(request.user), self.scope)

    def authenticate(self, request: HttpRequest, key: str | None) -> None:
        """Unused: whose session it is Django has found already."""


def needs(scope: str) -> list[Any]:
    """Return how an operation is opened that needs this scope."""
    return [Key(scope), Session(scope)]


def account_of(request: HttpRequest) -> Account:
    """Return who asks, in an operation."""
    account: Account = request.auth  # type: ignore[attr-defined]  # ninja puts there what the opening returned
    return account


class PerKey(BaseThrottle):
    """So many requests a minute for each key, or user of a session: ``FOREVIEW["API_REQUESTS_PER_MINUTE"]``.

    Counted by the clock's minutes in Django's cache: one atomic increment, where a list of times is read, changed and written back.
    """

    def allow_request(self, request: HttpRequest) -> bool:
        account, minute = account_of(request), int(timezone.now().timestamp()) // MINUTE
        name = f"foreview-api:{account.key or account.name}:{minute}".replace(" ", "_")
        cache.add(name, 0, 2 * MINUTE)
        return cache.incr(name) <= requests_per_minute()

    def wait(self) -> float:
        return MINUTE - timezone.now().timestamp() % MINUTE


def guarded(view: Any) -> Any:
    """Let only who may read see the pages about the API."""

    @wraps(getattr(view, "func", view))
    def opened(request: HttpRequest, **rest: Any) -> HttpResponse:
        try:
            if any(opening(request) for opening in needs("read")):
                return view(request, **rest)  # type: ignore[no-any-return]  # ninja's views return responses
        except HttpError as error:
            return problem_of_status(error.status_code, str(error))
        return problem_of_status(401)

    return opened


def _admitted(request: HttpRequest, account: Account, scope: str) -> Account:
    """Return the account if it may; a change is logged before it is known whether it may, and one asked for again is not done again."""
    if request.method not in SAFE:
        entry = begin_entry(account, str(request.method), escape_uri_path(request.path))
        request.foreview_audit = entry  # type: ignore[attr-defined]  # for the middleware, which ends it
    check_scope(account, scope)
    key = request.headers.get("Idempotency-Key")
    if request.method == "POST" and key is not None:
        claimed = claim_key(account, key, fingerprint_of(request))
        request.foreview_claimed = claimed  # type: ignore[attr-defined]  # for the middleware, which keeps the answer
    return account
