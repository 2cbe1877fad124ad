"""What the site would otherwise keep for ever without being asked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from django.core.management import call_command
from django.utils import timezone

from downloader.configuration import releases_folder
from downloader.models import Job, JobState
from downloader.services.backtesting import reports_folder
from downloader.services.examining import examinations_folder
from downloader.services.tuning import studies_folder
from foreview.drafts import clear_drafts

KEPT_DAYS: Final = {JobState.SUCCEEDED: 90, JobState.CANCELLED: 90, JobState.FAILED: 365}
"""How long a job is kept after it ended; one that failed is what somebody may ask about."""
DRAFT_HOURS: Final = 24
"""How long a draft must not have changed until its writer counts as killed: no writing takes that long."""
_TICKET_DAYS: Final = 14


@dataclass(frozen=True, slots=True)
class Tidied:
    """What was removed."""

    jobs: int
    drafts: list[str]


def tidy() -> Tidied:
    """Remove jobs that ended long ago, tickets that were spent, and drafts whose writer was killed.

    Due times of the schedule stay: they say what was seen, and are five rows a night.
    """
    now = timezone.now()
    jobs = 0
    for state, days in KEPT_DAYS.items():
        jobs += (
            Job.objects.filter(state=state, finished_at__lt=now - timedelta(days=days))
            .delete()[1]
            .get("downloader.Job", 0)
        )
    call_command("prune_db_task_results", min_age_days=_TICKET_DAYS, verbosity=0)
    before = (now - timedelta(hours=DRAFT_HOURS)).timestamp()
    folders = (releases_folder(), reports_folder(), examinations_folder(), *studies_folder().glob("[!.]*/"))
    return Tidied(jobs, [name for folder in folders for name in clear_drafts(folder, before)])
