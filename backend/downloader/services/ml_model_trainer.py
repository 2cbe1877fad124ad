"""From the database to a release."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone

from downloader import selectors
from downloader.configuration import releases_folder
from downloader.gateways.catalogue import training_catalogue
from downloader.services.clock import past_time
from downloader.services.confirming import Confirm, unasked
from downloader.services.promotion import promote_first, promote_when_better
from downloader.services.registry import publish
from foreview.errors import NotEnoughHistory
from foreview.options import Progress, TrainingOptions, silent
from foreview.releases.loading import read_manifest
from foreview.releases.manifest import Manifest
from foreview.releases.store import folder_of
from foreview.training.trainer import train
from foreview.vocabulary import KIND_OF_TARGET, TARGETS, ModelKind


class MLModelTrainer:
    """Training, under the name that existing code calls."""

    def train_all_models(
        self,
        *,
        as_of: datetime | None = None,
        options: TrainingOptions | None = None,
        by: str = "",
        progress: Progress = silent,
        confirm: Confirm = unasked,
    ) -> Manifest:
        """Train views, engagement and revenue on what was known at ``as_of`` (default: now), publish, and return the manifest.

        The release serves at once where nothing served before. Otherwise it is a candidate, and the champion serves on until
        somebody promotes another one (``promote_release``), or, where ``FOREVIEW["PROMOTE_WHEN_BETTER"]`` allows it, the candidate has shown on
        videos published since that it is better. Only usable videos with a publication time are used, and only labels mature at ``as_of``.
        ``confirm`` is called before the release is published; where it raises, nothing has changed.

        Raises
        ------
        NotEnoughHistory
            Where no label is mature, or the champion was fitted and too few videos are left to fit anything. It serves on, nothing is published.
        UsageError
            If ``as_of`` is to come.

        """
        t = past_time(as_of)
        progress("reading", 0, 1)
        catalogue = training_catalogue(t)
        release = train(catalogue, t, options, created_at=timezone.now(), progress=progress)
        _check_no_worse(release.manifest)
        confirm()
        version = publish(release, by=by, reason="trained").version
        if promote_first(version, reason="nothing served before", by=by) is None:
            promote_when_better(as_of=t)
        return release.manifest


def _check_no_worse(new: Manifest) -> None:
    """Raise NotEnoughHistory where the champion was fitted and the new release, for want of videos, was not."""
    serving = selectors.newest_promotion()
    if serving is None:
        return
    old = read_manifest(folder_of(releases_folder(), serving.release.version))
    if lost := sorted(_fitted(old) - _fitted(new)):
        raise NotEnoughHistory(
            "where the champion has fitted models a release is published only if it has them too",
            "; ".join(f"{kind}: {new.kinds[kind].reason}" for kind in lost),
            f"{old.model_version} serves on; train again when more videos are mature",
        )


def _fitted(manifest: Manifest) -> set[ModelKind]:
    """Return the kinds whose models were fitted: those that were scored out of time."""
    return {KIND_OF_TARGET[target] for target in TARGETS if target in manifest.scores}
