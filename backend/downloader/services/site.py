"""How the site stands: whether it can serve, what its releases say of themselves, and how right its forecasts were."""

from __future__ import annotations

from typing import Any

from downloader import selectors
from downloader.services.access import Account
from downloader.services.jobs.tickets import queue_problem
from downloader.services.serving import release_of, serving_release
from foreview.errors import ReleaseError


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


def record_of(account: Account, by: str) -> list[dict[str, Any]]:
    """Return the track record of the forecasts served for the channels the account sees, told apart ``by`` a dimension."""
    from downloader.services.record import served_forecasts
    from foreview.monitoring.track_record import track_record

    return track_record(served_forecasts(account)).filter(by=by).to_dicts()
