"""A ledger of two channels, and people who see one of them, for the tests of the track record."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

from django.contrib.auth import get_user_model
from django.test import Client

from downloader.models import VideoDownload
from downloader.services.access import add_member, set_role
from tests.backend.api_calls import video
from tests.backend.ledger_records import forecast_record, normal, outcome_record, written

BEGUN = datetime(2026, 5, 1, tzinfo=UTC)
MIDDLE = 5.0


def person(name: str, *channels: str, role: str = "operator", superuser: bool = False) -> Client:
    """A browser in which somebody signed in, a member of these channels."""
    user = get_user_model().objects.create_user(name, password="a long password", is_superuser=superuser)
    set_role(user, role)
    add_member(user, channels)
    client = Client()
    client.force_login(user)
    return client


def found(pattern: str, page: str) -> str:
    """What the group of a pattern is on a page."""
    match = re.search(pattern, page, re.DOTALL)
    assert match is not None, pattern
    return match[1]


def forecast(of: VideoDownload, came_to: float | None, *, release: str = "r1", **said: Any) -> None:
    """A forecast of the views after 30 days, median 147, 95 % between 20 and 1,050, and what they came to; None: still open."""
    at = BEGUN + timedelta(days=of.pk % 40)
    told = {"channel": of.channel_id, "forecast": {"views_30d": normal(MIDDLE, 1.0)}, "format": "short"}
    written([forecast_record(release, str(of.pk), at, **told | said)])
    if came_to is not None:
        outcome(of, came_to)


def outcome(of: VideoDownload, came_to: float) -> None:
    """What the views of a video came to after 30 days."""
    at = BEGUN + timedelta(days=of.pk % 40 + 30)
    written([outcome_record(str(of.pk), came_to, at, target="views_30d")])


def two_channels(videos: int = 3) -> None:
    """So many videos of a hen's channel, the first far beyond its interval, and one of a fox's, beyond it too."""
    for n in range(videos):
        forecast(video("hens", title=f"Hen {n}"), 5_000.0 if n == 0 else 150.0)
    forecast(video("hens", title="Hen to come"), None)
    forecast(video("foxes", title="A fox"), 90_000.0)
