"""``manage.py list_api_keys``: which keys there are, never their secrets."""

from __future__ import annotations

from typing import Any

from downloader import selectors
from downloader.management.steps import StepsCommand


class Command(StepsCommand):
    help = "Show the keys of the API, the youngest first."

    def handle(self, **_options: Any) -> None:
        for key in selectors.api_keys():
            ends = (
                f"expires {key.expires_at:%Y-%m-%d}" if key.revoked_at is None else f"revoked {key.revoked_at:%Y-%m-%d}"
            )
            used = "never used" if key.last_used_at is None else f"used {key.last_used_at:%Y-%m-%d %H:%M} UTC"
            said = f"{key.prefix} of {key.owner.get_username()} ({key.name}): {', '.join(key.scopes)}; {ends}; {used}."
            self.console.print(said, soft_wrap=True, highlight=False)
