"""The demo world: invented channels in an otherwise empty database."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Final

import polars as pl
from django.conf import settings
from django.contrib.auth import get_user_model

from downloader import selectors
from downloader.gateways.importing import import_catalogue
from foreview.errors import UsageError
from foreview.options import Progress
from foreview.simulation.world import simulate
from foreview.tables.catalogue import Catalogue

PREFIX: Final = "demo-"
CHANNELS: Final = 8
VIDEOS: Final = 480
SEED: Final = 20_260_601


def has_world() -> bool:
    """Return whether the demo world is there.

    Raises
    ------
    UsageError
        If the database holds other videos: nothing invented is mixed with what is real.

    """
    demo, others = selectors.count_by_source(PREFIX)
    if others:
        raise UsageError(
            "a demo world is invented in a database without other videos",
            f"found {others}",
            "Set FOREVIEW_DATA to another folder, or DATABASE_URL to another database",
        )
    return demo > 0


def invent_world(now: datetime, progress: Progress) -> None:
    """Write a world that ends at the full hour before ``now``: all of it or nothing."""
    world = simulate(
        channels=CHANNELS, videos=VIDEOS, seed=SEED, end=now.replace(minute=0, second=0, microsecond=0)
    ).catalogue
    import_catalogue(_marked(world), progress)


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


def is_forecast() -> bool:
    """Return whether every usable video has a forecast of the release that serves."""
    serving = selectors.newest_promotion()
    return serving is not None and not selectors.count_without_forecast_of(serving.release.version)


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
