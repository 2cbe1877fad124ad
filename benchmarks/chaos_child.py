"""A process that imports, trains, publishes, promotes, forecasts and matures labels until it is killed; ``benchmarks.chaos`` starts and kills it.

First it checks that what the killed ones left is sound and says ``ready`` with what it found; at a line on its standard input it begins,
and says of each operation when it begins and when it is done.
"""

from __future__ import annotations

import json
import os
import random
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import django
import polars as pl

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from django.db.models import Count  # noqa: E402  (Django is set up first)

from downloader.configuration import releases_folder  # noqa: E402
from downloader.gateways.importing import import_catalogue  # noqa: E402
from downloader.models import LedgerRow, MLPrediction, Promotion, Release, VideoAnalytics, VideoDownload  # noqa: E402
from downloader.services.ledger import verify_ledger  # noqa: E402
from downloader.services.maturing import mature_labels  # noqa: E402
from downloader.services.ml_model_trainer import MLModelTrainer  # noqa: E402
from downloader.services.ml_prediction_service import MLPredictionService  # noqa: E402
from downloader.services.promotion import promote_against_the_gate, rollback_release  # noqa: E402
from downloader.services.registry import publish, set_state  # noqa: E402
from downloader.services.serving import release_of, serving_release  # noqa: E402
from foreview.errors import UsageError  # noqa: E402
from foreview.options import TrainingOptions  # noqa: E402
from foreview.releases.loading import read_release  # noqa: E402
from foreview.releases.store import list_releases  # noqa: E402
from foreview.simulation.world import simulate  # noqa: E402
from foreview.tables.catalogue import Catalogue  # noqa: E402
from tests.backend.published import cheap  # noqa: E402

VIDEOS = 12
IMPORTED = 6
"""Videos of each world that is imported."""
FIRST = datetime(2026, 3, 1, 12, tzinfo=UTC)


def set_up() -> None:
    """Invent some videos, and a champion with one in its shadow."""
    for n in range(VIDEOS):
        video = VideoDownload.objects.create(title=f"video {n}", published_at=FIRST + timedelta(days=5 * n))
        days = (video.published_at + timedelta(days=day) for day in range(40) if video.published_at)
        VideoAnalytics.objects.bulk_create(VideoAnalytics(video=video, date=day.date(), views=9 + n) for day in days)
    for seed in range(3):
        version = publish(cheap(seed)).version
        if seed < 2:
            promote_against_the_gate(version, reason="to begin with")
    set_state(version, "shadow")


def check() -> dict[str, Any]:
    """Return what there is; AssertionError, or an error of the operation, where it is not sound."""
    end = verify_ledger()
    assert LedgerRow.objects.count() == end.number, "the head knows all rows"
    log = list(Promotion.objects.order_by("number").select_related("release", "previous"))
    assert [row.number for row in log] == list(range(1, len(log) + 1)), "the log has no gap"
    assert [row.previous for row in log[1:]] == [row.release for row in log[:-1]], (
        "each promotion follows the one before"
    )
    serving = serving_release()
    assert serving.manifest.model_version == log[-1].release.version, "what serves is what the log says"
    folders = list_releases(releases_folder())
    for folder in folders:
        read_release(folder)  # every hash
    known = set(Release.objects.values_list("version", flat=True))
    assert known <= {folder.name for folder in folders}, "each row has its folder"
    _check_forecasts()
    _check_imports()
    return {"rows": end.number, "promotions": len(log), "releases": len(known), "orphans": len(folders) - len(known)}


def _check_forecasts() -> None:
    """What is shown was written down, in the same transaction: none without the other."""
    for forecast in MLPrediction.objects.filter(issue_age_days__lt=30):  # of older ones nothing is still to come
        written = LedgerRow.objects.filter(video=str(forecast.video_id), as_of=forecast.as_of, role="served")
        record = json.loads(written.latest("number").record)
        assert record["release"] == forecast.model_version, "the ledger names the release that made what is shown"
        assert record["forecast"]["views_30d"]["point"] == forecast.predicted_views_30d, "and holds what is shown"
        release_of(forecast.model_version)


def _check_imports() -> None:
    """Of each world all videos are there, each with all of its days, or none is."""
    imported = VideoDownload.objects.exclude(source_id=None).annotate(days=Count("analytics"))
    found: dict[int, dict[str, int]] = {}
    for source, days in imported.values_list("source_id", "days"):
        found.setdefault(int(str(source).split("-")[0].removeprefix("world")), {})[str(source)] = days
    for seed, videos in found.items():
        world = _world(seed)
        expected = dict.fromkeys(world.videos["video_id"].to_list(), 0)
        expected |= dict(world.daily.group_by("video_id").len().iter_rows())
        assert videos == expected, "a world is imported whole or not at all"


def _world(seed: int) -> Catalogue:
    """Return a small world whose videos are named by its seed."""
    found = simulate(channels=1, videos=IMPORTED, seed=seed, days=60, end=FIRST + timedelta(days=50)).catalogue
    named = pl.format(f"world{seed}-{{}}", "video_id").alias("video_id")
    tables = {name: getattr(found, name).with_columns(named) for name in ("videos", "daily", "snapshots", "earnings")}
    return replace(found, **tables)


def operations(seed: int) -> list[tuple[str, Callable[[], object]]]:
    """Return what is done, of each process its own."""
    draws, seeds = random.Random(seed), count(1000 * seed + 1000)

    def promote() -> None:
        version = draws.choice(list(Release.objects.values_list("version", flat=True)))
        try:
            if draws.random() < 0.3:
                rollback_release(reason="a draw")
            else:
                promote_against_the_gate(version, reason="a draw")
        except UsageError:
            return  # it serves already, or the other process was quicker

    def forecast() -> None:
        as_of = FIRST + timedelta(days=60, seconds=draws.randrange(86_400))
        MLPredictionService().predict_videos(as_of=as_of)

    def mature() -> None:
        mature_labels(as_of=FIRST + timedelta(days=draws.randrange(60, 90)))

    def train() -> None:
        options = TrainingOptions(threads=1, seed=next(seeds))
        MLModelTrainer().train_all_models(as_of=FIRST + timedelta(days=60), options=options)

    return [
        ("import", lambda: import_catalogue(_world(next(seeds)))),
        ("train", train),
        ("publish", lambda: publish(cheap(next(seeds)))),
        ("promote", promote),
        ("forecast", forecast),
        ("mature", mature),
    ]


def main() -> None:
    """Check, wait for the word, and go on until killed."""
    seed = int(sys.argv[1])
    if not Release.objects.exists():
        set_up()
    sys.stdout.write(f"ready {json.dumps(check())}\n")
    sys.stdout.flush()
    if not sys.stdin.readline():
        return
    turns, doing = random.Random(seed), operations(seed)
    while True:
        name, operation = turns.choice(doing)
        os.write(1, f"begins {name}\n".encode())
        operation()
        os.write(1, f"done {name}\n".encode())


if __name__ == "__main__":
    main()
