"""What every Django test stands on: releases in a folder of its own, and a small world."""

from __future__ import annotations

from pathlib import Path

import pytest

from downloader.models import Connection
from downloader.services import digest
from foreview.simulation.world import World, simulate
from tests.backend.connected import connected, on_site
from tests.backend.google import Google, tomatoes


@pytest.fixture(autouse=True)
def releases(settings, tmp_path: Path) -> Path:
    """A store of releases of this test alone."""
    folder = tmp_path / "releases"
    settings.FOREVIEW = {
        "RELEASES": folder,
        "TIMEZONE": "America/Los_Angeles",
        "DELAY_HOURS": 24.0,
        "MISSING_DAY_IS_ZERO": False,
    }
    return folder


@pytest.fixture(autouse=True)
def _passwords_cost_nothing(settings) -> None:
    """A password is hashed to be slow to guess; those of tests are known anyway, and there are hundreds."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(autouse=True)
def _nothing_kept_of_other_tests() -> None:
    """What is kept for some minutes is of another test's database."""
    digest.answered.cache_clear()


@pytest.fixture(scope="session")
def world() -> World:
    """Three channels, 180 videos, 150 days: enough to fit models."""
    return simulate(channels=3, videos=180, seed=7, days=150)


@pytest.fixture
def google(settings, monkeypatch) -> Google:
    """A channel of four videos at a Google of this test alone."""
    channel = tomatoes(4)
    on_site(settings, monkeypatch, channel)
    return channel


@pytest.fixture
def connection(google) -> Connection:
    """The connection to that channel."""
    return connected()
