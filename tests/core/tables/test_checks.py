from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import polars as pl
import pytest

from foreview.errors import CatalogueError
from foreview.tables.checks import check_declared, check_rows_belong, check_table, with_format
from foreview.tables.schema import TABLES, TEXTS, TIME, DeclaredColumn

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
NEXT = "Correct the rows."


def videos(**columns: Any) -> pl.DataFrame:
    return pl.DataFrame({"video_id": ["a", "b"], "published_at": [NOON, NOON]} | columns)


def refusal(name: str, frame: pl.DataFrame, *declared: DeclaredColumn) -> str:
    with pytest.raises(CatalogueError) as refused:
        check_table(name, frame, declared)
    return str(refused.value)


@pytest.mark.parametrize("name", TABLES)
def test_a_checked_table_has_all_columns_of_the_format_in_order(name: str):
    required = [column for column in TABLES[name] if column.required]
    empty = pl.DataFrame(schema={column.name: column.dtype for column in required})
    assert check_table(name, empty).schema == {column.name: column.dtype for column in TABLES[name]}


@pytest.mark.parametrize(
    ("name", "column"),
    [(name, column.name) for name, columns in TABLES.items() for column in columns if column.required],
)
def test_each_required_column_is_asked_for(name: str, column: str):
    frame = pl.DataFrame(schema={c.name: c.dtype for c in TABLES[name] if c.required and c.name != column})
    assert refusal(name, frame) == (
        f"{name}.parquet has the column(s) {column}. found {', '.join(frame.columns)}. "
        "Add the column, see docs/reference/catalogue.md."
    )


def test_a_table_without_any_column_says_so():
    assert "found no column." in refusal("snapshots", pl.DataFrame())


def test_an_undeclared_column_is_refused():
    assert refusal("videos", videos(mood=["x", "y"], luck=[1, 2])) == (
        "videos.parquet has no column beyond the format unless catalogue.json declares it. found mood, luck. "
        "Drop it, or declare name, unit, kind and known_after_days in catalogue.json (videos only)."
    )


@pytest.mark.parametrize(
    ("kind", "given", "kept"),
    [
        ("number", [1, 2], pl.Float64()),
        ("category", ["x", None], pl.String()),
        ("boolean", [True, False], pl.Boolean()),
    ],
)
def test_a_declared_column_is_kept_with_its_type(kind: Any, given: list[Any], kept: pl.DataType):
    checked = check_table("videos", videos(extra=given), [DeclaredColumn("extra", "", kind)])
    assert checked["extra"].to_list() == given
    assert checked.schema["extra"] == kept


def test_a_declared_column_must_be_there():
    assert refusal("videos", videos(), DeclaredColumn("mood", "", "category")).startswith(
        "videos.parquet has the column(s) mood. found video_id, published_at."
    )


def test_columns_cannot_be_declared_for_other_tables():
    frame = pl.DataFrame({"video_id": ["a"], "observed_at": [NOON], "views": [1], "mood": ["x"]})
    assert "found mood." in refusal("snapshots", frame, DeclaredColumn("mood", "", "category"))


def test_values_of_another_type_are_refused_with_the_column():
    text = refusal("videos", videos(duration_s=["long", "short"]))
    assert text.startswith("videos.parquet, column duration_s: values are Float64. found String: ")
    assert text.endswith("Convert the column, see docs/reference/catalogue.md.")


def test_times_are_whole_milliseconds_of_utc():
    plain = pl.Series(["2026-01-01 12:00:00.123456"] * 2).str.to_datetime()
    zoned = pl.Series(["2026-01-01 13:00:00"] * 2).str.to_datetime().dt.replace_time_zone("Europe/Berlin")
    for given, expected in ((plain, datetime(2026, 1, 1, 12, 0, 0, 123_000, tzinfo=UTC)), (zoned, NOON)):
        checked = check_table("videos", videos(published_at=given))
        assert checked.schema["published_at"] == TIME
        assert checked["published_at"].to_list() == [expected, expected]


def test_tags_may_be_a_text_with_commas():
    checked = check_table("videos", videos(tags=["x, y", None]))
    assert checked.schema["tags"] == TEXTS
    assert checked["tags"].to_list() == [["x", "y"], None]


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        (
            {"video_id": ["a", None]},
            f"videos.parquet, column video_id: video_id is never missing. broken by row 2 (None). {NEXT}",
        ),
        (
            {"video_id": ["a", "a"]},
            f"videos.parquet, column video_id: each video has one row. broken by row 1 ('a'), row 2 ('a'). {NEXT}",
        ),
        (
            {"video_id": ["a", ""]},
            f"videos.parquet, column video_id: a video_id is not empty. broken by row 2 (''). {NEXT}",
        ),
        (
            {"format": ["short", "Long"]},
            f"videos.parquet, column format: format is short or long. broken by row 2 ('Long'). {NEXT}",
        ),
        (
            {"duration_s": [-1.0, 5.0]},
            f"videos.parquet, column duration_s: duration_s is at least 0. broken by row 1 (-1.0). {NEXT}",
        ),
        (
            {"duration_s": [float("nan"), float("inf")]},
            (
                "videos.parquet, column duration_s: duration_s is finite (null when missing). "
                f"broken by row 1 (nan), row 2 (inf). {NEXT}"
            ),
        ),
    ],
)
def test_a_row_that_breaks_a_rule_is_named(changes: dict[str, list[Any]], text: str):
    assert refusal("videos", videos(**changes)) == text


def test_of_many_bad_rows_three_are_named():
    frame = pl.DataFrame({"video_id": ["a"] * 5, "date": [date(2026, 1, 1)] * 5, "views": [-1.0] * 5})
    assert refusal("daily", frame) == (
        "daily.parquet, column views: views is at least 0. "
        f"broken by row 1 (-1.0), row 2 (-1.0), row 3 (-1.0) and 2 more. {NEXT}"
    )


@pytest.mark.parametrize("column", ["likes", "comments"])
def test_a_day_may_take_back_more_than_it_gave(column: str):
    frame = pl.DataFrame({"video_id": ["a"], "date": [date(2026, 1, 1)], "views": [1.0], column: [-2.0]})
    assert check_table("daily", frame)[column].to_list() == [-2.0]


def test_a_late_correction_of_earnings_may_be_negative():
    frame = pl.DataFrame({"video_id": ["a"], "date": [date(2026, 1, 1)], "revenue_usd": [-0.5]})
    assert check_table("earnings", frame)["revenue_usd"].to_list() == [-0.5]


def test_of_rows_with_one_key_the_later_import_wins_whole():
    frame = pl.DataFrame(
        {
            "video_id": ["b", "a", "b", "a"],
            "date": [date(2026, 1, 2), date(2026, 1, 1), date(2026, 1, 1), date(2026, 1, 1)],
            "views": [5.0, 1.0, 4.0, 2.0],
            "likes": [None, 7.0, None, None],
        }
    )
    assert check_table("daily", frame).select("video_id", "date", "views", "likes").rows() == [
        ("a", date(2026, 1, 1), 2.0, None),
        ("b", date(2026, 1, 1), 4.0, None),
        ("b", date(2026, 1, 2), 5.0, None),
    ]


def test_videos_are_in_order_of_publication_and_then_of_id():
    frame = pl.DataFrame({"video_id": ["c", "b", "a"], "published_at": [NOON, NOON, datetime(2026, 2, 1, tzinfo=UTC)]})
    assert check_table("videos", frame)["video_id"].to_list() == ["b", "c", "a"]


def belong(name: str, rows: dict[str, Any], timezone: str = "UTC") -> None:
    check_rows_belong(name, check_table(name, pl.DataFrame(rows)), check_table("videos", videos()), timezone)


def test_rows_belong_to_a_video_of_the_catalogue():
    with pytest.raises(CatalogueError) as refused:
        belong("snapshots", {"video_id": ["z"], "observed_at": [NOON], "views": [1.0]})
    assert str(refused.value) == (
        "snapshots.parquet, column video_id: each row belongs to a video of videos.parquet. "
        f"broken by row 1 ('z'). {NEXT}"
    )


def test_no_counter_is_read_before_publication():
    belong("snapshots", {"video_id": ["a"], "observed_at": [NOON], "views": [0.0]})
    with pytest.raises(CatalogueError, match="column observed_at: no row lies before the publication of its video"):
        belong("snapshots", {"video_id": ["a"], "observed_at": [NOON.replace(hour=11)], "views": [0.0]})


@pytest.mark.parametrize(
    ("timezone", "first"),
    [("UTC", date(2026, 1, 1)), ("Pacific/Auckland", date(2026, 1, 2)), ("Pacific/Honolulu", date(2026, 1, 1))],
)
def test_the_first_day_is_the_day_of_publication_where_the_source_lives(timezone: str, first: date):
    belong("daily", {"video_id": ["a"], "date": [first], "views": [0.0]}, timezone)
    with pytest.raises(CatalogueError, match="column date: no row lies before the publication of its video"):
        belong("daily", {"video_id": ["a"], "date": [first.replace(year=2025)], "views": [0.0]}, timezone)


def test_the_format_follows_from_platform_or_duration_and_is_said():
    frame = pl.DataFrame(
        {
            "video_id": list("abcdef"),
            "published_at": [NOON] * 6,
            "platform": ["TikTok", "youtube", "youtube", None, "youtube", "instagram"],
            "duration_s": [600.0, 180.0, 180.5, None, 10.0, None],
            "format": [None, None, None, None, "long", None],
        }
    )
    found, notes = with_format(check_table("videos", frame))
    assert found["format"].to_list() == ["short", "short", "long", "long", "long", "short"]
    assert notes == (
        "format of 2 videos taken as short from their platform",
        "format of 2 videos derived from duration (short up to 180 s)",
        "format of 1 videos unknown, taken as long",
    )


@pytest.mark.parametrize("declared", [("title",), ("mood", "mood")])
def test_a_declared_column_has_a_name_of_its_own(declared: tuple[str, ...]):
    with pytest.raises(CatalogueError) as refused:
        check_declared([DeclaredColumn(name, "", "category") for name in declared])
    assert str(refused.value) == (
        f"catalogue.json: a declared column has a name of its own. {declared[-1]!r} is a column of videos.parquet already, or "
        "declared twice. Rename it here and in videos.parquet."
    )


def test_a_time_that_no_calendar_has_is_named_by_its_number():
    nanoseconds = pl.Series([1_767_225_600_000_000_000, None]).cast(pl.Datetime("ms", "UTC"))
    text = refusal("videos", videos(metric_redefined_at=nanoseconds))
    assert text == (
        "videos.parquet, column metric_redefined_at: metric_redefined_at lies in the years 1970 to 2199, counted in ms since 1970. "
        "broken by row 1 (1767225600000000000). Correct the rows."
    )


@pytest.mark.parametrize(
    ("column", "values", "found"),
    [
        ("duration_s", [timedelta(seconds=90)] * 2, "Duration(time_unit='us')"),
        ("channel_followers", [date(2026, 1, 1)] * 2, "Date"),
        ("published_at", [1_767_225_600] * 2, "Int64"),
        ("metric_redefined_at", [1.7e9] * 2, "Float64"),
        ("metric_redefined_at", [timedelta(days=3)] * 2, "Duration(time_unit='us')"),
        ("tags", [[{"name": "x"}]] * 2, "List(Struct({'name': String}))"),
    ],
)
def test_a_type_whose_unit_is_another_is_not_read_as_if_it_were_the_same(column: str, values: list[Any], found: str):
    said = refusal("videos", videos(**{column: values}))
    assert said.startswith(f"videos.parquet, column {column}: values are ")
    assert said.endswith(f"found {found}. Convert the column, see docs/reference/catalogue.md.")


def test_a_number_is_no_day():
    frame = pl.DataFrame({"video_id": ["a"], "date": [20_454], "views": [1]})
    assert refusal("daily", frame).startswith("daily.parquet, column date: values are Date. found Int64. ")


def test_a_column_of_nulls_may_be_of_any_column():
    assert check_table("videos", videos(duration_s=[None, None]))["duration_s"].to_list() == [None, None]


def test_a_text_without_tags_has_none():
    assert check_table("videos", videos(tags=["", "x,,y"]))["tags"].to_list() == [[], ["x", "y"]]


def test_nested_values_are_no_numbers():
    frame = pl.DataFrame({"video_id": ["a"], "date": [date(2026, 1, 1)], "views": [{"x": 1}]})
    assert refusal("daily", frame).startswith("daily.parquet, column views: values are Float64. found Struct(")
