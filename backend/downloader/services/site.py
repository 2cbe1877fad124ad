"""How the site stands: whether it can serve, and what its releases say of themselves."""

from __future__ import annotations

from downloader import selectors
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


def weights_of(version: str) -> tuple[list[str], list[list[str]]]:
    """Return the weights of the members of a release of the store as a table, head and rows; no rows where nothing was fitted."""
    from foreview.releases.card import weights
    from foreview.releases.models import models_of

    return weights(models_of(release_of(version)))
