"""Every error as problem details (RFC 9457): what must hold, what was found instead, and what to do about it."""

from __future__ import annotations

import json
import logging
from http import HTTPStatus
from typing import Any, Final

from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse
from django.http.multipartparser import MultiPartParserError
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError

from downloader.services.answers import Replayed
from downloader.services.statuses import status_of
from downloader.services.videos import RowsRefused
from foreview.errors import ForeviewError

logger = logging.getLogger(__name__)
MEDIA_TYPE: Final = "application/problem+json"
_SAID: Final[dict[int, tuple[str, str]]] = {
    400: ("a request is one that can be read", "Correct it, see /api/v1/openapi.json"),
    401: ("everything but liveness needs a key or a session", "Send `Authorization: Bearer` with a key"),
    403: ("a session that changes something proves itself by its CSRF token", "Send it as X-CSRFToken, or use a key"),
    404: ("an address is one of the API's", "See /api/v1/openapi.json"),
    405: ("an address takes the methods that it lists", "See the header Allow"),
    413: (
        "a request is at most as long as DATA_UPLOAD_MAX_MEMORY_SIZE, a file as IMPORT_MAX_BYTES says",
        "Send less at once",
    ),
    429: ("a key asks so often a minute as the site allows", "Wait as many seconds as Retry-After says"),
    500: (
        "a request is answered without a fault of the program",
        "The log of the site says more; report it if it stays",
    ),
}


def problem(status: int, *, kind: str = "", **members: Any) -> HttpResponse:
    """Return problem details; ``members`` are added, such as rule, fact and next_step."""
    title = HTTPStatus(status).phrase
    said = {"type": f"urn:foreview:problem:{kind}" if kind else "about:blank", "title": title, "status": status}
    return HttpResponse(json.dumps(said | members), status=status, content_type=MEDIA_TYPE)


def problem_of_status(status: int, fact: str = "") -> HttpResponse:
    """Return what is said of a status alone."""
    rule, next_step = _SAID.get(status, _SAID[500 if status >= 500 else 400])
    fact = fact or HTTPStatus(status).phrase
    told = problem(status, detail=f"{rule}. {fact}. {next_step}.", rule=rule, fact=fact, next_step=next_step)
    if status == HTTPStatus.UNAUTHORIZED:
        told["WWW-Authenticate"] = "Bearer"  # RFC 9110, section 15.5.2
    return told


def problem_of(error: ForeviewError) -> HttpResponse:
    """Return an error raised on purpose, with its parts."""
    status = status_of(error)
    parts: dict[str, Any] = {"rule": error.rule, "fact": error.fact, "next_step": error.next_step}
    if isinstance(error, RowsRefused):
        parts["errors"] = list(error.wrong)
    return problem(status, kind=type(error).__name__, detail=str(error), **parts)


def add_handlers(api: NinjaAPI) -> None:
    """Let ``api`` answer every error with problem details."""
    api.add_exception_handler(ForeviewError, lambda _request, error: problem_of(error))  # type: ignore[arg-type]  # the stubs allow for a class
    api.add_exception_handler(Replayed, _said_again)
    api.add_exception_handler(Http404, lambda _request, _error: problem_of_status(404))
    api.add_exception_handler(HttpError, _of_http)
    api.add_exception_handler(SuspiciousOperation, lambda _request, _error: problem_of_status(400))
    api.add_exception_handler(RequestDataTooBig, lambda _request, _error: problem_of_status(413))
    api.add_exception_handler(MultiPartParserError, lambda _request, error: problem_of_status(400, str(error)))
    api.add_exception_handler(ValidationError, _of_validation)
    api.add_exception_handler(Exception, _of_fault)


def _said_again(_request: HttpRequest, replayed: Any) -> HttpResponse:
    answer = replayed.answer
    response = HttpResponse(answer.body, status=answer.status, content_type="application/json; charset=utf-8")
    if answer.location:
        response["Location"] = answer.location
    response["Idempotency-Replayed"] = "true"
    return response


def _of_http(_request: HttpRequest, error: Any) -> HttpResponse:
    return problem_of_status(error.status_code, str(error))


def _of_validation(_request: HttpRequest, error: Any) -> HttpResponse:
    wrong = [{"at": ".".join(map(str, one["loc"])), "fact": one["msg"]} for one in error.errors]
    rule, next_step = "a request has the shape that /api/v1/openapi.json says", "Correct what `errors` names"
    fact = "; ".join(f"{one['at']}: {one['fact']}" for one in wrong[:3])
    members = {"rule": rule, "fact": fact, "next_step": next_step, "errors": wrong}
    return problem(422, kind="Validation", detail=f"{rule}. {fact}. {next_step}.", **members)


def _of_fault(request: HttpRequest, error: Any) -> HttpResponse:
    logger.error("%s %s failed", request.method, request.path, exc_info=error)
    return problem_of_status(500)
