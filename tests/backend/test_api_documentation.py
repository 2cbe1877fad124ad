"""Each example request of the page about the API is asked, and answered as it says there."""

from __future__ import annotations

import json
import re

import pytest
from django.core.cache import cache

from downloader.models import VideoDownload
from tests.backend.api_calls import URL, account, ask, key_of
from tests.backend.test_api_imports import send
from tests.contracts.checkout import CHECKOUT

PAGE = (CHECKOUT / "docs/how-to/use-the-api.md").read_text(encoding="utf-8")
DAYS = """\
video_id,published_at,channel_id,date,views
a9,2026-05-01T16:00:00Z,UC123,2026-05-01,10
a9,2026-05-01T16:00:00Z,UC123,2026-05-02,20
b2,2026-05-01T16:00:00Z,UC999,2026-05-02,30
"""
EXAMPLES = re.findall(r"^```http\n(\w+) (\S+)\n(.*?)\n?\n(\d{3})\n(.*?)\n```", PAGE, re.MULTILINE | re.DOTALL)


@pytest.mark.django_db
def test_each_example_request_is_answered_as_the_page_says():
    cache.clear()
    key, last = key_of(account("mary", "UC123")), {"video": 0, "job": 0}
    last["import"] = send(key, DAYS.encode(), kind="daily").json()["id"]
    assert len(EXAMPLES) == PAGE.count("```http") == 30
    for method, path, body, status, shown in EXAMPLES:
        if not last["video"] and (first := VideoDownload.objects.first()):
            last["video"] = first.pk
        filled = re.sub(r"\{(video|job|import)\}", lambda name: str(last[name[1]]), f"{path}\n{body}")
        address, _, content = filled.partition("\n")
        answer = ask(key, method, address.removeprefix(URL), content or None)
        told = answer.json()
        assert answer.status_code == int(status), (method, path, told)
        assert {name: told[name] for name in json.loads(shown)} == json.loads(shown)
        last["job"] = told["id"] if path == f"{URL}/jobs" else last["job"]
