"""An append-only ledger: each row is hashed with the one before it, so that no row can be changed, removed or inserted unnoticed.

What is hashed is a row's *record*, a text: the one spelling that :func:`canonical` gives to what was said. Two rows that say the same have
the same text, whatever database they were in, and numbers read back from it are the very same bits.

A chain protects against what happens to a table by accident or by hand. Who can rewrite every row and its end can forge it, which is
noticed by whoever wrote the number and digest of some row down elsewhere.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, NoReturn, TypeAlias

from foreview.errors import LedgerBroken, UsageError

Said: TypeAlias = "bool | int | float | str | datetime | Sequence[Said] | Mapping[str, Said] | None"
"""What a record can say. A time needs its time zone and whole milliseconds; a number is finite."""


@dataclass(frozen=True, slots=True)
class Tail:
    """Where a chain ends: the number of its last row and that row's digest [SHA-256, hex]."""

    number: int
    digest: str


START: Final = Tail(0, "0" * 64)
"""The end of a chain without rows."""
MOST_RENUMBERED: Final = 1000
"""Rows taken away or put in at once that are still told from a change."""


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a chain: its number, the digest of the row before, its record and its own digest."""

    number: int
    previous: str
    record: str
    digest: str


def canonical(said: Mapping[str, Said]) -> str:
    """Return the one spelling of a record: JSON, ASCII, keys in order, floats by ``repr``, times in UTC to the millisecond.

    Raises
    ------
    UsageError
        For NaN, infinity, a time without a time zone or between two milliseconds, a key that is no text, and anything else that JSON
        cannot say exactly (a numpy number, a date, a set). It says where.

    Examples
    --------
    >>> canonical({"b": 0.1 + 0.2, "a": [True, None], "at": datetime(2026, 5, 1, 12, tzinfo=UTC)})
    '{"a":[true,null],"at":"2026-05-01T12:00:00.000Z","b":0.30000000000000004}'

    """
    return json.dumps(_plain(said, ""), sort_keys=True, separators=(",", ":"), allow_nan=False)


def digest_of(previous: str, number: int, record: str) -> str:
    """Return the digest of a row from that of the row before, its number and its record.

    Examples
    --------
    >>> digest_of(START.digest, 1, canonical({"a": 1}))[:12]
    '58a8b64ede0a'

    """
    return hashlib.sha256(f"{previous}\n{number}\n{record}".encode()).hexdigest()


def chained(tail: Tail, records: Iterable[str]) -> Iterator[Row]:
    """Yield the rows that continue a chain which ended at ``tail``."""
    previous = tail.digest
    for number, record in enumerate(records, tail.number + 1):
        digest = digest_of(previous, number, record)
        yield Row(number, previous, record, digest)
        previous = digest


def verify(rows: Iterable[Row], *, start: Tail = START, end: Tail | None = None) -> Tail:
    """Walk ``rows``, in the order of their numbers, from ``start`` to ``end`` (None: wherever they stop), and return where they end.

    It holds one row at a time, whatever the length of the chain.

    Raises
    ------
    LedgerBroken
        Naming the first row that was changed, removed or inserted, also where the following ones were renumbered or its digest was
        written anew.

    """
    tail = start
    for row in rows:
        _check_row(row, tail, start)
        tail = Tail(row.number, row.digest)
    if end is not None and tail != end:
        _check_end(tail, end)
    return tail


def _check_row(row: Row, tail: Tail, start: Tail) -> None:
    if row.number > tail.number + 1:
        raise LedgerBroken(tail.number + 1, f"it was removed: after row {tail.number} comes row {row.number}")
    if row.number <= tail.number:
        raise LedgerBroken(row.number, f"it was inserted: it comes after row {tail.number}")
    if row.digest != digest_of(row.previous, row.number, row.record):
        raise _of_a_false_digest(row)
    if row.previous != tail.digest:
        if tail == start:
            raise LedgerBroken(row.number, "it was changed: it does not follow where the ledger begins")
        raise LedgerBroken(tail.number, f"it was changed with its digest: row {row.number} follows another one")


def _of_a_false_digest(row: Row) -> LedgerBroken:
    """Return what is said of a row whose digest is not its own: it is, for another number, that of a row that was renumbered."""
    for by in range(1, MOST_RENUMBERED + 1):
        if row.digest == digest_of(row.previous, row.number + by, row.record):
            return LedgerBroken(row.number, "it was removed, and the following ones were renumbered")
        if row.digest == digest_of(row.previous, row.number - by, row.record):
            return LedgerBroken(row.number - by, "it was inserted, and the following ones were renumbered")
    return LedgerBroken(row.number, "it was changed: its digest is not that of its record")


def _check_end(tail: Tail, end: Tail) -> None:
    if tail.number < end.number:
        raise LedgerBroken(tail.number + 1, f"it was removed: the ledger ends at row {end.number}")
    if tail.number > end.number:
        raise LedgerBroken(end.number + 1, f"it was inserted: the ledger ends at row {end.number}")
    raise LedgerBroken(tail.number, f"it was changed with its digest: the ledger ends with {end.digest}")


def _plain(said: Said, where: str) -> object:
    """Return ``said`` in JSON's own types, exactly."""
    if said is None or type(said) in (bool, int, str) or (type(said) is float and math.isfinite(said)):
        return said
    if isinstance(said, datetime):
        return _time(said, where)
    if isinstance(said, Mapping):
        if strange := [key for key in said if type(key) is not str]:
            _refuse(where, f"the key {strange[0]!r}")
        return {key: _plain(value, f"{where}.{key}".lstrip(".")) for key, value in said.items()}
    if isinstance(said, list | tuple):
        return [_plain(value, f"{where}[{at}]") for at, value in enumerate(said)]
    return _refuse(where, f"{said!r:.120} ({type(said).__name__})")


def _time(said: datetime, where: str) -> str:
    if said.tzinfo is None or said.microsecond % 1000:
        _refuse(where, f"{said.isoformat()} (a time without its time zone, or finer than a millisecond)")
    return said.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _refuse(where: str, fact: str) -> NoReturn:
    raise UsageError(
        "a record of the ledger says what JSON can say exactly: null, booleans, finite numbers, texts, times, lists and objects",
        f"{where or 'the record'} is {fact}",
    )
