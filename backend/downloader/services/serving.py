"""Which release serves, which ones forecast in its shadow, and which served then."""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache
from pathlib import Path

from downloader import selectors
from downloader.configuration import releases_folder
from foreview.releases.loading import read_release
from foreview.releases.manifest import Release
from foreview.releases.prior import prior_release
from foreview.releases.store import folder_of
from foreview.tables.catalogue import utc_ms


def serving_release() -> Release:
    """Return the champion, or, where nothing was promoted yet, the documented prior, which says so in every forecast.

    Raises
    ------
    ReleaseError
        If the champion may not be served. There is no falling back: a forecast of another model would look like this one's.

    """
    newest = selectors.newest_promotion()
    return prior_release() if newest is None else release_of(newest.release.version)


def serving_at(moment: datetime) -> str:
    """Return the version that served at ``moment``: for ever, as the promotion log is only added to.

    Raises
    ------
    UsageError
        Where ``moment`` does not say its time zone.

    """
    held = selectors.promotion_at(utc_ms(moment))
    return prior_release().manifest.model_version if held is None else held.release.version


def shadow_releases(serving: Release) -> list[Release]:
    """Return the releases whose forecasts are recorded beside those of ``serving``, and not shown."""
    return [release_of(version) for version in selectors.shadow_versions() if version != serving.manifest.model_version]


def release_of(version: str) -> Release:
    """Return the very release that a ``model_version`` names, read and checked once a process.

    Raises
    ------
    ReleaseError
        If it is not in the store, or damaged. Of the documented prior this version of Foreview knows its own.

    """
    if version == prior_release().manifest.model_version:
        return prior_release()
    return _read_once(folder_of(releases_folder(), version))


@lru_cache(maxsize=8)
def _read_once(folder: Path) -> Release:
    # The folder is named by the hash of its content and never changes, so it is read and checked once a process.
    return read_release(folder)
