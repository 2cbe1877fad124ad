from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from foreview.errors import CatalogueError, UsageError
from foreview.tables.catalogue import DEFAULT_DELAY_HOURS, Catalogue, SourceClock
from foreview.tables.schema import DeclaredColumn

PUBLISHED = datetime(2026, 1, 1, 12, tzinfo=UTC)
JUST_BEFORE = timedelta(milliseconds=1)


def catalogue(clock: SourceClock | None = None, **columns: Any) -> Catalogue:
    return Catalogue.of(
        pl.DataFrame({"video_id": ["a", "b"], "published_at": [PUBLISHED, PUBLISHED + timedelta(days=2)]}),
        snapshots=pl.DataFrame(
            {"video_id": ["a", "a"], "observed_at": [PUBLISHED, PUBLISHED + timedelta(days=1)], "views": [0, 10]}
        ),
        daily=pl.DataFrame({"video_id": ["a", "a"], "date": [date(2026, 1, 1), date(2026, 1, 2)], "views": [3, 4]}),
        earnings=pl.DataFrame({"video_id": ["a"], "date": [date(2026, 1, 1)], "revenue_usd": [0.5]}),
        clock=clock,
    )


def closes(day: date, timezone: str) -> datetime:
    end: datetime = pl.DataFrame({"date": [day]}).select(SourceClock(timezone).day_end()).item()
    return end


def test_tables_that_are_not_given_are_empty_with_their_types():
    made = Catalogue.of(pl.DataFrame({"video_id": ["a"], "published_at": [PUBLISHED]}))
    assert [frame.height for frame in (made.snapshots, made.daily, made.earnings)] == [0, 0, 0]
    assert made.clock == SourceClock("UTC", DEFAULT_DELAY_HOURS, missing_day_is_zero=False)
    assert made.notes == ("format of 1 videos unknown, taken as long",)


def test_a_video_is_there_from_the_instant_of_its_publication():
    whole = catalogue()
    assert whole.as_of(PUBLISHED).videos["video_id"].to_list() == ["a"]
    assert whole.as_of(PUBLISHED - JUST_BEFORE).videos.is_empty()


def test_a_counter_is_known_from_the_instant_it_was_read():
    read = PUBLISHED + timedelta(days=1)
    assert catalogue().as_of(read).snapshots["views"].to_list() == [0.0, 10.0]
    assert catalogue().as_of(read - JUST_BEFORE).snapshots["views"].to_list() == [0.0]


@pytest.mark.parametrize(
    ("clock", "known"),
    [
        (SourceClock("UTC", 0), datetime(2026, 1, 2, tzinfo=UTC)),
        (SourceClock("UTC"), datetime(2026, 1, 4, tzinfo=UTC)),
        (SourceClock("UTC", 0.5), datetime(2026, 1, 2, 0, 30, tzinfo=UTC)),
        (SourceClock("America/Los_Angeles", 48), datetime(2026, 1, 4, 8, tzinfo=UTC)),
        (SourceClock("Asia/Tokyo", 0), datetime(2026, 1, 1, 15, tzinfo=UTC)),
    ],
)
def test_a_day_is_known_when_it_has_closed_where_the_source_lives_and_the_delay_is_over(
    clock: SourceClock, known: datetime
):
    whole = catalogue(clock)
    for name in ("daily", "earnings"):
        assert getattr(whole.as_of(known), name)["date"].to_list() == [date(2026, 1, 1)]
        assert getattr(whole.as_of(known - JUST_BEFORE), name).is_empty()


def test_a_declared_value_is_withheld_until_it_is_known():
    made = Catalogue.of(
        pl.DataFrame({"video_id": ["a"], "published_at": [PUBLISHED], "fact": ["x"], "after_week": [5]}),
        declared=[DeclaredColumn("fact", "", "category"), DeclaredColumn("after_week", "views", "number", 7.0)],
    )
    week = PUBLISHED + timedelta(days=7)
    assert made.as_of(week).videos.select("fact", "after_week").rows() == [("x", 5.0)]
    assert made.as_of(week - JUST_BEFORE).videos.select("fact", "after_week").rows() == [("x", None)]


@settings(deadline=None, max_examples=50)
@given(st.integers(-48, 200), st.integers(0, 120))
def test_looking_later_and_then_earlier_is_looking_earlier(hours: int, more: int):
    early, later = PUBLISHED + timedelta(hours=hours), timedelta(hours=more)
    whole = catalogue()
    assert whole.as_of(early + later).as_of(early).fingerprint() == whole.as_of(early).fingerprint()


def test_times_of_other_zones_are_the_same_instant():
    cutoff = PUBLISHED + timedelta(days=1)
    elsewhere = cutoff.astimezone(ZoneInfo("Asia/Kolkata"))
    assert catalogue().as_of(elsewhere).fingerprint() == catalogue().as_of(cutoff).fingerprint()


def test_a_time_without_a_zone_is_refused():
    with pytest.raises(UsageError) as refused:
        catalogue().as_of(PUBLISHED.replace(tzinfo=None))
    assert str(refused.value) == (
        "a time says its time zone. found 2026-01-01T12:00:00. Write for example 2026-05-01T00:00:00Z."
    )


@pytest.mark.parametrize(
    ("day", "timezone", "end"),
    [
        (date(2026, 3, 7), "America/Los_Angeles", datetime(2026, 3, 8, 8, tzinfo=UTC)),
        (date(2026, 3, 8), "America/Los_Angeles", datetime(2026, 3, 9, 7, tzinfo=UTC)),  # a day of 23 hours
        (date(2026, 11, 1), "America/Los_Angeles", datetime(2026, 11, 2, 8, tzinfo=UTC)),  # a day of 25 hours
        (date(2026, 3, 28), "Europe/London", datetime(2026, 3, 29, tzinfo=UTC)),  # the clock skips 01:00, not midnight
        (date(2018, 11, 3), "America/Sao_Paulo", datetime(2018, 11, 4, 3, tzinfo=UTC)),  # the clock skips midnight
        (date(2018, 2, 17), "America/Sao_Paulo", datetime(2018, 2, 18, 3, tzinfo=UTC)),  # 23:00 comes twice
        (date(2026, 10, 31), "America/Havana", datetime(2026, 11, 1, 4, tzinfo=UTC)),  # midnight comes twice
        (date(2011, 12, 29), "Pacific/Apia", datetime(2011, 12, 30, 10, tzinfo=UTC)),  # the next day was skipped
        (date(2011, 12, 30), "Pacific/Apia", datetime(2011, 12, 30, 10, tzinfo=UTC)),  # this day was skipped
    ],
)
def test_a_day_closes_at_the_first_instant_of_the_next_whatever_the_clock_does(day: date, timezone: str, end: datetime):
    assert closes(day, timezone) == end


@pytest.mark.parametrize(
    "timezone",
    ["Europe/London", "America/Los_Angeles", "America/Sao_Paulo", "America/Havana", "Asia/Beirut", "Africa/Cairo"],
)
def test_days_close_in_order_and_each_once(timezone: str):
    days = pl.DataFrame({"date": pl.date_range(date(2010, 1, 1), date(2026, 12, 31), eager=True)})
    ends = days.select(SourceClock(timezone).day_end().alias("end"))["end"]
    assert ends.null_count() == 0
    steps = ends.diff().drop_nulls().dt.total_hours()
    assert (steps.min(), steps.max()) == (23, 25)


@pytest.mark.parametrize("timezone", ["Mars/Olympus", "America", "", "../etc/passwd", "localtime", "x" * 300])
def test_a_time_zone_is_an_iana_name(timezone: str):
    with pytest.raises(CatalogueError) as refused:
        SourceClock(timezone)
    assert str(refused.value) == f"timezone is an IANA name such as America/Los_Angeles. found {timezone!r}."


@pytest.mark.parametrize("hours", [-1.0, 1440.5, float("nan")])
def test_a_delay_is_between_nothing_and_sixty_days(hours: float):
    with pytest.raises(CatalogueError) as refused:
        SourceClock(delay_hours=hours)
    assert str(refused.value) == f"delay_hours lies between 0 and 1440. found {hours}."


def test_only_keeps_everything_of_the_named_videos():
    one = catalogue().only(["a"])
    assert one.videos["video_id"].to_list() == ["a"]
    assert (one.snapshots.height, one.daily.height, one.earnings.height) == (2, 2, 1)
    other = catalogue().only(pl.Series(["b"]))
    assert (other.videos.height, other.snapshots.height, other.daily.height, other.earnings.height) == (1, 0, 0, 0)


def test_equal_catalogues_have_equal_fingerprints_and_others_do_not():
    whole = catalogue()
    assert whole.fingerprint() == catalogue().fingerprint()
    others = [
        catalogue(SourceClock("Asia/Tokyo")),
        whole.only(["a"]),
        whole.as_of(PUBLISHED),
        Catalogue.of(whole.videos.with_columns(title=pl.lit("ab")), snapshots=whole.snapshots),
        Catalogue.of(whole.videos.with_columns(title=pl.lit("")), snapshots=whole.snapshots),
        Catalogue.of(whole.videos.with_columns(tags=pl.lit(["ab"])), snapshots=whole.snapshots),
        Catalogue.of(whole.videos.with_columns(tags=pl.lit(["a", "b"])), snapshots=whole.snapshots),
        Catalogue.of(whole.videos, snapshots=whole.snapshots),
    ]
    assert len({made.fingerprint() for made in (whole, *others)}) == 1 + len(others)
