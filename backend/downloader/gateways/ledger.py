"""Forecasts and outcomes as rows of the ledger, and its rows as they are verified and read back.

What is appended is appended inside the caller's transaction, with what it goes together with.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final, TypeAlias

import polars as pl
from django.db.models import F, Max, QuerySet

from downloader.models import LedgerHead, LedgerRow
from downloader.upserts import insert
from foreview.errors import LedgerBroken, UsageError
from foreview.forecasting.inputs import records_of
from foreview.monitoring.ledger import Row, Tail, canonical, chained, verify
from foreview.releases.manifest import Release
from foreview.vocabulary import FORMATS, HORIZON_DAYS, TARGETS

Record: TypeAlias = Mapping[str, Any]
_OF_THE_ISSUE: Final = ("video_id", "as_of", "issue_age_days", "target", "model_version")
_CORRECTED: Final = ("adapted_outcomes", "adapted_shift", "adapted_stretch")
_CHUNK: Final = 2000


def forecast_records(
    release: Release,
    inputs: pl.DataFrame,
    forecasts: pl.DataFrame,
    *,
    channels: Mapping[str, str | None],
    role: str,
    now: datetime,
) -> list[Record]:
    """Return a record for each row of ``inputs`` that forecasts something: of which a target is still to come.

    ``forecasts`` are those of ``inputs``, a row a target, in the same order; ``channels`` says for each video whose it is.
    """
    to_come = inputs.select(is_to_come()).to_series()
    told = _by_issue(forecasts.filter(pl.Series(to_come.to_numpy().repeat(len(TARGETS)))))
    records = records_of(inputs.filter(to_come), release)
    return [
        {
            "kind": LedgerRow.Kind.FORECAST.value,
            "role": role,
            "release": release.manifest.model_version,
            "written_at": now,
            "channel": channels[record["video_id"]],
            "format": FORMATS[0] if record["features"].get("is_short") == 1.0 else FORMATS[1],
            "fingerprint": _fingerprint(record),
            "inputs": record,
            "forecast": forecast,
        }
        for record, forecast in zip(records, told, strict=True)
    ]


def is_to_come() -> pl.Expr:
    """Whether a row of inputs forecasts anything: a target that is not known, of a horizon that is not over."""
    return pl.any_horizontal(
        (pl.col("issue_age_days") < HORIZON_DAYS[target]) & pl.col(f"settled/{target}/value").is_null()
        for target in TARGETS
    )


def outcome_record(
    video: str, target: str, value: float | None, matured_at: datetime | None, status: str
) -> dict[str, Any]:
    """Return the record of what became of a target of a video, without the time at which it is written."""
    return {
        "kind": LedgerRow.Kind.OUTCOME.value,
        "video": video,
        "target": target,
        "value": value,
        "matured_at": matured_at,
        "status": status,
    }


def told_of(forecasts: pl.DataFrame) -> list[dict[str, dict[str, Any]]]:
    """Return for each issue what is kept of its forecasts: target → name → value."""
    return list(_by_issue(forecasts))


def append(records: Sequence[Record]) -> None:
    """Add rows at the end of the ledger: four statements, however many rows. Call it last in a transaction: it locks the head until that ends."""
    if not records:
        return
    texts = [canonical(record) for record in records]
    found = [_columns(record) for record in records]
    head = take_head()
    rows = list(chained(Tail(head.number, head.digest), texts))
    columns: dict[str, list[Any]] = {
        "number": [row.number for row in rows],
        "record": [row.record for row in rows],
        "previous": [row.previous for row in rows],
        "digest": [row.digest for row in rows],
    }
    columns |= {name: [row[name] for row in found] for name in found[0]}
    insert(LedgerRow, columns)
    LedgerHead.objects.filter(pk=1).update(number=rows[-1].number, digest=rows[-1].digest)


def take_head() -> LedgerHead:
    """Return the head of the ledger, locked until the transaction ends."""
    # An update takes the lock on every database; SELECT … FOR UPDATE says nothing to SQLite.
    head = LedgerHead.objects.filter(pk=1)
    if not head.update(number=F("number")):
        # Of two first writers at once one makes it, and both then wait for the lock.
        LedgerHead.objects.bulk_create([LedgerHead(pk=1)], ignore_conflicts=True)
        head.update(number=F("number"))
    return head.get()


def verify_rows(remembered: Tail | None = None) -> Tail:
    """Walk the ledger a chunk at a time, and return where it ends.

    Raises
    ------
    LedgerBroken
        Naming the first row that was changed, removed or inserted, one whose columns do not repeat its record, or the row that
        somebody remembers with another digest or beyond the end.
    UsageError
        Where the retention rule removed the remembered row, and more after it; the rows that are left are whole.

    """
    head = _head()
    start, end = Tail(head.first_after, head.first_after_digest), Tail(head.number, head.digest)
    tail = verify(_checked(remembered, head.number), start=start)
    last = LedgerRow.objects.aggregate(last=Max("number"))["last"] or 0
    now = _head()  # read after the last row, so what was appended meanwhile moved it too
    if last > now.number:
        raise LedgerBroken(now.number + 1, f"it was inserted: the ledger ends at row {now.number}")
    tail = verify([], start=tail, end=end)
    if remembered is not None:
        _check_ends(remembered, now)
    return tail


def by_number(rows: QuerySet[LedgerRow]) -> Iterator[LedgerRow]:
    """Yield ``rows`` in the order of their numbers, a chunk a query.

    A server-side cursor would do it in one, but who stops at a broken row leaves it open, to be closed in somebody else's transaction.
    """
    after = -1
    while chunk := list(rows.filter(number__gt=after).order_by("number")[:_CHUNK]):
        yield from chunk
        after = chunk[-1].number


def _head() -> LedgerHead:
    return LedgerHead.objects.filter(pk=1).first() or LedgerHead()


def _checked(remembered: Tail | None, until: int) -> Iterator[Row]:
    for row in by_number(LedgerRow.objects.filter(number__lte=until)):
        yield Row(row.number, row.previous, row.record, row.digest)
        if remembered is not None and row.number == remembered.number:
            _check_same(remembered, row.digest)
        _check_columns(row)


def _check_same(remembered: Tail, digest: str) -> None:
    if digest != remembered.digest:
        raise LedgerBroken(
            remembered.number, f"it was changed with its digest, which is remembered as {remembered.digest}"
        )


def _check_ends(remembered: Tail, head: LedgerHead) -> None:
    """Raise where the remembered row is none of the rows that were walked; of those removed the head knows the last one's digest."""
    if remembered.number > head.number:
        raise LedgerBroken(
            head.number + 1,
            f"it was removed: row {remembered.number} is remembered, and the ledger ends at row {head.number}",
        )
    if remembered.number < head.first_after:
        raise UsageError(
            "a remembered row is compared as long as the retention rule keeps it",
            f"row {remembered.number} was removed by it, with all rows up to {head.first_after}; those that are left are whole",
            "Remember what `verify_ledger` prints without it",
        )
    if remembered.number == head.first_after:
        _check_same(remembered, head.first_after_digest)


def _check_columns(row: LedgerRow) -> None:
    """Raise LedgerBroken where a column does not repeat the record; the record itself was found to be whole."""
    said = _columns(json.loads(row.record))
    if differing := [name for name, value in said.items() if getattr(row, name) != value]:
        raise LedgerBroken(row.number, f"it was changed: {', '.join(differing)} is not what its record says")


def _columns(record: Record) -> dict[str, Any]:
    """Return the columns that repeat a record, of which the times are datetimes or texts."""
    if record["kind"] == LedgerRow.Kind.OUTCOME:
        said = {"video": record["video"], "as_of": record["matured_at"], "target": record["target"]}
    else:
        inputs = record["inputs"]
        said = {
            **{name: record[name] for name in ("release", "role", "format", "fingerprint")},
            "video": inputs["video_id"],
            "as_of": inputs["as_of"],
            "issue_age_days": inputs["issue_age_days"],
        }
    found: dict[str, Any] = {**_BLANK, **said, "kind": record["kind"], "written_at": record["written_at"]}
    return found | {name: _moment(found[name]) for name in ("as_of", "written_at")}


_BLANK: Final[Record] = {
    **dict.fromkeys(("release", "role", "format", "target", "fingerprint"), ""),
    "issue_age_days": None,
}


def _moment(said: datetime | str | None) -> datetime | None:
    return datetime.fromisoformat(said) if isinstance(said, str) else said


def _by_issue(forecasts: pl.DataFrame) -> Iterator[dict[str, dict[str, Any]]]:
    """Yield what is kept of the forecasts of one issue after the other; what is null, such as a classifier that is none, is left out."""
    clean = forecasts.with_columns(pl.col(pl.Float64).fill_nan(None)).drop(*_CORRECTED)
    issue: dict[str, dict[str, Any]] = {}
    for row in clean.iter_rows(named=True):
        kept = {name: value for name, value in row.items() if value is not None and name not in _OF_THE_ISSUE}
        issue[row["target"]] = kept
        if len(issue) == len(TARGETS):
            yield issue
            issue = {}


def _fingerprint(inputs: Record) -> str:
    said = canonical({name: inputs[name] for name in ("features", "settled")})
    return hashlib.sha256(said.encode()).hexdigest()


def parsed(rows: Iterable[LedgerRow]) -> list[dict[str, Any]]:
    """Return what the records of ``rows`` say."""
    return [json.loads(row.record) for row in rows]
