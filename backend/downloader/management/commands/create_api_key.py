"""``manage.py create_api_key USER --name …``: makes a key of the API."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from downloader import selectors
from downloader.management.steps import StepsCommand, whole
from downloader.services.access import SCOPES, create_key


class Command(StepsCommand):
    help = "Make a key of the API. Its secret is shown once and not kept."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("user", help="whose key it is; it never opens more than this user may")
        parser.add_argument("--name", required=True, help="what it is for")
        parser.add_argument("--scope", choices=SCOPES, action="append", help="may be given again; default: read")
        parser.add_argument("--days", type=whole(1, 36_500), default=90, help="how long it opens (90)")

    def handle(self, *, user: str, name: str, scope: list[str] | None, days: int, **_options: Any) -> None:
        expires_at = timezone.now() + timedelta(days=days)
        key, secret = create_key(selectors.user_named(user), name, scope or ["read"], expires_at)
        self.stdout.write(secret)
        self.console.print(f"{key.prefix} opens {', '.join(key.scopes)} until {expires_at:%Y-%m-%d}. Shown this once.")
