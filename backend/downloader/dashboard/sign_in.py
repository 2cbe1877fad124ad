"""Signing in."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.views import LoginView


class SignIn(LoginView):
    """Django's own, which also says how to get into a demo."""

    template_name = "foreview/sign_in.html"
    redirect_authenticated_user = True

    def get_context_data(self, **rest: Any) -> dict[str, Any]:
        """Return what the page shows."""
        from downloader.services.demo import can_have_demo_user

        return super().get_context_data(**rest) | {"demo": can_have_demo_user()}
