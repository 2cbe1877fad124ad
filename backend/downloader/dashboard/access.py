"""Who may open a page, what is written of a change, and what is shown where something is refused."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from itertools import chain
from typing import Any, Concatenate, Final, ParamSpec, TypeAlias

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.views.decorators.gzip import gzip_page

from downloader.services.access import Account, account_of_user, check_scope
from downloader.services.audit import begin_entry, end_entry
from downloader.services.statuses import status_of
from foreview.errors import ForeviewError, UsageError

SAFE: Final = frozenset({"GET", "HEAD"})

P = ParamSpec("P")
Asked: TypeAlias = Callable[Concatenate[HttpRequest, Account, P], HttpResponse]
View: TypeAlias = Callable[Concatenate[HttpRequest, P], HttpResponse]


def page(scope: str = "read", to_change: str = "write") -> Callable[[Asked[P]], View[P]]:
    """Open a view to who signed in and has ``scope``, and its POST to who has ``to_change``; the view gets the account too.

    What no database can hold is refused before anything else. What changes something is in the audit log before it is done, as in the API. An error raised on purpose is a page that says rule,
    fact and next step.
    """

    def opened(view: Asked[P]) -> View[P]:
        @gzip_page  # Django pads what it compresses, so that its length tells nothing of a secret in it
        @_signed_in
        @wraps(view)
        def answer(request: HttpRequest, /, *args: P.args, **rest: P.kwargs) -> HttpResponse:
            account = account_of_user(request.user)
            request.foreview_account = account  # type: ignore[attr-defined]  # for the templates: what is not allowed is not offered
            if _holds_nul(request):
                return refused(request, UsageError("a text holds no NUL character", "one was sent", "Send it without"))
            safe = request.method in SAFE
            entry = None if safe else begin_entry(account, str(request.method), request.path)
            response = _answered(
                request, account, scope if safe else to_change, lambda: view(request, account, *args, **rest)
            )
            if entry is not None:
                end_entry(entry, response.status_code, response.get("Location", ""))
            patch_vary_headers(response, ("HX-Request",))  # a part and its page have one address
            return response

        return answer

    return opened


def _signed_in(view: View[P]) -> View[P]:
    """Lead who has not signed in to where one does; of a page whose part is asked for, the whole page."""
    led = login_required(view)

    @wraps(view)
    def answer(request: HttpRequest, /, *args: P.args, **rest: P.kwargs) -> HttpResponse:
        if wants_part(request) and not request.user.is_authenticated:
            # A redirect is followed by htmx itself, which would put the page of signing in where the part was.
            return HttpResponse(status=204, headers={"HX-Refresh": "true", "Cache-Control": "no-store"})
        return led(request, *args, **rest)

    return answer


def _answered(request: HttpRequest, account: Account, scope: str, view: Callable[[], HttpResponse]) -> HttpResponse:
    try:
        check_scope(account, scope)
        return view()
    except ForeviewError as error:
        return refused(request, error)


def _holds_nul(request: HttpRequest) -> bool:
    """Return whether the address or a form holds a NUL character, which PostgreSQL keeps in no text and is asked for in none."""
    given = (values for fields in (request.GET, request.POST) for _, values in fields.lists())
    return any("\x00" in text for text in (request.path, *chain.from_iterable(given)))


def wants_part(request: HttpRequest) -> bool:
    """Return whether htmx asks for the part of a page that it renews; to go back it asks for the whole."""
    asked = request.headers.get("HX-Request") == "true"
    return asked and request.headers.get("HX-History-Restore-Request") != "true"


def owner_of(request: HttpRequest, account: Account) -> Any | None:
    """Return whose keys, links and connections the account may see; None: everybody's."""
    return None if account.channels is None else request.user


def shown_once(answer: HttpResponse) -> HttpResponse:
    """Return an answer that holds a secret, kept nowhere on the way."""
    answer["Cache-Control"] = "private, no-store"
    return answer


def refused(request: HttpRequest, error: ForeviewError) -> HttpResponse:
    """Return the page that says what is wrong and what to do about it."""
    back = request.headers.get("Referer", "") if request.method not in SAFE else ""
    return render(request, "foreview/refused.html", {"error": error, "back": back}, status=status_of(error))
