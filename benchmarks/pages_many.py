"""What the list of videos and the first page take with 100,000 videos on SQLite: ``python -m benchmarks.pages_many`` prints Markdown.

Asked through Django's test client in one process, as in :mod:`benchmarks.api`. ``--videos 2000`` tries it on fewer; ``--data FOLDER`` keeps the site
there, and takes one that is there.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np

TIMES: Final = 3
DAYS: Final = 365
HEAD: Final = """\
{videos:,} invented videos of {channels} channels, {days:,} daily rows, each video with a forecast and a standing; SQLite; an account that sees every channel. Each
page was asked for {times} times through Django's test client, in one process, after a first time; CPU is of the process, and says what a page costs where the machine
has other things to do. What is read once, as nothing is kept for it, is marked.
"""


def main() -> None:
    """Print the section."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--videos", type=int, default=100_000)
    parser.add_argument("--data", type=Path)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="foreview-many-") as folder:
        data = asked.data or Path(folder)
        database = data / "many.sqlite3"
        is_there = database.exists()
        os.environ |= {"FOREVIEW_DATA": str(data), "DATABASE_URL": f"sqlite:///{database}"}
        os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
        sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "backend"))
        import django

        django.setup()
        from django.conf import settings

        settings.DEBUG, settings.ALLOWED_HOSTS = False, ["testserver"]
        if not is_there:
            fill(asked.videos)
        _measure()


def fill(videos: int) -> None:
    """Write a world that ends now, with a forecast and a standing of every video."""
    from django.core.management import call_command
    from django.utils import timezone

    from benchmarks.api import published
    from downloader.gateways.importing import import_catalogue
    from downloader.services.judging import judge_videos
    from downloader.services.ml_prediction_service import MLPredictionService
    from downloader.services.promotion import promote_first
    from foreview.simulation.world import simulate

    call_command("migrate", verbosity=0)
    promote_first(published(), reason="nothing served before")
    end = timezone.now().replace(minute=0, second=0, microsecond=0)
    channels = max(videos // 500, 4)
    import_catalogue(simulate(channels=channels, videos=videos, days=DAYS, seed=1, end=end).catalogue)
    MLPredictionService().predict_videos()
    judge_videos()


def _measure() -> None:
    from django.contrib.auth import get_user_model
    from django.test import Client

    from downloader.models import VideoAnalytics, VideoDownload

    user, _ = get_user_model().objects.get_or_create(username="reader", is_superuser=True, is_staff=True)
    client = Client(headers={"Accept-Encoding": "gzip"})
    client.force_login(user)
    channels = VideoDownload.objects.order_by().values_list("channel_id", flat=True).distinct().count()
    said = {"videos": VideoDownload.objects.count(), "channels": channels, "days": VideoAnalytics.objects.count()}
    print(HEAD.format(times=TIMES, **said))
    print("| page | median ms | longest ms | CPU ms | queries |\n|---|---|---|---|---|")
    load = os.getloadavg()[0]
    for name, path, asked in _pages(said["videos"]):
        wall, cpu, queries = _asked(client, path, asked, 1 if name.endswith("once") else TIMES)
        print(
            f"| {name} | {np.median(wall):,.0f} | {max(wall):,.0f} | {np.median(cpu):,.0f} | {queries} |",
            flush=True,
        )
    print(f"\nLoad of the machine, which has {os.cpu_count()} cores: {load:.1f} at the beginning.")


def _pages(videos: int) -> Iterator[tuple[str, str, Mapping[str, str]]]:
    """Yield name, address and question of what is measured."""
    from downloader.models import VideoDownload
    from downloader.selectors import ORDERS, Listing
    from downloader.selectors.listing import _cursor, _listed

    channel = VideoDownload.objects.values_list("channel_id", flat=True)[0]
    for order in ORDERS:
        yield f"list: {order}", "/videos/", {"order": order}
    for order in ORDERS:
        deep = _cursor(_listed(None, Listing(order=order))[videos // 2])
        yield f"list: {order}, the page in the middle", "/videos/", {"order": order, "after": deep}
    for name, value in {
        "channel": channel,
        "format": "short",
        "state": "open",
        "range": "outside",
        "q": "a",
    }.items():
        for order in ("newest", "outlier"):
            yield f"list: {order}, {name} = {value}", "/videos/", {name: value, "order": order}
    yield "list: newest, a title that no video has", "/videos/", {"q": "tomatoes in the moon"}
    yield "list: as CSV, whole, once", "/videos.csv", {}
    yield "Today: first paint", "/", {}
    for part in ("unusual", "early", "month"):
        yield f"Today: {part}, once", f"/today/{part}/", {}
    yield f"Today: {part}, again", f"/today/{part}/", {}


def _asked(client: Any, path: str, query: Mapping[str, str], times: int) -> tuple[list[float], list[float], int]:
    """Return wall and CPU times [ms] and the queries of one request."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    wall, cpu, queries = [], [], 0
    for _ in range(times if times == 1 else times + 1):
        began, worked = time.perf_counter(), time.process_time()
        with CaptureQueriesContext(connection) as seen:
            answer = client.get(path, query)
            if answer.streaming:
                for _block in answer.streaming_content:
                    pass
        wall.append(1000 * (time.perf_counter() - began))
        cpu.append(1000 * (time.process_time() - worked))
        queries = len(seen)
        if answer.status_code != 200:
            raise SystemExit(f"{path} {query}: {answer.status_code}")
    return (wall, cpu, queries) if times == 1 else (wall[1:], cpu[1:], queries)


if __name__ == "__main__":
    main()
