"""Questions about shared links, and about what the track record says of videos and of the ledger."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ObjectDoesNotExist

from downloader.models import Job, SharedLink
from downloader.models.job import JobState
from foreview.errors import UsageError


class LinkUnknown(UsageError, ObjectDoesNotExist):  # noqa: N818  (Django's own says DoesNotExist)
    """There is no such link, or it is not to be seen."""


def links_of(owner: Any | None) -> list[SharedLink]:
    """Return the links that a user made, or all of them for None, each with its owner, the youngest first."""
    rows = SharedLink.objects.select_related("owner")
    return list(rows if owner is None else rows.filter(owner=owner))


def link_seen(owner: Any | None, number: int) -> SharedLink:
    """Return one link of a user, or of anybody for None.

    Raises
    ------
    LinkUnknown
        If there is none, or somebody else made it: the two are not told apart.

    """
    rows = SharedLink.objects.filter(pk=number)
    found = (rows if owner is None else rows.filter(owner=owner)).first()
    if found is None:
        raise LinkUnknown("a link is one that this account made", f"there is none with the number {number}")
    return found


def link_of_digest(digest: str) -> SharedLink | None:
    """Return the link whose token has this SHA-256, with its owner, open or not; None where there is none."""
    return SharedLink.objects.select_related("owner").filter(digest=digest).first()


def last_ended(kind: str) -> Job | None:
    """Return the job of a kind that ended last, well or not; None where none did."""
    ended = Job.objects.filter(kind=kind, state__in=(JobState.SUCCEEDED, JobState.FAILED), finished_at__isnull=False)
    return ended.defer("log").order_by("-finished_at").first()
