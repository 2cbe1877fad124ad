"""The ledger: verified, shortened by its retention rule, and its forecasts made again from their records."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any, Final

from django.db import transaction

from downloader.gateways.ledger import parsed, take_head, told_of, verify_rows
from downloader.models import LedgerHead, LedgerRow
from downloader.services.serving import release_of
from foreview.errors import UsageError
from foreview.forecasting.forecaster import forecast_inputs
from foreview.forecasting.inputs import inputs_of
from foreview.monitoring.ledger import Tail
from foreview.tables.catalogue import utc_ms

BATCH: Final = 500


@dataclass(frozen=True, slots=True)
class Recomputed:
    """A stored forecast made again: whether it is the same bit for bit, and where not, ``target.name: stored, now``."""

    row: int
    release: str
    differences: tuple[str, ...]

    @property
    def is_same(self) -> bool:
        """Whether every digit is the same."""
        return not self.differences


def verify_ledger(remembered: Tail | None = None) -> Tail:
    """Verify the whole ledger, a row at a time, and return where it ends.

    ``remembered`` is the number and digest of a row that somebody wrote down: who rewrites the whole ledger is found by it.

    Raises
    ------
    LedgerBroken
        Naming the first row that was changed, removed or inserted.

    """
    return verify_rows(remembered)


def recompute_forecast(number: int) -> Recomputed:
    """Make the forecast of one row of the ledger again, from its record and its release alone.

    Raises
    ------
    UsageError
        If there is no such row, or it is no forecast.
    ReleaseError
        If its release is gone or damaged.

    """
    row = LedgerRow.objects.filter(number=number, kind=LedgerRow.Kind.FORECAST).first()
    if row is None:
        raise UsageError("a forecast of the ledger is recomputed", f"row {number} is none", "Name another row")
    return next(recomputed([row]))


def recomputed(rows: Sequence[LedgerRow]) -> Iterator[Recomputed]:
    """Yield each of these forecasts made again, in batches of one release."""
    for version, group in groupby(rows, key=lambda row: row.release):
        release, mine = release_of(version), list(group)
        for start in range(0, len(mine), BATCH):
            part = mine[start : start + BATCH]
            records = parsed(part)
            inputs = inputs_of([record["inputs"] for record in records], release)
            again = told_of(forecast_inputs(release, inputs))
            for row, record, now in zip(part, records, again, strict=True):
                yield Recomputed(row.number, version, tuple(_differences(record["forecast"], now)))


def prune_ledger(before: datetime) -> int:
    """Remove the rows written before ``before`` (the beginning of the chain, whole), and return how many.

    The head keeps number and digest of the last one, from which the rest still verifies.
    """
    moment = utc_ms(before)
    with transaction.atomic():
        take_head()
        kept = LedgerRow.objects.filter(written_at__gte=moment).order_by("number").first()
        gone = LedgerRow.objects.all() if kept is None else LedgerRow.objects.filter(number__lt=kept.number)
        last = gone.order_by("-number").first()
        if last is None:
            return 0
        count = gone.order_by().remove_for_retention()
        LedgerHead.objects.filter(pk=1).update(first_after=last.number, first_after_digest=last.digest)
    return count


def _differences(stored: dict[str, dict[str, Any]], now: dict[str, dict[str, Any]]) -> Iterator[str]:
    for target in sorted(stored.keys() | now.keys()):
        then, again = stored.get(target, {}), now.get(target, {})
        for name in sorted(then.keys() | again.keys()):
            # Compared as written: the shortest text of a float is its own, and tells -0 from 0.
            if repr(then.get(name)) != repr(again.get(name)):
                yield f"{target}.{name}: {then.get(name)!r}, {again.get(name)!r}"
