"""What the tests of the API share: accounts with keys, and requests."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

from django.contrib.auth import get_user_model
from django.test import Client
from django.utils import timezone

from downloader.models import VideoDownload
from downloader.services.access import SCOPES, add_member, create_key, set_role

URL = "/api/v1"


def account(name: str, *channels: str, role: str = "operator") -> Any:
    user = get_user_model().objects.create_user(name)
    set_role(user, role)
    add_member(user, channels)
    return user


def key_of(user: Any, *scopes: str) -> str:
    return create_key(user, "a test", scopes or SCOPES, timezone.now() + timedelta(days=1))[1]


def ask(key: str, method: str, path: str, body: Any = None) -> Any:
    """The answer to a request of whoever holds the key; of nobody where it is empty."""
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    content = "" if body is None else body if isinstance(body, str) else json.dumps(body)
    client = Client(raise_request_exception=False)
    return client.generic(method, URL + path, content, content_type="application/json", headers=headers)


def video(channel: str, **values: Any) -> VideoDownload:
    return VideoDownload.objects.create(**{"title": "Ten tomatoes", "channel_id": channel, "duration": 45, **values})
