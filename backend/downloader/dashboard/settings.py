"""Settings: one's own account, what one changed, and the rules of the site."""

from __future__ import annotations

from typing import Any, Final

from django.contrib import messages
from django.contrib.auth.views import PasswordChangeView, PasswordResetConfirmView
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse_lazy

from downloader.dashboard.access import page
from downloader.dashboard.paging import cursor_of, page_of
from downloader.services.access import Account, account_of_user, role_of
from downloader.services.audit import begin_entry, end_entry

LIMIT: Final = 50


@page()
def show(request: HttpRequest, account: Account) -> HttpResponse:
    """Return one's own account."""
    from downloader import selectors

    shown: dict[str, Any] = {"account": account, "role": role_of(selectors.roles_of(request.user))}
    return render(request, "foreview/settings.html", shown)


@page()
def rules(request: HttpRequest, account: Account) -> HttpResponse:
    """Return what is kept for how long, whom alerts are sent to, and where that is changed."""
    from downloader.services.policies import policies

    return render(request, "foreview/settings_rules.html", {"policies": policies(account)})


@page()
def audit(request: HttpRequest, account: Account) -> HttpResponse:
    """Return what the account changed, of a superuser what everybody changed."""
    from downloader import selectors

    rows = selectors.audit_page(None if account.channels is None else account.name, cursor_of(request), LIMIT)
    shown, after = page_of(rows, LIMIT)
    return render(request, "foreview/settings_audit.html", {"entries": shown, "next": after})


@page(to_change="read")
def password(request: HttpRequest, account: Account) -> HttpResponse:  # noqa: ARG001  (opened to whoever signed in)
    """Let somebody change the own password, as Django does it."""
    return _CHANGE(request)  # type: ignore[return-value]  # both are HttpResponseBase


class _Change(PasswordChangeView):
    template_name = "foreview/password.html"
    success_url = reverse_lazy("foreview:settings")

    def form_valid(self, form: Any) -> HttpResponse:
        messages.success(self.request, "Your password is changed. Other devices are signed out.")
        return super().form_valid(form)


_CHANGE: Final = _Change.as_view()


class SetPassword(PasswordResetConfirmView):
    """Where somebody who was invited sets a password: Django's own, once for each link."""

    template_name = "foreview/password_set.html"
    success_url = reverse_lazy("foreview:sign-in")
    post_reset_login = False

    def form_valid(self, form: Any) -> HttpResponse:
        """Set it, write so, and lead to signing in."""
        entry = begin_entry(account_of_user(self.user), "POST", "/set-password/")
        answer = super().form_valid(form)
        end_entry(entry, answer.status_code, "")
        messages.success(self.request, "Your password is set. Sign in with it.")
        return answer
