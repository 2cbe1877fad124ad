"""Questions of the pages about releases, experiments and the jobs that make them."""

from __future__ import annotations

from collections.abc import Collection

from django.core.exceptions import ObjectDoesNotExist

from downloader.models import Experiment, Job, Promotion, Release
from downloader.models.job import ACTIVE
from foreview.errors import UsageError


class ExperimentUnknown(UsageError, ObjectDoesNotExist):  # noqa: N818  (Django's own says DoesNotExist)
    """There is no such experiment."""


def newest_promotions(limit: int) -> list[Promotion]:
    """Return the last ``limit`` rows of the promotion log, newest first, with their releases."""
    return list(Promotion.objects.select_related("release", "previous")[:limit])


def challengers() -> list[Release]:
    """Return the releases that may be compared with the one that serves, the latest cutoff first."""
    return list(Release.objects.filter(state__in=(Release.State.CANDIDATE, Release.State.SHADOW)))


def jobs_of_kinds(asked_by: str | None, kinds: Collection[str], limit: int) -> list[Job]:
    """Return the jobs of these kinds that are to be done or were done last, active ones first; ``asked_by`` as in ``job_page``."""
    rows = Job.objects.defer("log").filter(kind__in=kinds)
    rows = rows if asked_by is None else rows.filter(asked_by=asked_by)
    found = list(rows.order_by("-pk")[:limit])
    return sorted(found, key=lambda job: job.state not in ACTIVE)


def experiment_page(before: int | None, limit: int) -> list[Experiment]:
    """Return ``limit`` experiments with their releases, and one more where there are more, the one that began last first."""
    rows = Experiment.objects.select_related("champion", "challenger").order_by("-pk")
    return list((rows if before is None else rows.filter(pk__lt=before))[: limit + 1])


def experiment_numbered(key: int) -> Experiment:
    """Return an experiment with its releases.

    Raises
    ------
    ExperimentUnknown
        If there is none.

    """
    found = Experiment.objects.select_related("champion", "challenger").filter(pk=key).first()
    if found is None:
        raise ExperimentUnknown("an experiment is one that was begun here", f"there is none with the number {key}")
    return found
