from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

import pytest

from foreview.releases.strict import canonical, dataclass_of, read_json, to_json


@dataclass(frozen=True)
class Inner:
    size: float


@dataclass(frozen=True)
class Outer:
    name: str
    count: int
    when: datetime | None
    state: Literal["on", "off"]
    inners: tuple[Inner, ...]
    by_name: dict[str, Inner]
    shares: Mapping[str, float]


WHOLE = Outer("a", 1, datetime(2026, 1, 1, tzinfo=UTC), "on", (Inner(0.5),), {"x": Inner(2.0)}, {"y": 0.5})


def test_what_was_written_reads_as_the_same():
    assert dataclass_of(Outer, read_json(canonical(to_json(WHOLE)))) == WHOLE


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"count": True}, "count is of type int"),
        ({"count": 1.0}, "count is of type int"),
        ({"name": None}, "name is of type str"),
        ({"when": "2026-01-01T00:00:00"}, "when is a time with its time zone"),
        ({"when": "soon"}, "when is a time in ISO 8601"),
        ({"when": 3}, "when is a time in ISO 8601"),
        ({"state": "odd"}, "state is one of"),
        ({"inners": {}}, "inners is a list"),
        ({"inners": [{"size": "big"}]}, r"inners\[0\]\.size is of type float"),
        ({"inners": [{}]}, "size missing or unknown"),
        ({"by_name": []}, "by_name is an object"),
        ({"shares": {"y": "half"}}, r"shares\.y is of type float"),
        ({"by_name": {"x": {"size": 1.0, "more": 2}}}, "more missing or unknown"),
        ({"more": 1}, "more missing or unknown"),
    ],
)
def test_a_wrong_field_is_named(change, says):
    with pytest.raises(ValueError, match=says):
        dataclass_of(Outer, {**to_json(WHOLE), **change})


def test_a_whole_number_is_read_where_a_float_is_asked_for():
    size = dataclass_of(Inner, {"size": 2}).size
    assert (size, type(size)) == (2.0, float)


@pytest.mark.parametrize("text", [b'{"a": 1, "a": 2}', b"[NaN]", b"[Infinity]", b"{", b"\xff"])
def test_text_that_says_two_things_or_nothing_is_refused(text):
    with pytest.raises(ValueError, match=r"."):
        read_json(text)
