"""The Google of the tests answers in the shape that Google publishes: each field and type is in the description of its service.

The descriptions lie in the client's package; the client itself refuses parameters and values that they do not know.
"""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import googleapiclient
import pytest

from downloader.connectors import adsense, youtube_analytics, youtube_data
from downloader.connectors.consent import MONETARY, SCOPES
from tests.backend.google import Google, tomatoes
from tests.backend.test_connectors import Book

DESCRIPTIONS = Path(googleapiclient.__file__).parent / "discovery_cache" / "documents"
MARCH = (date(2026, 3, 1), date(2026, 3, 4))
TYPES: dict[str, type | tuple[type, ...]] = {
    "string": str,
    "integer": int,
    "number": (int, float),
    "boolean": bool,
    "any": object,
}
ASKED = {
    "youtube.v3.json": ("channels.list", "playlistItems.list", "videos.list"),
    "youtubeAnalytics.v2.json": ("reports.query",),
    "adsense.v2.json": ("accounts.list", "accounts.reports.generate"),
}


def description(file: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((DESCRIPTIONS / file).read_text(encoding="utf-8"))
    return found


def method(service: dict[str, Any], path: str) -> dict[str, Any]:
    *resources, name = path.split(".")
    for resource in resources:
        service = service["resources"][resource]
    found: dict[str, Any] = service["methods"][name]
    return found


def check(value: Any, schema: dict[str, Any], schemas: dict[str, Any], where: str) -> None:
    """Fail where ``value`` has a field or a type that ``schema`` does not know."""
    schema = schemas[schema["$ref"]] if "$ref" in schema else schema
    if isinstance(value, dict):
        for name, inner in value.items():
            assert name in schema["properties"], f"{where} has no {name}"
            check(inner, schema["properties"][name], schemas, f"{where}.{name}")
    elif isinstance(value, list):
        for inner in value:
            check(inner, schema["items"], schemas, f"{where}[]")
    else:
        assert isinstance(value, TYPES[schema["type"]]), f"{where} is a {schema['type']}"
        assert value in schema.get("enum", [value]), f"{where} is none of {schema.get('enum')}"


class Described(Google):
    """Checks each of its answers."""

    def answer(self, path: str, query: dict[str, str]) -> Any:
        told = super().answer(path, query)
        for file, names in ASKED.items():
            service = description(file)
            for one in (method(service, name) for name in names):
                if path == "/" + one["path"].replace("{+account}", "accounts/pub-1"):
                    check(told, one["response"], service["schemas"], one["id"])
                    self.asked.append(one["id"])
        return told


def test_every_answer_that_the_connectors_are_tested_with_is_of_the_published_shape():
    known = tomatoes(3)
    google = Described(videos=known.videos, days=known.days, adsense={MARCH[0]: 1.5})
    session = Book(google).session
    channel = youtube_data.own_channel(session)
    youtube_data.videos_seen(session, youtube_data.upload_ids(session, channel), datetime(2026, 3, 21, tzinfo=UTC))
    youtube_analytics.daily_counts(session, "v000", *MARCH)
    youtube_analytics.daily_earnings(session, "v000", *MARCH)
    adsense.earned(session, adsense.own_account(session)[0], *MARCH)
    told = {name for name in google.asked if not name.startswith("/")}
    assert told == {f"{file.partition('.')[0]}.{name}" for file, names in ASKED.items() for name in names}


def test_a_field_that_google_does_not_publish_would_be_noticed():
    schemas = {"Video": {"properties": {"id": {"type": "string"}}}}
    check({"id": "v"}, {"$ref": "Video"}, schemas, "video")
    with pytest.raises(AssertionError, match="video has no views"):
        check({"views": 1}, {"$ref": "Video"}, schemas, "video")
    with pytest.raises(AssertionError, match=r"video\.id is a string"):
        check({"id": 1}, {"$ref": "Video"}, schemas, "video")


@pytest.mark.parametrize(
    ("file", "kind"),
    [
        (file, kind)
        for kind, files in (
            ("youtube", ("youtube.v3.json", "youtubeAnalytics.v2.json")),
            ("adsense", ("adsense.v2.json",)),
        )
        for file in files
    ],
)
def test_what_the_owner_is_asked_for_opens_every_method_and_may_only_read(file, kind):
    service, asked = description(file), {*SCOPES[kind], *([MONETARY] if kind == "youtube" else [])}
    assert all(scope.endswith(".readonly") for scope in asked)
    for name in ASKED[file]:
        assert asked & set(method(service, name)["scopes"])
    for scope in asked & set(service["auth"]["oauth2"]["scopes"]):
        assert service["auth"]["oauth2"]["scopes"][scope]["description"].startswith("View ")


def test_the_ids_of_one_request_are_as_many_as_a_page_of_it_may_have():
    most = method(description("youtube.v3.json"), "playlistItems.list")["parameters"]["maxResults"]["maximum"]
    assert int(most) == youtube_data.AT_ONCE
