"""How many queries a request takes: as many for three rows as for one, for every list and every batch of the description."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from downloader.api.root import api
from downloader.models import AdSenseEarnings, Alert, Experiment, ImportRun, Job, VideoAnalytics, VideoDownload
from downloader.services.alerts import raise_alert
from downloader.services.experiments import start_experiment, stop_experiment
from downloader.services.ml_prediction_service import MLPredictionService
from tests.backend.api_calls import account, ask, key_of, video
from tests.backend.published import promoted, published

pytestmark = [pytest.mark.django_db, pytest.mark.dialect]
DESCRIBED = api.get_openapi_schema(path_prefix="")
OPERATIONS = {
    f"{method.upper()} {path}": operation for path, item in DESCRIBED["paths"].items() for method, operation in item.items()
}  # fmt: skip


def schema_of(content: Any) -> Any:
    """The JSON schema of a body; an empty one where it is none of JSON."""
    schema = content.get("application/json", {}).get("schema", {})
    return DESCRIBED["components"]["schemas"][schema["$ref"].rpartition("/")[2]] if "$ref" in schema else schema


def holds_many(schema: Any) -> bool:
    return any(part.get("type") == "array" for part in schema.get("properties", {}).values())


LISTS = [
    name
    for name, said in OPERATIONS.items()
    if name.startswith("GET") and "next" in schema_of(said["responses"]["200"].get("content", {})).get("properties", {})
]
DAY = "2026-01-02"
BATCHES: dict[str, Callable[[list[int]], Any]] = {
    "PUT /videos": lambda keys: {
        "videos": [
            {
                "title": "x",
                "channel_id": "his",
                "source_id": f"s{key}",
                "snapshot": {"observed_at": f"{DAY}T00:00:00Z", "views": 1},
            }
            for key in keys
        ]
    },
    "POST /predictions": lambda keys: {"videos": keys},
    "POST /predictions/planned": lambda keys: {"videos": [{"title": f"x {key}", "channel_id": "his"} for key in keys]},
    "POST /what-if": lambda keys: {"video": keys[0], "changes": [{"title": f"x {key}"} for key in keys]},
    "POST /analytics": lambda keys: {"rows": [{"video": key, "date": DAY, "views": 1} for key in keys]},
    "POST /earnings": lambda keys: {"rows": [{"video": key, "date": DAY, "revenue_usd": 1} for key in keys]},
}


@pytest.fixture
def key():
    cache.clear()
    made = key_of(account("him", "his"))
    assert ask(made, "GET", "/jobs").status_code == 200  # which writes that the key was used, once a minute
    return made


def one_more(n: int) -> None:
    """One more row of everything that there is a list of."""
    now = timezone.now().replace(microsecond=0)
    video("his", title=f"video {n}", published_at=now - timedelta(days=2))
    MLPredictionService().predict_videos(as_of=now - timedelta(hours=20 - n))
    raise_alert(Alert.Kind.COVERAGE, f"target {n}", "x")
    start_experiment(f"e{n}", published(n).version, reason="to see")
    stop_experiment(f"e{n}", reason="enough")
    first = VideoDownload.objects.order_by("pk")[0]
    VideoAnalytics.objects.create(video=first, date=now - timedelta(days=n), views=1)
    AdSenseEarnings.objects.create(video=first, date=now - timedelta(days=n), revenue_usd=1)
    ImportRun.objects.create(who="api: him", file="x", refused_first=[REFUSED] * (n + 1))


REFUSED = {"file": "x", "line": 1, "field": "views", "value": "x", "reason": "it is none"}


def queries(key: str, method: str, path: str, body: Any = None) -> tuple[int, Any]:
    with CaptureQueriesContext(connection) as seen:
        answer = ask(key, method, path, body)
    assert answer.status_code == 200, answer.content
    return len(seen), answer.json()


@pytest.mark.parametrize("name", LISTS)
def test_a_list_takes_the_same_queries_however_long_it_is(key, name):
    promoted(99)
    taken, rows = [], []
    for n in range(3):
        one_more(n)
        first, *rest = VideoDownload.objects.order_by("pk").values_list("pk", flat=True)
        job = Job.objects.create(
            kind="forecast", arguments={"videos": [first, *rest]}, asked_by="api: him", state="succeeded"
        )
        number = ImportRun.objects.latest("pk").pk
        count, told = queries(key, "GET", name.split()[1].format(video=first, job=job.pk, number=number))
        taken.append(count)
        rows.append(len(told["items"]))
    assert rows[0] < rows[1] < rows[2]
    assert taken[0] == taken[1] == taken[2] <= 8
    assert Experiment.objects.count() == 3


def test_every_batch_of_the_description_is_counted_below():
    bodies = {
        name: schema_of(said["requestBody"]["content"]) for name, said in OPERATIONS.items() if "requestBody" in said
    }
    assert {name for name, schema in bodies.items() if holds_many(schema)} == set(BATCHES)


@pytest.mark.parametrize("name", BATCHES)
def test_a_batch_takes_the_same_queries_however_large_it_is(key, name):
    method, path = name.split()
    keys = [video("his", title=f"v{n}").pk for n in range(4)]
    first, second, third = (
        queries(key, method, path, BATCHES[name](some))[0] for some in (keys[:1], keys[1:], keys[1:2])
    )
    again = queries(key, method, path, BATCHES[name](keys[1:]))[0]
    assert (first, third) == (second, again)


@pytest.mark.parametrize("path", ["/track-record", "/metrics"])
def test_figures_take_the_same_queries_however_many_rows_there_are(key, path):
    taken = []
    for n in range(2):
        one_more_without_experiment(n)
        cache.clear()
        with CaptureQueriesContext(connection) as seen:
            assert ask(key, "GET", path).status_code == 200
        taken.append(len(seen))
    assert taken[0] == taken[1]


def one_more_without_experiment(n: int) -> None:
    video("his", title=f"video {n}", published_at=timezone.now() - timedelta(days=2))
    MLPredictionService().predict_videos()
