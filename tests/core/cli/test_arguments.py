from __future__ import annotations

import argparse
from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest

from foreview.cli import arguments


@pytest.mark.parametrize(
    ("text", "utc"),
    [
        ("2026-05-01", datetime(2026, 5, 1, tzinfo=UTC)),
        ("2026-05-01T10:30:00Z", datetime(2026, 5, 1, 10, 30, tzinfo=UTC)),
        ("2026-05-01T10:30+02:00", datetime(2026, 5, 1, 8, 30, tzinfo=UTC)),
    ],
)
def test_a_time_is_an_instant_of_utc(text: str, utc: datetime):
    assert arguments.instant(text) == utc


def test_days_ages_numbers_and_pairs_are_read():
    assert arguments.day("2026-05-01") == date(2026, 5, 1)
    assert arguments.ages("7,0,1.5,7") == (0.0, 1.5, 7.0)
    assert arguments.positive("3") == 3
    assert arguments.whole("0") == 0
    assert arguments.threads("256") == 256
    assert arguments.seed("4294967295") == 2**32 - 1
    assert arguments.seconds("45") == 45
    assert arguments.hours("12.5") == 12.5
    assert arguments.zone("Asia/Tokyo") == "Asia/Tokyo"
    assert arguments.share("0.05") == 0.05
    assert arguments.texts("a, b,,") == ("a", "b")
    assert arguments.pair("views=view = count") == ("views", "view = count")


@pytest.mark.parametrize(
    ("read", "text", "says"),
    [
        (arguments.instant, "soon", "'soon' is no time; write 2026-05-01T00:00:00Z or 2026-05-01"),
        (
            arguments.instant,
            "2026-05-01T10:00:00",
            "'2026-05-01T10:00:00' says no time zone; write 2026-05-01T10:00:00Z if it is UTC",
        ),
        (arguments.day, "1.5.2026", "'1.5.2026' is no day; write 2026-05-01"),
        (arguments.age, "30", "'30' is no issue age; write days from 0 up to 30, such as 0 or 3"),
        (arguments.ages, "0,x", "'x' is no issue age; write days from 0 up to 30, such as 0 or 3"),
        (arguments.ages, "nan", "'nan' is no issue age; write days from 0 up to 30, such as 0 or 3"),
        (arguments.positive, "0", "'0' is no whole number of at least 1"),
        (arguments.threads, "0", "'0' is no number of threads from 1 to 256"),
        (arguments.threads, "100000", "'100000' is no number of threads from 1 to 256"),
        (arguments.whole, "-1", "'-1' is no whole number of at least 0"),
        (
            arguments.instant,
            "0001-01-01T00:00:00+14:00",
            "'0001-01-01T00:00:00+14:00' lies outside the years 1971 to 2199",
        ),
        (arguments.seed, "4294967296", "'4294967296' is no seed, a whole number from 0 to 4294967295"),
        (arguments.seconds, "1" + "0" * 400, f"'1{'0' * 400}' is no number of seconds up to a year"),
        (arguments.hours, "1441", "'1441' is no number of hours from 0 to 1440"),
        (arguments.share, "1", "'1' is no share between 0 and 1, such as 0.05"),
        (arguments.zone, "Mars", "'Mars' is no time zone such as America/Los_Angeles"),
        (arguments.pair, "views", "'views' is no FIELD=COLUMN"),
    ],
)
def test_what_cannot_be_meant_is_refused_with_an_example(read: Callable[[str], object], text: str, says: str):
    with pytest.raises(argparse.ArgumentTypeError) as refused:
        read(text)
    assert str(refused.value) == says
