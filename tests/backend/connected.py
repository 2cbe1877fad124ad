"""What the tests of connections share: a site with a key, a connected channel, and a clock that is set."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import httplib2
import pytest
from cryptography.fernet import Fernet
from django.contrib.auth import get_user_model

from downloader.connectors.consent import SCOPES
from downloader.connectors.tokens import sealed
from downloader.models import AdSenseEarnings, Connection, VideoAnalytics, VideoDownload, VideoSnapshot
from downloader.services.syncing import Synced, Way, sync_connection
from tests.backend.google import CHANNEL, CLIENT_SECRET, MONETARY, REFRESH_TOKEN, Google

KEY = Fernet.generate_key().decode()
NIGHT = datetime(2026, 3, 21, 10, tzinfo=UTC)
"""3 in the morning in Los Angeles."""
DAY = timedelta(days=1)


def on_site(settings: Any, monkeypatch: pytest.MonkeyPatch, google: Google) -> None:
    """The site asks this Google, in the name of a project."""
    settings.FOREVIEW = settings.FOREVIEW | {
        "TOKEN_KEYS": [KEY],
        "GOOGLE": {"CLIENT_ID": "an-id", "CLIENT_SECRET": CLIENT_SECRET},
    }
    monkeypatch.setattr(httplib2, "Http", lambda **_: google)


def connected(kind: str = "youtube", account: str = CHANNEL) -> Connection:
    """A connection as consent makes it."""
    who, _ = get_user_model().objects.get_or_create(username="tom")
    return Connection.objects.create(
        kind=kind,
        account=account,
        title="Tomatoes",
        who=who,
        scopes=sorted([*SCOPES[kind], MONETARY]),
        sealed_token=sealed(REFRESH_TOKEN),
    )


def synced(now: datetime = NIGHT, waited: list[float] | None = None) -> Synced:
    """What became of the only channel that is connected, read at ``now``."""
    connection = Connection.objects.get(kind="youtube")
    return sync_connection(connection, Way(pause=([] if waited is None else waited).append, clock=lambda: now))


def database() -> dict[str, list[Any]]:
    """All that was read, without the keys of rows."""
    video, counts = "video__source_id", ("views", "likes", "comments", "shares")
    facts = ("source_id", "title", "tags", "channel_id", "status", "is_short", "duration", "published_at", "category")
    return {
        "videos": list(VideoDownload.objects.order_by("source_id").values_list(*facts)),
        "daily": list(
            VideoAnalytics.objects.order_by(video, "date").values_list(video, "date", *counts, "watch_time_s")
        ),
        "earnings": list(AdSenseEarnings.objects.order_by(video, "date").values_list(video, "date", "revenue_usd")),
        "snapshots": list(
            VideoSnapshot.objects.order_by(video, "observed_at").values_list(video, "observed_at", *counts)
        ),
    }


def days_of(video_id: str) -> dict[str, int]:
    """Day → views of a video."""
    rows = VideoAnalytics.objects.filter(video__source_id=video_id).order_by("date").values_list("date", "views")
    return {f"{when:%m-%d}": views for when, views in rows}
