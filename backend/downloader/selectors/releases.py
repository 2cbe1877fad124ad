"""Questions about releases, what served when, experiments and regimes."""

from __future__ import annotations

from datetime import datetime

from django.core.exceptions import ObjectDoesNotExist

from downloader.models import Experiment, MetricRegime, Promotion, Release
from foreview.errors import UsageError


class ReleaseUnknown(UsageError, ObjectDoesNotExist):  # noqa: N818  (Django's own says DoesNotExist)
    """There is no such release."""

    def __init__(self, version: str) -> None:
        super().__init__(
            "a release is one that was published here",
            f"there is no {version!r}",
            "List them in the admin; `adopt_releases` registers folders that have no row",
        )


class ExperimentUnknown(UsageError, ObjectDoesNotExist):  # noqa: N818  (Django's own says DoesNotExist)
    """There is no such experiment."""


def newest_promotion() -> Promotion | None:
    """Return the row of the promotion log that says which release serves, with it; None where none ever did."""
    return Promotion.objects.select_related("release").first()


def promotion_at(moment: datetime) -> Promotion | None:
    """Return the row of the promotion log that held at ``moment``."""
    return Promotion.objects.select_related("release").filter(at__lte=moment).first()


def promotion_log() -> list[Promotion]:
    """Return the promotion log, oldest row first, with its releases."""
    return list(Promotion.objects.select_related("release", "previous").order_by("number"))


def shadow_versions() -> list[str]:
    """Return the versions of the releases whose forecasts are recorded and not shown, by version."""
    shadows = Release.objects.filter(state__in=(Release.State.SHADOW, Release.State.CHALLENGER))
    return list(shadows.order_by("version").values_list("version", flat=True))


def release_named(version: str) -> Release:
    """Return the row of a release.

    Raises
    ------
    ReleaseUnknown
        If there is none.

    """
    found = Release.objects.filter(version=version).first()
    if found is None:
        raise ReleaseUnknown(version)
    return found


def metric_regimes() -> list[MetricRegime]:
    """Return the redefinitions that were entered, the earliest first."""
    return list(MetricRegime.objects.order_by("at", "pk"))


def running_experiment() -> Experiment | None:
    """Return the experiment that runs, with its releases; None where none does."""
    running = Experiment.objects.select_related("champion", "challenger").filter(state=Experiment.State.RUNNING)
    return running.first()


def experiment_named(name: str) -> Experiment:
    """Return an experiment with its releases.

    Raises
    ------
    ExperimentUnknown
        If there is none of that name.

    """
    found = Experiment.objects.select_related("champion", "challenger").filter(name=name).first()
    if found is None:
        raise ExperimentUnknown("an experiment is named as it was when it began", f"found none that is called {name!r}")
    return found


def experiment_seen(number: int) -> Experiment:
    """Return an experiment with its releases.

    Raises
    ------
    ExperimentUnknown
        If there is none.

    """
    found = Experiment.objects.select_related("champion", "challenger").filter(pk=number).first()
    if found is None:
        raise ExperimentUnknown("an experiment is one that was begun", f"there is none with the number {number}")
    return found


def newest_release() -> Release | None:
    """Return the release with the latest training cutoff, whether it serves or not."""
    return Release.objects.order_by("-as_of", "-pk").first()
