"""Questions to the ledger."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from django.db.models import Count, Max

from downloader.models import LedgerHead, LedgerRow
from foreview.vocabulary import TARGETS, Target


def forecasts_issued(versions: Iterable[str], since: datetime, most_age_days: float) -> list[tuple[int, str, Any, str]]:
    """Return number, video, issue time and release of the forecasts of these releases issued since then, in the order of the ledger."""
    rows = LedgerRow.objects.filter(
        kind=LedgerRow.Kind.FORECAST, release__in=list(versions), as_of__gte=since, issue_age_days__lte=most_age_days
    )
    return list(rows.order_by("number").values_list("number", "video", "as_of", "release"))


def outcome_records(target: str = "") -> list[tuple[str, str, str]]:
    """Return video, target and record of the outcomes of a target, or of all where it is empty, in the order of the ledger."""
    rows = LedgerRow.objects.filter(kind=LedgerRow.Kind.OUTCOME).order_by("number")
    return list((rows.filter(target=target) if target else rows).values_list("video", "target", "record"))


def outcomes_of(video: str) -> list[tuple[str, str]]:
    """Return target and record of the outcomes of a video."""
    rows = LedgerRow.objects.filter(kind=LedgerRow.Kind.OUTCOME, video=video)
    return list(rows.order_by("number").values_list("target", "record"))


def forecast_records(version: str) -> Iterator[str]:
    """Return the records of the forecasts of a release, or of all where ``version`` is empty, in the order of the ledger."""
    rows = LedgerRow.objects.filter(kind=LedgerRow.Kind.FORECAST).order_by("number")
    return (rows.filter(release=version) if version else rows).values_list("record", flat=True).iterator()


def ledger_records(numbers: Iterable[int]) -> list[tuple[int, str]]:
    """Return number and record of these rows of the ledger."""
    return list(LedgerRow.objects.filter(pk__in=list(numbers)).order_by().values_list("number", "record"))


def count_matured_since(moment: datetime) -> int:
    """Return of how many videos of the ledger a label of views matured after ``moment``."""
    views = LedgerRow.objects.filter(kind=LedgerRow.Kind.OUTCOME, target__startswith="views", as_of__gt=moment)
    return views.aggregate(videos=Count("video", distinct=True))["videos"] or 0


def targets_without_outcome() -> dict[str, list[Target]]:
    """Return for each video of the ledger, by its key as text, the targets of which no outcome was written."""
    forecast = LedgerRow.objects.filter(kind=LedgerRow.Kind.FORECAST).order_by().values("video")
    outcomes = LedgerRow.objects.filter(kind=LedgerRow.Kind.OUTCOME).order_by()
    done = outcomes.values("video").annotate(count=Count("pk")).filter(count=len(TARGETS)).values("video")
    videos = forecast.exclude(video__in=done).distinct().values_list("video", flat=True)
    written = set(outcomes.exclude(video__in=done).values_list("video", "target"))
    return {video: [target for target in TARGETS if (video, target) not in written] for video in videos}


def last_number() -> int:
    """Return the number of the last row of the ledger; 0 where there is none."""
    return LedgerHead.objects.filter(pk=1).values_list("number", flat=True).first() or 0


def outcomes_after(number: int) -> set[tuple[str, str]]:
    """Return video and target of the outcomes that were written after the row ``number`` of the ledger."""
    rows = LedgerRow.objects.filter(kind=LedgerRow.Kind.OUTCOME, number__gt=number).order_by()
    return set(rows.values_list("video", "target"))


def ledger_of(video: str) -> list[LedgerRow]:
    """Return the forecasts and outcomes of one video, named by its key as text, in the order of the ledger."""
    return list(LedgerRow.objects.filter(video=video).order_by("number"))


def last_issue_time() -> datetime | None:
    """Return the latest issue time of the forecasts in the ledger; None where there is none."""
    found: datetime | None = LedgerRow.objects.filter(kind=LedgerRow.Kind.FORECAST).aggregate(at=Max("as_of"))["at"]
    return found


def ledger_ends() -> tuple[str, str]:
    """Return the digests between which the ledger lies: of the last row that was removed, and of its last row."""
    head = LedgerHead.objects.filter(pk=1).first() or LedgerHead()
    return head.first_after_digest, head.digest
