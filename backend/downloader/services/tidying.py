"""What the site would otherwise keep for ever without being asked."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.core.management import call_command
from django.utils import timezone

from downloader.configuration import releases_folder
from downloader.models import ImportRun, Job, JobState
from downloader.services.answers import forget_answers
from downloader.services.backtesting import reports_folder
from downloader.services.examining import examinations_folder
from downloader.services.importing import imports_folder
from downloader.services.tuning import studies_folder
from foreview.drafts import clear_drafts

KEPT_DAYS: Final = {JobState.SUCCEEDED: 90, JobState.CANCELLED: 90, JobState.FAILED: 365}
"""How long a job is kept after it ended; one that failed is what somebody may ask about."""
DRAFT_HOURS: Final = 24
"""How long a draft must not have changed until its writer counts as killed: no writing takes that long."""
PREVIEW_KEPT: Final = timedelta(days=7)
"""How long a preview waits to be applied."""
UNDO_KEPT: Final = timedelta(days=90)
"""How long an import can be undone."""
_TICKET_DAYS: Final = 14


@dataclass(frozen=True, slots=True)
class Tidied:
    """What was removed."""

    jobs: int
    drafts: list[str]
    imports: int
    """Imports whose rows were removed."""
    answers: int
    """Answers that are no longer given again."""


def tidy() -> Tidied:
    """Remove jobs that ended long ago, spent tickets, drafts whose writer was killed, rows of old imports, and answers that were kept.

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
    folders = (
        releases_folder(),
        reports_folder(),
        examinations_folder(),
        *studies_folder().glob("[!.]*/"),
        imports_folder(),
        *imports_folder().glob("[!.]*/"),
    )
    drafts = [name for folder in folders for name in clear_drafts(folder, before)]
    return Tidied(jobs, drafts, _tidy_imports(now), forget_answers())


def _tidy_imports(now: datetime) -> int:
    """Forget previews that nobody applied, remove the rows of imports that are not undone any more, and folders of killed previews."""
    ImportRun.objects.filter(state=ImportRun.State.PREVIEWED, created_at__lt=now - PREVIEW_KEPT).delete()
    ImportRun.objects.filter(state=ImportRun.State.UNDONE, undone_at__lt=now - PREVIEW_KEPT).update(folder="")
    ImportRun.objects.filter(state=ImportRun.State.APPLIED, applied_at__lt=now - UNDO_KEPT).update(folder="")
    known = set(ImportRun.objects.exclude(folder="").values_list("folder", flat=True))
    before = (now - timedelta(hours=DRAFT_HOURS)).timestamp()
    left = [
        path for path in imports_folder().glob("[!.]*/") if path.name not in known and path.stat().st_mtime < before
    ]
    for path in left:
        shutil.rmtree(path, ignore_errors=True)
    return len(left)
