"""When to train again: new labels, or a world that moved. A training makes a candidate, so one too many costs time and nothing else."""

from __future__ import annotations

from typing import Final

from downloader import selectors
from downloader.models import Alert, Job
from downloader.services.jobs.queueing import enqueue

LEAST_NEW: Final = 50
"""Videos that have matured since the newest release was trained, below which there is too little to learn."""
SHARE_NEW: Final = 0.2
"""Of the videos that it was trained on: so many more are worth a training."""
_MOVED: Final = (Alert.Kind.INPUT_DRIFT, Alert.Kind.COVERAGE, Alert.Kind.REGIME)


def why_retrain() -> str:
    """Return why to train again, as a sentence; empty where there is no reason, or nothing was ever trained.

    New labels are those of videos in the ledger that matured after the cutoff of the newest release.
    """
    newest = selectors.newest_release()
    if newest is None:
        return ""
    learnt = int(newest.data_window["videos"])
    matured = selectors.count_matured_since(newest.as_of)
    if matured < LEAST_NEW:
        return ""
    if matured >= SHARE_NEW * learnt:
        return f"{matured} videos have matured since {newest.version} was trained on {learnt}"
    moved = Alert.objects.filter(kind__in=_MOVED, acknowledged_at=None, raised_at__gt=newest.created_at).first()
    return "" if moved is None else f"alert {moved.pk}: {moved}"


def retrain_when_due() -> Job | None:
    """Ask for a training where there is a reason, and return its job."""
    reason = why_retrain()
    return enqueue("train", asked_by=reason) if reason else None
