"""Releases that cost nothing to make: the documented prior under versions of its own."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from downloader import models
from downloader.services.promotion import promote_against_the_gate
from downloader.services.registry import publish
from foreview.releases.manifest import Draft, Release, seal
from foreview.releases.prior import prior_release

CUTOFF = datetime(2026, 1, 1, tzinfo=UTC)


def cheap(seed: int, **changes: Any) -> Release:
    """A release that forecasts as the prior does; another seed, another version."""
    prior = prior_release()
    said = {name: getattr(prior.manifest, name) for name in Draft.__dataclass_fields__}
    draft = Draft(**{**said, "as_of": CUTOFF, "options": {"seed": seed, "embargo": "full"}, **changes})
    return seal(draft, prior.models)


def published(seed: int, **changes: Any) -> models.Release:
    return publish(cheap(seed, **changes), by="a test", reason="to be looked at")


def promoted(seed: int, **changes: Any) -> models.Release:
    """Published, and serving."""
    release = published(seed, **changes)
    promote_against_the_gate(release.version, reason="a test wants it", by="a test")
    return release
