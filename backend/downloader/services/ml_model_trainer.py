"""From the database to a release that serves."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from django.utils import timezone

from downloader.configuration import releases_folder
from downloader.gateways.catalogue import training_catalogue
from downloader.services.clock import issue_time
from downloader.services.confirming import Confirm, unasked
from foreview.errors import NotEnoughHistory
from foreview.options import Progress, TrainingOptions, silent
from foreview.releases.loading import read_manifest
from foreview.releases.manifest import Manifest
from foreview.releases.store import champion, publish_to, set_champion
from foreview.training.trainer import train
from foreview.vocabulary import KIND_OF_TARGET, TARGETS, ModelKind


class MLModelTrainer:
    """Training, under the name that existing code calls."""

    def train_all_models(
        self,
        *,
        as_of: datetime | None = None,
        options: TrainingOptions | None = None,
        progress: Progress = silent,
        confirm: Confirm = unasked,
    ) -> Manifest:
        """Train views, engagement and revenue on what was known at ``as_of`` (default: now), publish, and let it serve.

        Only usable videos with a publication time are used, and only labels mature at ``as_of``. ``confirm`` is called before the
        release is let serve; where it raises, the old champion serves on.

        Raises
        ------
        NotEnoughHistory
            Where no label is mature, or what was learned before would give way to nothing learned. The old champion serves on.

        """
        t, root = issue_time(as_of), releases_folder()
        progress("reading", 0, 1)
        catalogue = training_catalogue(t)
        release = train(catalogue, t, options, created_at=timezone.now(), progress=progress)
        _check_no_worse(release.manifest, root)
        publish_to(root, release)
        confirm()
        set_champion(root, release.manifest.model_version)
        return release.manifest


def _check_no_worse(new: Manifest, root: Path) -> None:
    """Raise NotEnoughHistory where the champion was fitted and the new release, for want of videos, was not."""
    serving = champion(root)
    if serving is None:
        return
    old = read_manifest(serving)
    if lost := sorted(_fitted(old) - _fitted(new)):
        raise NotEnoughHistory(
            "a champion with fitted models is replaced only by one that was fitted too",
            "; ".join(f"{kind}: {new.kinds[kind].reason}" for kind in lost),
            f"{old.model_version} serves on; train again when more videos are mature",
        )


def _fitted(manifest: Manifest) -> set[ModelKind]:
    """Return the kinds whose models were fitted: those that were scored out of time."""
    return {KIND_OF_TARGET[target] for target in TARGETS if target in manifest.scores}
