"""Counts of the site for those who watch it, each one query."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Count, Min

from downloader.models import Alert, Job, JobState, LedgerRow


def job_counts() -> dict[tuple[str, str], int]:
    """Return how many jobs there are, by kind and state."""
    rows = Job.objects.order_by().values_list("kind", "state").annotate(count=Count("pk"))
    return {(kind, state): count for kind, state, count in rows}


def waiting_since(now: datetime) -> datetime | None:
    """Return since when the job is due that waits longest; None where none waits."""
    waiting = Job.objects.filter(state=JobState.QUEUED, due_at__lte=now)
    due: datetime | None = waiting.aggregate(due=Min("due_at"))["due"]
    return due


def ledger_counts() -> dict[str, int]:
    """Return how many forecasts and outcomes the ledger holds; counted in its index of videos, which holds no records."""
    rows = LedgerRow.objects.order_by().values_list("kind").annotate(count=Count("pk"))
    return dict(rows)


def standing_alerts() -> dict[str, int]:
    """Return how many alerts nobody has acknowledged, by kind."""
    rows = Alert.objects.filter(acknowledged_at=None).order_by().values_list("kind").annotate(count=Count("pk"))
    return dict(rows)
