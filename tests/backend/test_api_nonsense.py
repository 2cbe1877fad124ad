"""Whatever is sent, the API answers it or says what is wrong; it never fails."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from django.core.cache import cache
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from downloader.api.root import api
from tests.backend.api_calls import account, ask, key_of, video

ROUTES = [
    (method.upper(), path, operation.get("parameters", []), operation.get("requestBody"))
    for path, item in api.get_openapi_schema(path_prefix="")["paths"].items()
    for method, operation in item.items()
]
SCHEMAS = api.get_openapi_schema(path_prefix="")["components"]["schemas"]
SIMPLE = st.none() | st.booleans() | st.integers() | st.floats() | st.text()
JSON = st.recursive(SIMPLE, lambda part: st.lists(part, max_size=3) | st.dictionaries(st.text(), part, max_size=3))
LIKELY = st.sampled_from(
    ["his", "hers", "short", "forecast", "train", 1, -1, 2**70, 0.5, "2026-01-01T00:00:00Z", "\ud800", "\x00"]
)


def bodies(body: Any) -> st.SearchStrategy[Any]:
    """Something of the right names and any values, or anything at all."""
    if "application/json" not in body["content"]:  # a form
        return JSON
    name = body["content"]["application/json"]["schema"]["$ref"].rpartition("/")[2]
    values = LIKELY | JSON
    whole = st.fixed_dictionaries(dict.fromkeys(SCHEMAS[name].get("required", []), values), optional={
        field: values | st.lists(st.dictionaries(st.sampled_from(["title", "channel_id", "source_id", "views"]), values), max_size=2)
        for field in SCHEMAS[name]["properties"] if field not in SCHEMAS[name].get("required", [])
    })  # fmt: skip
    return whole | JSON


@pytest.mark.django_db
@pytest.mark.parametrize(("method", "path", "parameters", "body"), ROUTES, ids=[f"{one[0]} {one[1]}" for one in ROUTES])
def test_nonsense_is_answered_and_never_a_fault(method, path, parameters, body):
    key = key_of(account("him", "his"))
    video("his", source_id="1")

    @settings(max_examples=25, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(st.data())
    def answered(data: st.DataObject) -> None:
        cache.clear()
        address, query = path, {}
        for one in parameters:
            value = str(data.draw(LIKELY | SIMPLE)).encode("utf-8", "replace").decode()
            if one["in"] == "path":
                address = address.replace(f"{{{one['name']}}}", value.replace("/", "") or "1")
            elif data.draw(st.booleans()):
                query[one["name"]] = value
        sent = json.dumps(data.draw(bodies(body))) if body else None
        answer = ask(key, method, f"{quote(address)}?{urlencode(query)}", sent)
        assert answer.status_code < 500, (address, query, sent)
        assert answer.status_code < 400 or answer["Content-Type"] == "application/problem+json"

    answered()
