"""What recurs: cron lines, each due time of which is queued exactly once, whichever worker looks first."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any, Final

from cronsim import CronSim
from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef

from downloader.configuration import schedule_timezone
from downloader.models import DueTime, Job
from downloader.services.jobs.queueing import enqueue

logger = logging.getLogger(__name__)
AHEAD: Final = timedelta(days=2)
"""How far ahead of now a due time may have been seen, by a worker whose clock goes before this one's; a later one is the mistake of a clock."""


@dataclass(frozen=True, slots=True)
class Line:
    """A job that recurs."""

    name: str
    cron: str
    """Minute, hour, day, month and weekday, in the time zone of ``FOREVIEW``."""
    kind: str
    arguments: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))


SCHEDULE: Final = (
    # In the night, in the order of a model's life; not between 1 and 3, hours that some nights have twice or not at all.
    Line("nightly sync", "0 3 * * *", "sync"),
    Line("weekly training", "10 3 * * 0", "train"),
    Line("nightly labels", "10 4 * * *", "mature_labels"),
    Line("nightly forecasts", "10 5 * * *", "forecast"),
    Line("nightly standings", "25 5 * * *", "judge"),
    Line("nightly watch", "40 5 * * *", "watch"),
    Line("weekly check of the ledger", "10 6 * * 0", "verify_ledger"),
    Line("weekly tidying", "40 6 * * 0", "tidy"),
)


def latest_due(line: Line, now: datetime) -> datetime:
    """Return the last due time that is not after ``now``.

    Examples
    --------
    >>> from datetime import UTC
    >>> noon = datetime(2026, 5, 4, 12, tzinfo=UTC)
    >>> latest_due(Line("", "30 12 * * *", ""), noon).isoformat(), next_due(Line("", "30 12 * * *", ""), noon).isoformat()
    ('2026-05-03T12:30:00+00:00', '2026-05-04T12:30:00+00:00')

    """
    after = now.astimezone(schedule_timezone()).replace(microsecond=0) + timedelta(seconds=1)
    return next(CronSim(line.cron, after, reverse=True))


def next_due(line: Line, now: datetime) -> datetime:
    """Return the first due time after ``now``."""
    return next(CronSim(line.cron, now.astimezone(schedule_timezone())))


def enqueue_due(now: datetime) -> list[Job]:
    """Queue what is due and was not seen yet, and return it.

    Of several due times that passed while no worker ran, the last alone is caught up. What was due before any worker ever looked
    is not. What a clock saw that went more than :data:`AHEAD` before this one is not believed: it would silence the schedule until then.
    """
    queued = []
    for line in SCHEDULE:
        due_at = latest_due(line, now)
        later = DueTime.objects.filter(line=line.name, due_at__gte=due_at)
        if not later.filter(due_at__lte=now + AHEAD).exists():
            if (seen := later.first()) is not None:
                logger.warning("%s is not believed: a clock that was ahead saw it. %s is due", seen, line.name)
            job = _seen(line, due_at)
            queued += [] if job is None else [job]
    return queued


def _seen(line: Line, due_at: datetime) -> Job | None:
    """Write that the due time was seen and queue its job, both or neither."""
    begun = DueTime.objects.filter(line=line.name).exists()
    try:
        with transaction.atomic():
            seen = DueTime.objects.create(line=line.name, due_at=due_at)
            if not begun:
                return None
            seen.job = enqueue(line.kind, line.arguments, asked_by=f"schedule: {line.name}")
            seen.save(update_fields=["job"])
            return seen.job
    except IntegrityError:
        return None  # another worker looked at the same moment


@dataclass(frozen=True, slots=True)
class Planned:
    """A line of the schedule as it stands."""

    line: Line
    last: DueTime | None
    """The last due time whose job was queued, with the job."""
    next_at: datetime


def planned(now: datetime) -> list[Planned]:
    """Return the schedule with the last and the next run of each line, by one query."""
    queued = DueTime.objects.filter(job__isnull=False, due_at__lte=now + AHEAD)
    later = queued.filter(line=OuterRef("line"), due_at__gt=OuterRef("due_at"))
    last = {due.line: due for due in queued.exclude(Exists(later)).select_related("job")}
    return [Planned(line, last.get(line.name), next_due(line, now)) for line in SCHEDULE]
