"""The chain, against everything that can be done to it."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from foreview.errors import LedgerBroken, UsageError
from foreview.monitoring.ledger import START, Row, Tail, canonical, chained, digest_of, verify

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)


def chain(n: int, tail: Tail = START) -> list[Row]:
    return list(chained(tail, (canonical({"n": n, "value": n / 7}) for n in range(n))))


def end_of(rows: list[Row]) -> Tail:
    return Tail(rows[-1].number, rows[-1].digest)


def first_bad(rows: list[Row], end: Tail | None = None) -> tuple[int, str]:
    """The row that is named, and what is said to have happened to it: changed, removed or inserted."""
    with pytest.raises(LedgerBroken) as caught:
        verify(rows, end=end)
    said = caught.value.facts["fact"]
    return caught.value.row, next(word for word in ("changed", "removed", "inserted") if f"it was {word}" in said)


def renumbered(rows: list[Row]) -> list[Row]:
    return [replace(row, number=number) for number, row in enumerate(rows, 1)]


def rehashed(row: Row, record: str) -> Row:
    return replace(row, record=record, digest=digest_of(row.previous, row.number, record))


@given(st.dictionaries(st.text(), JSON))
def test_what_a_record_says_is_read_back_exactly(said):
    text = canonical(said)
    assert text.isascii()
    assert canonical(json.loads(text)) == text
    assert json.loads(text) == said


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_number_is_read_back_bit_for_bit(value):
    back = json.loads(canonical({"value": value}))["value"]
    assert (back, math.copysign(1, back)) == (value, math.copysign(1, value))


def test_the_order_of_keys_and_the_time_zone_do_not_matter_but_the_type_of_a_number_does():
    tokyo = NOON.astimezone(timezone(timedelta(hours=9)))
    assert canonical({"a": 1, "b": NOON}) == canonical({"b": tokyo, "a": 1})
    assert canonical({"a": 1}) != canonical({"a": 1.0}) != canonical({"a": True})


@pytest.mark.parametrize(
    "value",
    [
        float("nan"),
        float("inf"),
        np.float64(1.0),
        np.int64(1),
        date(2026, 5, 1),
        datetime(2026, 5, 1),  # noqa: DTZ001  (the point)
        NOON.replace(microsecond=1),
        {1: "a"},
        {"a"},
        b"a",
    ],
    ids=repr,
)
def test_what_json_cannot_say_exactly_is_refused_and_located(value):
    with pytest.raises(UsageError, match=r"targets\.views_7d\[1\] is ") as caught:
        canonical({"targets": {"views_7d": [0.5, value]}})
    assert type(value).__name__ in str(caught.value) or "time" in str(caught.value) or "key" in str(caught.value)


def test_a_whole_chain_verifies_and_says_where_it_ends():
    rows = chain(9)
    assert verify(rows) == verify(iter(rows), end=end_of(rows)) == end_of(rows)
    assert [row.number for row in rows] == list(range(1, 10))
    assert verify([]) == verify([], end=START) == START


def test_a_chain_can_be_continued_and_verified_from_any_row_on():
    rows = chain(4)
    more = chain(3, end_of(rows))
    assert verify([*rows, *more]) == verify(more, start=end_of(rows)) == end_of(more)


@pytest.mark.parametrize("at", range(7))
def test_a_changed_record_is_named(at):
    rows = chain(7)
    end = end_of(rows)
    rows[at] = replace(rows[at], record=rows[at].record.replace("n", "m", 1))
    assert first_bad(rows, end) == (at + 1, "changed")


@pytest.mark.parametrize("at", range(7))
def test_a_changed_record_with_a_digest_to_match_is_named(at):
    rows = chain(7)
    end = end_of(rows)
    rows[at] = rehashed(rows[at], canonical({"n": -1}))
    assert first_bad(rows, end) == (at + 1, "changed")


@pytest.mark.parametrize("at", range(7))
@pytest.mark.parametrize("count", [1, 2])
@pytest.mark.parametrize("again", [list, renumbered])
def test_the_first_of_the_removed_rows_is_named(at, count, again):
    rows = chain(7)
    end = end_of(rows)
    del rows[at : at + count]
    assert first_bad(again(rows), end) == (at + 1, "removed")


@pytest.mark.parametrize("at", range(8))
@pytest.mark.parametrize("count", [1, 2])
def test_the_first_of_the_inserted_rows_is_named_though_its_digest_fits(at, count):
    rows = chain(7)
    end = end_of(rows)
    before = Tail(at, rows[at - 1].digest) if at else START
    forged = list(chained(before, [canonical({"forged": n}) for n in range(count)]))
    assert first_bad(renumbered([*rows[:at], *forged, *rows[at:]]), end) == (at + 1, "inserted")


def test_a_row_twice_under_one_number_was_inserted():
    rows = chain(3)
    assert first_bad([rows[0], rows[1], rows[1], rows[2]]) == (2, "inserted")


def test_rows_in_another_order_are_noticed():
    rows = chain(4)
    assert first_bad(renumbered([rows[0], rows[2], rows[1], rows[3]])) == (2, "removed")


def test_a_chain_that_does_not_begin_where_it_should_is_noticed():
    with pytest.raises(LedgerBroken, match="row 1: it was changed: it does not follow where the ledger begins"):
        verify(chain(3), start=Tail(0, "1" * 64))


def test_who_rewrites_everything_is_noticed_by_who_wrote_a_digest_down():
    remembered = end_of(chain(5))
    forged = list(chained(START, [canonical({"forged": n}) for n in range(5)]))
    assert verify(forged).number == 5
    with pytest.raises(LedgerBroken, match="row 5"):
        verify(forged, end=remembered)
