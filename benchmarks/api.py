"""Response times and queries of each operation of the API with 10,000 videos on SQLite: ``python -m benchmarks.api [VIDEOS]`` prints Markdown.

Asked through Django's test client in one process: what the site does with a request, from the first middleware to the last byte, without sockets.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, Final
from unittest.mock import patch

import numpy as np

VIDEOS: Final = 10_000
TIMES: Final = 30
TRAINED_ON: Final = 600
JOBS: Final = 1_000
BATCHES: Final = (1, 100, 1_000)
NOT_ASKED: Final = frozenset({"events", "promote", "rollback", "stop", "acknowledge", "cancel"})
"""Ends of addresses that are not measured: what lasts as long as a job, and what can be done once."""
ASKED_FOR: Final = {"/api/v1/portfolio": "?month=2026-03"}
"""What is asked for beside an address, for which the invented world has an answer."""
HEAD: Final = """\
{videos:,} invented videos of {channels} channels with 35 daily rows each and a forecast each, {forecasts:,} forecasts and {outcomes:,} outcomes in the ledger, {jobs:,}
jobs; SQLite; the account is a member of every channel; what serves was trained on {trained} videos. Each request was sent {times} times through Django's
test client, in one process: from the first middleware to the last byte, without sockets, after one that is not counted. CPU is of the process, so that it
says what a request costs where the machine has other things to do as well.
"""


@dataclass(frozen=True, slots=True)
class Asked:
    """A request as it is shown and sent."""

    name: str
    method: str
    path: str
    body: Any = None
    is_fresh: bool = False
    """Whether nothing may be kept from the request before; it is sent three times."""


def main() -> None:
    """Print the section."""
    videos = int(sys.argv[1]) if len(sys.argv) > 1 else VIDEOS
    with tempfile.TemporaryDirectory(prefix="foreview-api-") as folder:
        os.environ["FOREVIEW_DATA"] = folder
        os.environ["DATABASE_URL"] = f"sqlite:///{Path(folder) / 'api.sqlite3'}"
        os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
        sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "backend"))
        import django

        django.setup()
        from benchmarks.scale import AS_OF
        from benchmarks.scale_steps import DAYS

        with patch("django.utils.timezone.now", return_value=AS_OF):
            said = fill(videos)
        # Questions are asked about now: by the clock of the site the youngest of the invented videos are some days old.
        with patch("django.utils.timezone.now", return_value=AS_OF - timedelta(days=DAYS)):
            _measure(videos, said)


def _measure(videos: int, said: dict[str, int]) -> None:
    from django.conf import settings

    settings.FOREVIEW = settings.FOREVIEW | {"API_REQUESTS_PER_MINUTE": 10**9}
    settings.ALLOWED_HOSTS = ["testserver"]
    key, channels = _key()
    print(HEAD.format(videos=videos, channels=channels, jobs=JOBS, trained=TRAINED_ON, times=TIMES, **said))
    print("| request | median ms | 95 % below ms | CPU ms | queries | kB |\n|---|---|---|---|---|---|")
    load = os.getloadavg()[0]
    for asked in requests():
        wall, cpu, queries, size = measured(key, asked)
        middle, most = np.median(wall), np.quantile(wall, 0.95)
        print(
            f"| {asked.name} | {middle:,.1f} | {most:,.1f} | {np.median(cpu):,.1f} | {queries} | {size / 1000:,.1f} |",
            flush=True,
        )
    print(
        f"\nLoad of the machine, which has {os.cpu_count()} cores: {load:.1f} at the beginning, {os.getloadavg()[0]:.1f} at the end."
    )


def fill(videos: int) -> dict[str, int]:
    """Write the world, and return how many forecasts and outcomes the ledger has."""
    from django.core.management import call_command

    from benchmarks.scale import AS_OF
    from benchmarks.scale_steps import invented
    from downloader.gateways.importing import import_catalogue
    from downloader.models import Alert, Job, LedgerRow, VideoDownload
    from downloader.services.maturing import mature_labels
    from downloader.services.ml_prediction_service import MLPredictionService
    from downloader.services.promotion import promote_first

    call_command("migrate", verbosity=0)
    promote_first(published(), reason="nothing served before")
    import_catalogue(invented(videos))
    service = MLPredictionService()
    for days in range(340, 9, -30):  # each video once, in the month in which it was published
        end = AS_OF - timedelta(days=days)
        young = VideoDownload.objects.filter(published_at__gte=end - timedelta(days=30), published_at__lt=end)
        if keys := list(young.values_list("pk", flat=True)):
            service.predict_videos(keys, as_of=end)
    mature_labels(as_of=AS_OF)
    Job.objects.bulk_create([Job(kind="verify_ledger", state="succeeded", asked_by="api: reader") for _ in range(JOBS)])
    Alert.objects.bulk_create([Alert(kind="coverage", subject=f"a{n}", text="x" * 200) for n in range(100)])
    forecasts = LedgerRow.objects.filter(kind="forecast").count()
    return {"forecasts": forecasts, "outcomes": LedgerRow.objects.count() - forecasts}


def published() -> str:
    """Publish a release that was trained on an invented world, and return its version."""
    from benchmarks.scale import AS_OF
    from downloader.services.registry import publish
    from foreview.options import TrainingOptions
    from foreview.simulation.world import simulate
    from foreview.training.trainer import train

    end = AS_OF - timedelta(days=300)  # its cutoff is the first issue time
    world = simulate(channels=6, videos=TRAINED_ON, seed=3, end=end)
    options = TrainingOptions(issue_ages=(0.0, 1.0, 3.0, 7.0, 14.0))
    release = train(world.catalogue, end - timedelta(days=40), options, created_at=end)
    return publish(release).version


def _key() -> tuple[str, int]:
    """Make an account that is a member of every channel, and return its key and how many channels these are."""
    from django.contrib.auth import get_user_model
    from django.utils import timezone

    from downloader.models import VideoDownload
    from downloader.services.access import SCOPES, add_member, create_key, set_role

    user = get_user_model().objects.create_user("reader")
    set_role(user, "operator")
    channels = VideoDownload.objects.order_by().values_list("channel_id", flat=True).distinct()
    add_member(user, channels)
    return create_key(user, "measure", SCOPES, timezone.now() + timedelta(days=1))[1], len(channels)


def requests() -> Iterator[Asked]:
    """Every GET of the description, and what enters and forecasts videos, in several sizes."""
    from downloader.api.root import api
    from downloader.models import ImportRun, Job, LedgerRow, Release, VideoDownload

    forecast = LedgerRow.objects.filter(kind="forecast").latest("number")
    keys = list(VideoDownload.objects.values_list("pk", flat=True)[: max(BATCHES)])
    job = Job.objects.create(kind="forecast", arguments={"videos": keys}, state="succeeded", asked_by="api: reader")
    run = ImportRun.objects.create(who="api: reader", file="days.csv")
    names = {"video": forecast.video, "job": job.pk, "version": Release.objects.get().version, "number": run.pk}
    names["channel"] = VideoDownload.objects.values_list("channel_id", flat=True)[0]
    for path, item in api.get_openapi_schema()["paths"].items():
        if "get" in item and path.rpartition("/")[2] not in NOT_ASKED and "{experiment}" not in path:
            asked = path.format(**names) + ASKED_FOR.get(path, "")
            yield Asked(f"`GET {path}{ASKED_FOR.get(path, '')}`", "GET", asked)
    yield Asked("`GET /api/v1/videos?limit=500`", "GET", "/api/v1/videos?limit=500")
    yield Asked("`GET /api/v1/videos?search=…`", "GET", "/api/v1/videos?search=number+77")
    first = "`GET /api/v1/track-record`, when outcomes have come"
    yield Asked(first, "GET", "/api/v1/track-record", is_fresh=True)
    yield Asked("`GET /api/v1/openapi.json`", "GET", "/api/v1/openapi.json")
    one = {"title": "Ten tomatoes", "channel_id": "c0"}
    yield Asked("`POST /api/v1/videos`", "POST", "/api/v1/videos", one)
    for size in BATCHES:
        many = [{**one, "source_id": f"new{n}"} for n in range(size)]
        yield Asked(f"`PUT /api/v1/videos`, {size:,} that are there", "PUT", "/api/v1/videos", {"videos": many})
    for size in BATCHES[:2]:
        yield Asked(f"`POST /api/v1/predictions`, {size:,}", "POST", "/api/v1/predictions", {"videos": keys[:size]})


def measured(key: str, asked: Asked) -> tuple[list[float], list[float], int, int]:
    """Return wall and CPU times [ms], the queries of one request, and the bytes of its answer."""
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    from downloader.services.record import _figures

    client = Client(headers={"Authorization": f"Bearer {key}", "Accept-Encoding": "gzip"})

    def send() -> Any:
        if asked.is_fresh:
            _figures.cache_clear()
        return client.generic(asked.method, asked.path, *_content(asked.body))

    answer = send()
    wall, cpu = [], []
    for _ in range(3 if asked.is_fresh else TIMES):
        began, worked = time.perf_counter(), time.process_time()
        answer = send()
        wall.append(1000 * (time.perf_counter() - began))
        cpu.append(1000 * (time.process_time() - worked))
        if answer.status_code >= 300:
            raise SystemExit(f"{asked.name}: {answer.status_code} {answer.content.decode()[:300]}")
    with CaptureQueriesContext(connection) as seen:
        send()
    return wall, cpu, len(seen), len(answer.content)


def _content(body: Any) -> tuple[Any, ...]:
    return () if body is None else (json.dumps(body), "application/json")


if __name__ == "__main__":
    main()
