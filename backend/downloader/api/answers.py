"""What every answer of the API is given at the end: who may keep it, by what it is known again, and fewer bytes."""

from __future__ import annotations

from typing import cast

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware
from django.utils.cache import get_conditional_response, patch_vary_headers, set_response_etag

_gzip = GZipMiddleware(lambda _request: HttpResponse())


def finished(request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
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
