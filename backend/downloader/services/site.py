"""How the site stands: whether it can serve, what its releases say of themselves, and how right its forecasts were."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from typing import Any, Final

import polars as pl
from django.core.cache import cache

from downloader import selectors
from downloader.services.access import Account
from downloader.services.jobs.tickets import queue_problem
from downloader.services.serving import release_of, serving_release
from foreview.errors import ReleaseError

_KEPT_S: Final = 7 * 86_400


def serving_version() -> str:
    """Return the version of the release that serves now, read and checked.

    Raises
    ------
    ReleaseError
        If it is gone or damaged, or jobs reach no worker: the site is not ready then.

    """
    version = serving_release().manifest.model_version
    if problem := queue_problem():
        raise ReleaseError("a site that is ready can ask for jobs", problem, "See `manage.py check`")
    return version


def card_of(version: str) -> str:
    """Return the model card of a release of the store, as Markdown."""
    from foreview.releases.card import card

    return card(release_of(selectors.release_named(version).version))


def weights_of(version: str) -> tuple[list[str], list[list[str]]]:
    """Return the weights of the members of a release of the store as a table, head and rows; no rows where nothing was fitted."""
    from foreview.releases.card import weights
    from foreview.releases.models import models_of

    return weights(models_of(release_of(version)))


def record_of(account: Account, by: str) -> list[dict[str, Any]]:
    """Return the track record of the forecasts served for the channels the account sees, told apart ``by`` a dimension."""
    return [row for row in served_record(account.channels) if row["by"] == by]


def served_record(channels: Collection[str] | None) -> list[dict[str, Any]]:
    """Return the track record of what was served for these channels, None: for all, told apart by every dimension.

    It reads the whole ledger and draws intervals, and changes when outcomes are written or removed: until then it is kept in Django's cache.
    """
    wanted = None if channels is None else sorted(channels)
    state = repr((selectors.outcomes_state(), wanted))
    name = f"foreview-record:{hashlib.sha256(state.encode()).hexdigest()}"
    found: list[dict[str, Any]] | None = cache.get(name)
    if found is None:
        found = _counted(wanted)
        cache.set(name, found, _KEPT_S)
    return found


def _counted(channels: list[str] | None) -> list[dict[str, Any]]:
    from downloader.gateways.record import ledger_frame
    from foreview.monitoring.track_record import track_record

    frame = ledger_frame()
    if channels is not None:
        frame = frame.filter(pl.col("channel_id").is_in(channels))
    return track_record(frame).filter(role="served").to_dicts()
