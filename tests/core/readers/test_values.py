from __future__ import annotations

from datetime import UTC, datetime

import polars as pl
import pytest

from foreview.readers import values


def read(expression: pl.Expr, text: str | None) -> object:
    return pl.DataFrame({"t": [text]}, schema={"t": pl.String()}).select(expression.alias("t"))["t"][0]


T = pl.col("t")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0", 0.0),
        ("-3", -3.0),
        ("1,234,567", 1234567.0),
        ("1,234.5", 1234.5),
        ("12,34,567", 1234567.0),
        ("1 234", 1234.0),
        ("1\u202f234", 1234.0),
        ("1’234", 1234.0),
        ("541.2K", 541200.0),
        ("1.5m", 1500000.0),
        ("2B", 2e9),
        ("$29,067.73", 29067.73),
        ("-$1.5", -1.5),
        (".5", 0.5),
        ("1e3", 1000.0),
        ("12,5", None),
        ("1.2.3", None),
        ("nan", None),
        ("inf", None),
        ("12 %", None),
        ("€7.50", None),
        ("£7.50", None),
        ("", None),
        (None, None),
    ],
)
def test_numbers_are_read_as_people_write_them(text: str | None, value: float | None):
    assert read(values.number(T), text) == value


@pytest.mark.parametrize(
    ("text", "value"), [("1.234", 1234.0), ("1.234,5", 1234.5), ("0,5", 0.5), ("1.5", None), ("1,2,3", None)]
)
def test_the_decimal_sign_may_be_a_comma(text: str, value: float | None):
    assert read(values.number(T, ","), text) == value


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("0:03:09", 189.0),
        ("03:09", 189.0),
        ("100:00:01", 360001.0),
        ("PT1H2M3.5S", 3723.5),
        ("PT45S", 45.0),
        ("P0D", 0.0),
        ("P", None),
        ("PT", None),
        ("45", 45.0),
        ("3:9", None),
    ],
)
def test_lengths_are_seconds(text: str, seconds: float | None):
    assert read(values.length(T), text) == seconds


@pytest.mark.parametrize("text", ["", " ", "--", "-", "—", "N/A", "null", "None", "NaN"])
def test_what_sources_write_for_missing_is_missing(text: str):
    assert read(values.is_missing(T), text) is True


@pytest.mark.parametrize("text", ["0", "none of these", "-1"])
def test_what_only_looks_like_missing_is_not(text: str):
    assert read(values.is_missing(T), text) is False


@pytest.mark.parametrize(
    ("text", "utc"),
    [
        ("2020-05-08T12:00:00Z", datetime(2020, 5, 8, 12, tzinfo=UTC)),
        ("2020-05-08T12:00:00.250+00:00", datetime(2020, 5, 8, 12, 0, 0, 250_000, tzinfo=UTC)),
        ("2020-05-08 12:00:00 UTC", datetime(2020, 5, 8, 12, tzinfo=UTC)),
        ("2020-05-08T12:00:00-07:00", datetime(2020, 5, 8, 19, tzinfo=UTC)),
        ("2020-05-08T12:00:00+0530", datetime(2020, 5, 8, 6, 30, tzinfo=UTC)),
        ("2020-05-08T12:00:00+02", datetime(2020, 5, 8, 10, tzinfo=UTC)),
        ("2020-05-08 12:00", datetime(2020, 5, 8, 19, tzinfo=UTC)),
        ("1588939200", datetime(2020, 5, 8, 12, tzinfo=UTC)),
        ("1588939200123", datetime(2020, 5, 8, 12, 0, 0, 123_000, tzinfo=UTC)),
        ("2026-03-08 02:30", None),
        ("2020-05-08", None),
        ("2020-13-08T12:00:00Z", None),
        ("noon", None),
    ],
)
def test_instants_are_read_with_their_zone_or_in_that_of_the_source(text: str, utc: datetime | None):
    assert read(values.instant(T, "America/Los_Angeles"), text) == utc


def test_the_noon_of_a_day_is_local():
    noon = values.noon(values.day(T), "America/Los_Angeles")
    assert read(noon, "May 8, 2020") == datetime(2020, 5, 8, 19, tzinfo=UTC)


@pytest.mark.parametrize("text", ["05/08/2020", "8.5.20", "2020-02-30", "someday"])
def test_days_that_could_be_two_days_are_not_guessed(text: str):
    assert read(values.day(T), text) is None


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("a, b", ["a", "b"]),
        ('"a b"|"c"', ["a b", "c"]),
        ("['a', 'b']", ["a", "b"]),
        ("[]", []),
        ("a,,b", ["a", "b"]),
    ],
)
def test_lists_are_read_in_three_spellings(text: str, found: list[str]):
    result = pl.DataFrame({"t": [text]}).select(values.texts(T).alias("t"))["t"].to_list()
    assert result == [found]


@pytest.mark.parametrize(("text", "found"), [("TRUE", True), ("no", False), ("1", True), ("0", False), ("maybe", None)])
def test_truths_are_read(text: str, found: bool | None):
    assert read(values.truth(T), text) is found
