"""Releases in the database: published, found again, and what they are while they do not serve."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Final

from django.utils import timezone

from downloader import models, selectors
from downloader.configuration import releases_folder
from downloader.gateways.registry import register
from foreview.errors import ReleaseError, UsageError
from foreview.releases.loading import read_release
from foreview.releases.manifest import Release
from foreview.releases.store import list_releases, publish_to

logger = logging.getLogger(__name__)
ORPHAN: Final = "found as a folder without a row"


@dataclass(frozen=True, slots=True)
class Adopted:
    """Versions that got a row, and for each folder that did not, why."""

    adopted: tuple[str, ...]
    refused: dict[str, str]


def publish(release: Release, *, by: str = "", reason: str = "") -> models.Release:
    """Publish a release, first its folder and then its row, and return the row: a candidate, unless it was there before.

    Killed in between, a folder without a row is left, which serves nobody; the next publication registers it.
    """
    publish_to(releases_folder(), release)
    serving = selectors.newest_promotion()
    parent = "" if serving is None else serving.release.version
    register([release.manifest], parent=parent, by=by, reason=reason, now=timezone.now())
    adopt_releases()
    return selectors.release_named(release.manifest.model_version)


def adopt_releases(*, by: str = "", reason: str = ORPHAN) -> Adopted:
    """Register each release folder that has no row, as a candidate; a damaged one is left and said."""
    known = set(models.Release.objects.values_list("version", flat=True))
    found, refused = [], {}
    for folder in list_releases(releases_folder()):
        if folder.name in known:
            continue
        try:
            found.append(read_release(folder).manifest)
        except ReleaseError as error:
            refused[folder.name] = str(error)
            logger.warning("release %s is not registered: %s", folder.name, error)
    if found:
        register(found, parent="", by=by, reason=reason, now=timezone.now())
    return Adopted(tuple(manifest.model_version for manifest in found), refused)


def set_state(version: str, state: str) -> models.Release:
    """Let a release that does not serve be a candidate, in the shadow, a challenger or retired.

    Raises
    ------
    UsageError
        If there is no such release or state, the release serves, or it is the challenger of an experiment that runs.

    """
    release = selectors.release_named(version)
    if state not in models.Release.State.values:
        raise UsageError(
            "a release is one of candidate, shadow, challenger and retired while it does not serve",
            f"found {state!r}",
            "`promote_release` lets it serve",
        )
    serving = selectors.newest_promotion()
    if serving is not None and serving.release == release:
        raise UsageError("the champion has no other state", f"{version} serves", "Promote another one first")
    experiment = selectors.running_experiment()
    if experiment is not None and experiment.challenger == release and state != models.Release.State.CHALLENGER:
        raise UsageError(
            "the challenger of an experiment that runs has no other state",
            f"{version} is the one of {experiment.name}",
            "`stop_experiment` ends it",
        )
    release.state = state
    release.save(update_fields=["state"])
    return release
