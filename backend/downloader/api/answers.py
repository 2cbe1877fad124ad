"""What every answer of the API is given at the end: problem details, an end in the audit log, a tag, fewer bytes, and its place in the figures."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final, cast

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware
from django.utils.cache import get_conditional_response, patch_vary_headers, set_response_etag

from downloader.api.metrics import count_request
from downloader.api.problems import MEDIA_TYPE, problem_of_status
from downloader.configuration import largest_import
from downloader.services.answers import store_answer
from downloader.services.audit import end_entry

PREFIX: Final = "/api/v1/"
Answering = Callable[[HttpRequest], HttpResponseBase]
_gzip = GZipMiddleware(lambda _request: HttpResponse())


def api_answers(get_response: Answering) -> Answering:
    """Middleware: what lies below ``/api/v1/``, refused by Django itself or answered by the API."""

    def answer(request: HttpRequest) -> HttpResponseBase:
        begun = time.perf_counter()
        if not request.path.startswith(PREFIX):
            return get_response(request)
        response = _told(problem_of_status(413) if _is_too_long(request) else _got(request, get_response))
        if (claimed := getattr(request, "foreview_claimed", None)) is not None:
            store_answer(claimed, response.status_code, response.headers.get("Location", ""), _text(response))
        if (entry := getattr(request, "foreview_audit", None)) is not None:
            end_entry(entry, response.status_code, response.headers.get("Location", ""))
        count_request(request, response.status_code, begun)
        finished = _finished(request, response)
        return _without_content(finished) if request.method == "HEAD" else finished

    return answer


def _got(request: HttpRequest, get_response: Answering) -> HttpResponseBase:
    """Return what is answered; to HEAD, which ninja does not know, what GET is answered."""
    asked = request.method
    request.method = "GET" if asked == "HEAD" else asked
    response = get_response(request)
    request.method = asked
    return response


def _without_content(response: HttpResponseBase) -> HttpResponseBase:
    """Return the head of an answer alone: a stream never begins. It is not closed, for with an answer its request ends."""
    return HttpResponse(status=response.status_code, headers=response.headers)


def _is_too_long(request: HttpRequest) -> bool:
    """Return whether a request says itself that it is longer than a file may be; it is not read then."""
    length = str(request.META.get("CONTENT_LENGTH") or "0")
    return length.isascii() and length.isdigit() and int(length) > largest_import()


def _text(response: HttpResponseBase) -> str:
    """Return what was answered; a stream has no text, and answers no POST."""
    return response.content.decode() if isinstance(response, HttpResponse) else ""


def _told(response: HttpResponseBase) -> HttpResponseBase:
    """Return an error of Django itself as problem details, and all else as it is."""
    if response.status_code < 400 or response.headers.get("Content-Type", "") == MEDIA_TYPE:
        return response
    told = problem_of_status(response.status_code)
    for header in ("Allow", "Retry-After"):
        if header in response.headers:
            told[header] = response.headers[header]
    return told


def _finished(request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
    """Return the answer as it is sent: 304 where the asker has it already, compressed where that is safe.

    The tag is a hash of the content, so that it cannot be wrong. Only what was asked for with a key is compressed: no page of somebody else's can make
    a browser send one, and so measure the length of an answer whose words it chose (BREACH). An answer to a session would give that away, and the pages
    about the API hold its CSRF token.
    """
    response.headers.setdefault("Cache-Control", "private, no-cache")
    patch_vary_headers(cast("HttpResponse", response), ("Authorization", "Cookie"))
    if not isinstance(response, HttpResponse):
        return response
    if request.method in ("GET", "HEAD") and response.status_code == 200:
        set_response_etag(response)
        response = get_conditional_response(request, etag=response["ETag"], response=response) or response
    if "Authorization" in request.headers:
        return _gzip.process_response(request, response)
    return response
