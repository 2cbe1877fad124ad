"""A way to Google's services: each request is authorised, counted, and tried again where that helps."""

from __future__ import annotations

import importlib.util
import json
import random
import time
from collections.abc import Callable
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any, Final

from django.utils import timezone

from downloader.connectors.consent import TOKEN_URI, Client
from downloader.connectors.failures import ConnectAgain, NotAnswered, QuotaSpent, Refused
from foreview.errors import UsageError

ATTEMPTS: Final = 6
FIRST_PAUSE_S: Final = 1.0
LONGEST_PAUSE_S: Final = 64.0
LONGEST_WISH_S: Final = 300.0
"""A platform that asks to wait longer is asked again by the next sync."""
_SPENT: Final = frozenset({"quotaExceeded", "dailyLimitExceeded", "dailyLimitExceededUnreg"})
_TOO_FAST: Final = frozenset({"rateLimitExceeded", "userRateLimitExceeded", "RATE_LIMIT_EXCEEDED"})
_NOT_AGREED: Final = frozenset(
    {"authError", "insufficientPermissions", "ACCESS_TOKEN_SCOPE_INSUFFICIENT", "youtubeSignupRequired"}
)


class Session:
    """What connectors ask through.

    Parameters
    ----------
    http:
        An ``httplib2.Http``, or what stands for one, that authorises its requests.
    spend:
        Called with the method before each attempt; raises QuotaSpent where nothing is left.
    pause:
        Waits for so many seconds.

    """

    def __init__(self, http: Any, spend: Callable[[str], None], pause: Callable[[float], None] = time.sleep) -> None:
        self._http, self._spend, self._pause = http, spend, pause
        self._services: dict[str, Any] = {}

    def service(self, name: str, version: str) -> Any:
        """Return one of Google's services, built from the description that is in the client's package."""
        from googleapiclient.discovery import build

        if name not in self._services:
            self._services[name] = build(name, version, http=self._http, static_discovery=True, cache_discovery=False)
        return self._services[name]

    def ask(self, request: Any) -> dict[str, Any]:
        """Return the answer to a request that was made with a service.

        Raises
        ------
        ConnectorError
            Why there is none.

        """
        failed = ""
        for attempt in range(ATTEMPTS):
            self._spend(request.methodId)
            answer, wished = _tried(request)
            if answer is not None:
                return answer
            failed = f"{request.methodId} was asked {attempt + 1} times"
            if wished is not None and wished > LONGEST_WISH_S:
                raise NotAnswered(f"{request.methodId} asks to wait for {wished:.0f} s")
            if attempt + 1 < ATTEMPTS:
                # Full jitter: those who were refused together do not come back together.
                most = min(FIRST_PAUSE_S * 2**attempt, LONGEST_PAUSE_S)
                self._pause(random.uniform(0, most) if wished is None else wished)  # noqa: S311  (no secret)
        raise NotAnswered(failed)


def authorised(client: Client, refresh_token: str, http: Any) -> Any:
    """Return ``http`` with an access token in each request, gone for when it is needed."""
    from google.oauth2.credentials import Credentials
    from google_auth_httplib2 import AuthorizedHttp

    credentials = Credentials(
        None, refresh_token=refresh_token, token_uri=TOKEN_URI, client_id=client.id, client_secret=client.secret
    )
    return AuthorizedHttp(credentials, http=http)


def plain_http() -> Any:
    """Return what requests are sent with."""
    import httplib2

    return httplib2.Http(timeout=60)


def check_installed() -> None:
    """Raise UsageError where the extra ``google`` is not installed."""
    needed = {"googleapiclient": "google-api-python-client", "google_auth_httplib2": "google-auth-httplib2"}
    needed["cryptography"] = "cryptography"
    missing = [package for module, package in needed.items() if importlib.util.find_spec(module) is None]
    if missing:
        raise UsageError(
            "connectors need the extra google", f"not installed: {', '.join(missing)}", "pip install 'foreview[google]'"
        )


def _tried(request: Any) -> tuple[dict[str, Any] | None, float | None]:
    """Return the answer; or None and how long [s] the platform asks to wait, where it is worth asking again."""
    from google.auth.exceptions import RefreshError, TransportError
    from googleapiclient.errors import HttpError
    from httplib2 import HttpLib2Error

    try:
        return request.execute(), None
    except HttpError as error:
        _raise_for(request.methodId, error)
        return None, _wish(error.resp.get("retry-after"), timezone.now())
    except RefreshError as error:
        if not error.retryable:
            raise ConnectAgain(f"Google gives no access any more ({_first_words(error)})") from None
        return None, None
    except (TransportError, HttpLib2Error, OSError):
        return None, None


def _raise_for(method: str, error: Any) -> None:
    """Raise what a refusal means, unless asking again may help."""
    status, told, said = error.resp.status, _told(error.content), error.reason
    reasons = {one["reason"] for one in told if "reason" in one}
    if reasons & _SPENT or any(_is_of_a_day(one) for one in told):
        raise QuotaSpent(method.partition(".")[0], f"Google says so at {method}", by_google=True) from None
    if status == 401 or reasons & _NOT_AGREED:
        raise ConnectAgain(f"Google refuses {method}: {said}") from None
    if status != 429 and status < 500 and not reasons & _TOO_FAST:
        raise Refused(method, f"it refuses with {status}: {said}", reasons) from None


def _told(content: bytes) -> list[dict[str, Any]]:
    """Return what an error of Google says of itself, in the old shape (``errors``) and in the new one (``details``)."""
    try:
        error = json.loads(content)["error"]
        return [one for one in (*error.get("errors", ()), *error.get("details", ())) if isinstance(one, dict)]
    except (ValueError, KeyError, TypeError, AttributeError):
        return []


def _is_of_a_day(told: dict[str, Any]) -> bool:
    """Return whether the limit that was met is one of a day: the new shape calls it as it calls that of a minute."""
    limit = told.get("metadata")
    return isinstance(limit, dict) and str(limit.get("quota_unit", "")).startswith("1/d/")


def _wish(header: str | None, now: datetime) -> float | None:
    """Return the seconds that ``Retry-After`` asks for, which it says as a number or as a date.

    Examples
    --------
    >>> from datetime import UTC
    >>> midnight = datetime(2026, 5, 1, tzinfo=UTC)
    >>> _wish("7", midnight), _wish("Fri, 01 May 2026 00:01:00 GMT", midnight), _wish("soon", midnight)
    (7.0, 60.0, None)

    """
    if header is None:
        return None
    if header.strip().isdecimal():
        return float(header)
    try:
        return max((parsedate_to_datetime(header) - now).total_seconds(), 0.0)
    except (ValueError, TypeError):
        return None


def _first_words(error: Any) -> str:
    """Return what Google called it, without what it may have sent along."""
    return str(error.args[0]).partition(",")[0][:200] if error.args else type(error).__name__
