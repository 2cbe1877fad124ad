"""Which release serves."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from downloader.configuration import releases_folder
from foreview.releases.loading import read_release
from foreview.releases.manifest import Release
from foreview.releases.prior import prior_release
from foreview.releases.store import champion


def serving_release() -> Release:
    """Return the champion, or, where nothing was trained yet, the documented prior, which says so in every forecast.

    Raises
    ------
    ReleaseError
        If the champion may not be served. There is no falling back: a forecast of another model would look like this one's.

    """
    folder = champion(releases_folder())
    return prior_release() if folder is None else _read_once(folder)


@lru_cache(maxsize=2)
def _read_once(folder: Path) -> Release:
    # The folder is named by the hash of its content and never changes, so it is read and checked once a process.
    return read_release(folder)
