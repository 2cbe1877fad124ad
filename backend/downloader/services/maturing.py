"""Outcomes: what became of the videos that were forecast, joined to the ledger once, when their labels have matured."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

import polars as pl
from django.db import transaction

from downloader import selectors
from downloader.gateways.catalogue import forecast_catalogue
from downloader.gateways.ledger import append, outcome_record, take_head
from downloader.services.clock import issue_time, past_time
from foreview.curves.labels import labels
from foreview.options import Progress, silent
from foreview.vocabulary import HORIZON_DAYS, Target

GRACE_DAYS: Final = 30.0
"""Days after the horizon until which a label may still come; then it is written down that none did."""
STATUSES: Final = {
    "usable": "its label matured",
    "unusable": "made private, failed or otherwise not usable when its outcome was written; a value is there where one matured all the same",
    "unknown": "no label came within 30 days of the horizon: its counts were not observed",
    "deleted": "the video is not in the database any more",
}


def mature_labels(*, as_of: datetime | None = None, progress: Progress = silent) -> dict[str, int]:
    """Write the outcomes that are known at ``as_of`` (default: now) into the ledger, and return how many of each status.

    There is one outcome a video and target, whichever releases forecast it and how often: once written it is never written again. A
    video that was deleted or is not usable any more stays in the ledger with that status. Six queries and four writes, however many videos;
    nothing is written where nothing matured.

    Raises
    ------
    UsageError
        If ``as_of`` is to come.

    """
    t = past_time(as_of)
    progress("reading", 0, 2)
    read_to = selectors.last_number()
    open_targets = selectors.targets_without_outcome()
    found = _outcomes(open_targets, t)
    progress("writing", 1, 2)
    written = _write(found, read_to, issue_time(None)) if found else Counter()
    progress("writing", 2, 2)
    return {status: written[status] for status in STATUSES}


def _outcomes(open_targets: Mapping[str, list[Target]], t: datetime) -> list[dict[str, Any]]:
    """Return the records of what is known at ``t`` of these videos and targets."""
    if not open_targets:
        return []
    keys = {video: selectors.key_of(video) for video in open_targets}
    there = selectors.usable_by_key(keys.values())
    known = _labels(t, [key for key in keys.values() if key in there])
    found = []
    for video, targets in open_targets.items():
        row = known.get(video)
        for target in targets:
            status, value, at = _outcome(row, target, there.get(keys[video]), t)
            if status:
                found.append(outcome_record(video, target, value, at, status))
    return found


def _outcome(
    row: Mapping[str, Any] | None, target: Target, usable: bool | None, t: datetime
) -> tuple[str, float | None, datetime | None]:
    """Return status, value and when it matured; an empty status where it is still to come. ``usable`` is None where the video is gone."""
    if usable is None:
        return "deleted", None, None
    if row is not None and row[target] is not None:
        return "usable" if usable else "unusable", row[target], row[f"{target}_matured_at"]
    over = timedelta(days=HORIZON_DAYS[target] + GRACE_DAYS)
    if row is not None and t > row["published_at"] + over:
        return "unknown" if usable else "unusable", None, None
    return "", None, None


def _labels(t: datetime, keys: list[Any]) -> dict[str, dict[str, Any]]:
    if not keys:
        return {}
    catalogue = forecast_catalogue(t, keys)
    asked = [str(key) for key in keys]
    known = labels(catalogue).join(catalogue.videos.select("video_id", "published_at"), on="video_id")
    return {row["video_id"]: row for row in known.filter(pl.col("video_id").is_in(asked)).iter_rows(named=True)}


def _write(found: Iterable[Mapping[str, Any]], read_to: int, now: datetime) -> Counter[str]:
    """Append what nobody else has written since the row ``read_to``, now that nobody else can write.

    Only what was written meanwhile is read: reading the whole ledger would keep every other writer waiting.
    """
    with transaction.atomic():
        take_head()
        meanwhile = selectors.outcomes_after(read_to)
        new = [
            {**record, "written_at": now} for record in found if (record["video"], record["target"]) not in meanwhile
        ]
        append(new)
    return Counter(record["status"] for record in new)
