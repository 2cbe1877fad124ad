"""Reading by the table gives what the ORM gives row by row."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import polars as pl
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from downloader.frames import BLOCK, Schema, frame_of
from downloader.models import AdSenseEarnings, VideoAnalytics, VideoDownload
from foreview.tables.schema import TEXTS, TIME

pytestmark = [pytest.mark.django_db, pytest.mark.dialect]
TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=30)
MOMENT = st.datetimes(datetime(2005, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001  (hypothesis adds it)
SCHEMA: Schema = {
    "pk": pl.Float64,
    "title": pl.String,
    "description": pl.String,
    "duration": pl.Float64,
    "is_short": pl.Boolean,
    "published_at": TIME,
    "tags": TEXTS,
}


def whole_ms(moment: datetime) -> datetime:
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


@hypothesis_settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    title=TEXT,
    description=st.none() | TEXT,
    duration=st.none() | st.floats(0, 1e9),
    is_short=st.none() | st.booleans(),
    published_at=st.none() | MOMENT,
    tags=st.none() | st.lists(TEXT, max_size=3),
)
def test_any_row_is_read_as_the_orm_reads_it(**fields):
    made = VideoDownload.objects.create(**fields)
    row = VideoDownload.objects.filter(pk=made.pk)
    expected = row.get()
    at = expected.published_at
    assert frame_of(row.values_list(*SCHEMA), SCHEMA).row(0) == (
        made.pk,
        expected.title,
        expected.description,
        expected.duration,
        expected.is_short,
        at and whole_ms(at),
        expected.tags,
    )


def test_no_rows_are_a_frame_with_the_columns_asked_for():
    found = frame_of(VideoDownload.objects.values_list(*SCHEMA), SCHEMA)
    assert found.is_empty()
    assert dict(found.schema) == {name: pl.Series(dtype=dtype).dtype for name, dtype in SCHEMA.items()}


def test_more_rows_than_a_block_are_all_there():
    video = VideoDownload.objects.create(title="a")
    n, first = BLOCK + 7, date(1900, 1, 1)
    VideoAnalytics.objects.bulk_create(
        VideoAnalytics(video=video, date=first + timedelta(days=day), views=day) for day in range(n)
    )
    found = frame_of(VideoAnalytics.objects.values_list("date", "views"), {"date": pl.Date, "views": pl.Float64})
    days = pl.date_range(first, first + timedelta(days=n - 1), eager=True).alias("date")
    assert_frame_equal(found.sort("date"), pl.DataFrame([days, pl.Series("views", range(n), dtype=pl.Float64)]))


def test_money_is_read_to_the_millionth():
    video = VideoDownload.objects.create(title="a")
    AdSenseEarnings.objects.create(video=video, date=date(2026, 1, 1), revenue_usd=Decimal("-1234.567891"))
    found = frame_of(AdSenseEarnings.objects.values_list("revenue_usd"), {"usd": pl.Float64})
    assert found["usd"].to_list() == [-1234.567891]


@pytest.mark.parametrize(
    ("kept", "expected"),
    [(["a", 1], ["a", "1"]), ({"a": 1}, ["a"]), ("a, b", None), (7, ["7"]), ([], [])],
)
def test_a_list_kept_otherwise_is_read_as_far_as_it_is_one(kept, expected):
    video = VideoDownload.objects.create(title="a", tags=kept)
    row = VideoDownload.objects.filter(pk=video.pk).values_list("tags")
    assert frame_of(row, {"tags": TEXTS})["tags"].to_list() == [expected]
