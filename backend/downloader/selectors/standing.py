"""Questions of the pages about releases, experiments and the jobs that make them."""

from __future__ import annotations

from collections.abc import Collection

from downloader.models import Job, Promotion, Release
from downloader.models.job import ACTIVE


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
