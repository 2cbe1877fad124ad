"""Each example request of the page about the API is asked, and answered as it says there."""

from __future__ import annotations

import json
import re

import pytest
from django.core.cache import cache

from downloader.models import VideoDownload
from tests.backend.api_calls import URL, account, ask, key_of
from tests.contracts.checkout import CHECKOUT

PAGE = (CHECKOUT / "docs/how-to/use-the-api.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"^```http\n(\w+) (\S+)\n(.*?)\n?\n(\d{3})\n(.*?)\n```", PAGE, re.MULTILINE | re.DOTALL)


@pytest.mark.django_db
def test_each_example_request_is_answered_as_the_page_says():
    cache.clear()
    key, last = key_of(account("mary", "UC123")), {"video": 0, "job": 0}
    assert len(EXAMPLES) == PAGE.count("```http") == 19
    for method, path, body, status, shown in EXAMPLES:
        if not last["video"] and (first := VideoDownload.objects.first()):
            last["video"] = first.pk
        filled = re.sub(r"\{(video|job)\}", lambda name: str(last[name[1]]), f"{path}\n{body}")
        address, _, content = filled.partition("\n")
        answer = ask(key, method, address.removeprefix(URL), content or None)
        told = answer.json()
        assert answer.status_code == int(status), (method, path, told)
        assert {name: told[name] for name in json.loads(shown)} == json.loads(shown)
        last["job"] = told["id"] if path == f"{URL}/jobs" else last["job"]
