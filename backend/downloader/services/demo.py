"""The demo world: invented channels in an otherwise empty database."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

import polars as pl
from django.conf import settings
from django.contrib.auth import get_user_model

from downloader import selectors
from downloader.gateways.importing import import_catalogue
from downloader.services.maturing import mature_labels
from downloader.services.ml_prediction_service import MLPredictionService
from foreview.errors import UsageError
from foreview.options import Progress
from foreview.simulation.world import simulate
from foreview.tables.catalogue import Catalogue

PREFIX: Final = "demo-"
SEED: Final = 20_260_601
REPLAYED: Final = timedelta(days=45)
"""How long ago the demo's release was trained: its forecasts since then have outcomes."""
EVERY: Final = timedelta(days=3)
"""Time between the forecasts that are replayed."""


@dataclass(frozen=True, slots=True)
class Size:
    """How large a world is."""

    channels: int = 8
    videos: int = 480
    days: int = 365


def has_world() -> bool:
    """Return whether the demo world is there.

    Raises
    ------
    UsageError
        If the database holds other videos and no demo world: nothing is invented beside what is real. (What is imported into a demo is its
        owner's wish.)

    """
    demo, others = selectors.count_by_source(PREFIX)
    if others and not demo:
        raise UsageError(
            "a demo world is invented in a database without other videos",
            f"found {others}",
            "Set FOREVIEW_DATA to another folder, or DATABASE_URL to another database",
        )
    return demo > 0


def invent_world(now: datetime, size: Size, progress: Progress) -> None:
    """Write a world that ends at the full hour before ``now``: all of it or nothing."""
    end = now.replace(minute=0, second=0, microsecond=0)
    world = simulate(channels=size.channels, videos=size.videos, days=size.days, seed=SEED, end=end).catalogue
    import_catalogue(_marked(world), progress)


def train(now: datetime, progress: Progress) -> None:
    """Train on what was known when the replay begins, and let that release serve."""
    MLPredictionService().retrain_models(as_of=now - REPLAYED, progress=progress)


def replay(now: datetime, progress: Progress) -> None:
    """Forecast the videos of the last weeks as they came, and join what happened: a ledger with a past.

    Each forecast rests on what was known at its own time, as everywhere. Run again, it goes on after the last forecast.
    """
    moments = [now - REPLAYED + EVERY * number for number in range(REPLAYED // EVERY)]
    begun = selectors.last_issue_time()
    for done, moment in enumerate(moments):
        progress("days", done * EVERY.days, REPLAYED.days)
        open_videos = selectors.published_keys(None, moment - timedelta(days=30), moment)
        if open_videos and (begun is None or moment > begun):
            MLPredictionService().predict_videos(open_videos, as_of=moment)
    mature_labels(as_of=now)
    progress("days", REPLAYED.days, REPLAYED.days)


def _marked(catalogue: Catalogue) -> Catalogue:
    marked = pl.lit(PREFIX) + pl.col("video_id")
    return replace(
        catalogue,
        videos=catalogue.videos.with_columns(video_id=marked),
        daily=catalogue.daily.with_columns(video_id=marked),
        snapshots=catalogue.snapshots.with_columns(video_id=marked),
        earnings=catalogue.earnings.with_columns(video_id=marked),
    )


def is_trained() -> bool:
    """Return whether a release serves."""
    return selectors.newest_promotion() is not None


def is_replayed() -> bool:
    """Return whether the ledger has outcomes."""
    return bool(selectors.outcome_records("views_7d"))


def is_forecast() -> bool:
    """Return whether every usable video has a forecast of the release that serves."""
    serving = selectors.newest_promotion()
    return serving is not None and not selectors.count_without_forecast_of(serving.release.version)


def is_judged() -> bool:
    """Return whether it was said how unusual the videos are."""
    return selectors.last_judged() is not None


def can_have_demo_user() -> bool:
    """Return whether a user with a known password harms nobody: in DEBUG, and served to this machine alone."""
    return settings.DEBUG and not settings.ALLOWED_HOSTS


def ensure_demo_user() -> bool:
    """Make the user demo with the password demo where that is harmless, and return whether there is one."""
    if not can_have_demo_user():
        return False
    user = get_user_model()
    if not user.objects.filter(username="demo").exists():
        user.objects.create_superuser("demo", "demo@localhost", "demo")
    return True
