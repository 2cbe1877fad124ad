"""How an owner agrees that a channel or account is read: OAuth's authorisation code, with PKCE and a state."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import parse_qs, urlencode, urlsplit

from downloader.connectors.failures import ConnectorError
from foreview.errors import UsageError

AUTHORISE_URI: Final = "https://accounts.google.com/o/oauth2/v2/auth"
TOKEN_URI: Final = "https://oauth2.googleapis.com/token"  # noqa: S105  (an address)
REVOKE_URI: Final = "https://oauth2.googleapis.com/revoke"
LOOPBACK: Final = "http://127.0.0.1:8765/"
"""Where the browser ends; nothing needs to listen there, as the address it ended at is pasted."""
MONETARY: Final = "https://www.googleapis.com/auth/yt-analytics-monetary.readonly"
SCOPES: Final = {
    "youtube": (
        "https://www.googleapis.com/auth/youtube.readonly",
        "https://www.googleapis.com/auth/yt-analytics.readonly",
    ),
    "adsense": ("https://www.googleapis.com/auth/adsense.readonly",),
}
"""What is needed of each kind; all of it may read only. MONETARY is asked for with YouTube, and may be refused."""


@dataclass(frozen=True, slots=True)
class Client:
    """The project at Google in whose name is asked."""

    id: str
    secret: str = field(repr=False)
    redirect: str = LOOPBACK


@dataclass(frozen=True, slots=True)
class Question:
    """What the owner is asked at ``url``; the rest is kept until the answer comes."""

    url: str
    kind: str
    state: str = field(repr=False)
    verifier: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Consent:
    """What the owner agreed to."""

    refresh_token: str = field(repr=False)
    scopes: tuple[str, ...]


def question(client: Client, kind: str) -> Question:
    """Return the question whether ``kind`` may be read."""
    state, verifier = secrets.token_urlsafe(32), secrets.token_urlsafe(64)
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    wanted = (*SCOPES[kind], MONETARY) if kind == "youtube" else SCOPES[kind]
    asked = {
        "client_id": client.id,
        "redirect_uri": client.redirect,
        "response_type": "code",
        "scope": " ".join(wanted),
        "state": state,
        "code_challenge": challenge,
        "code_challenge_method": "S256",
        "access_type": "offline",
        "prompt": "consent",  # otherwise Google sends a refresh token the first time only
    }
    return Question(f"{AUTHORISE_URI}?{urlencode(asked)}", kind, state, verifier)


def code_in(question: Question, address: str) -> str:
    """Return the code in the address at which the browser ended.

    Raises
    ------
    UsageError
        If the owner refused, or the address is no answer to this question.

    """
    answer = {name: values[0] for name, values in parse_qs(urlsplit(address.strip()).query).items()}
    if not hmac.compare_digest(answer.get("state", "").encode(), question.state.encode()):
        raise UsageError(
            "the address is the answer to the question that was asked last",
            "its state is another" if "state" in answer else "it has no state",
            "Copy the whole address of the page at which the browser ended, or start again",
        )
    if "code" not in answer:
        raise UsageError(
            "the owner agrees", f"the answer is {answer.get('error', 'empty')}", "Start again to be asked again"
        )
    return answer["code"]


def consent(client: Client, question: Question, code: str, http: Any) -> Consent:
    """Return what the code is worth.

    Raises
    ------
    ConnectorError
        If Google gives nothing for it, or the owner did not agree to what is needed.

    """
    asked = {
        "client_id": client.id,
        "client_secret": client.secret,
        "code": code,
        "code_verifier": question.verifier,
        "grant_type": "authorization_code",
        "redirect_uri": client.redirect,
    }
    status, answer = _posted(http, TOKEN_URI, asked)
    if status != 200 or not answer.get("refresh_token"):
        said = answer.get("error_description") or answer.get("error") or f"status {status}"
        raise ConnectorError(
            "Google gives a token for a code", str(said), "A code works once and for minutes: start again"
        )
    scopes = tuple(sorted(str(answer.get("scope", "")).split()))
    if missing := [scope for scope in SCOPES[question.kind] if scope not in scopes]:
        raise ConnectorError(
            "the owner agrees to what is read", f"not agreed to: {', '.join(missing)}", "Start again, and tick them all"
        )
    return Consent(answer["refresh_token"], scopes)


def revoke(refresh_token: str, http: Any) -> bool:
    """Tell Google that the token is not to open anything any more, and return whether it says so."""
    try:
        return _posted(http, REVOKE_URI, {"token": refresh_token})[0] == 200
    except ConnectorError:
        return False


def _posted(http: Any, uri: str, values: dict[str, str]) -> tuple[int, dict[str, Any]]:
    from httplib2 import HttpLib2Error

    headers = {"content-type": "application/x-www-form-urlencoded"}
    try:
        response, content = http.request(uri, "POST", body=urlencode(values), headers=headers)
        found = json.loads(content or b"{}")
    except (HttpLib2Error, OSError, ValueError) as error:
        raise ConnectorError(
            "Google answers", f"{uri}: {type(error).__name__}", "Look at the network, and start again"
        ) from None
    return response.status, found if isinstance(found, dict) else {}
