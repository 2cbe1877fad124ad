"""The world and the release that questions are asked of."""

from __future__ import annotations

import pytest

from foreview.releases.manifest import Release
from foreview.simulation.world import World, simulate
from tests.core.forecasting.asked import CUTOFF, linear_release


@pytest.fixture(scope="session")
def asked_world() -> World:
    """Six channels that walk, 2,000 videos."""
    return simulate(channels=6, videos=2000, seed=7)


@pytest.fixture(scope="session")
def asked_release(asked_world: World) -> Release:
    """Trained two months before the world's end."""
    return linear_release(asked_world.catalogue, CUTOFF)
