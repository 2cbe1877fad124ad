"""Each table is checked once, where it enters; afterwards its types and rules can be relied upon."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

import polars as pl

from foreview.errors import CatalogueError
from foreview.tables.schema import KEYS, TABLES, TEXTS, Column, DeclaredColumn, dtype_of
from foreview.vocabulary import CATALOGUE_YEARS, FORMATS, SHORT_MAX_SECONDS

SHORT_PLATFORMS = ("tiktok", "instagram")
MOST_DAYS: Final = 36_500
"""Days after publication by which what a declared column says is known at the latest."""
EARLIEST, LATEST = (datetime(year, 1, 1, tzinfo=UTC) for year in (CATALOGUE_YEARS.start, CATALOGUE_YEARS.stop))
"""Times outside are mistakes, as of nanoseconds that were read as milliseconds; between them sums of times are exact."""
SPAN: Final = f"{CATALOGUE_YEARS[0]} to {CATALOGUE_YEARS[-1]}"


def check_table(name: str, frame: pl.DataFrame, declared: Sequence[DeclaredColumn] = ()) -> pl.DataFrame:
    """Return ``frame`` with the catalogue's types, absent optional columns as nulls, and duplicates resolved.

    Of several rows with one key the last is kept: it is the later import.

    Raises
    ------
    CatalogueError
        Naming table, field, row and rule.

    """
    columns = (*TABLES[name], *_declared_as_columns(declared if name == "videos" else ()))
    _check_names(name, frame, columns)
    typed = frame.select(_typed(name, frame, column) for column in columns)
    for column in columns:
        _check_values(name, typed, column)
    keys = list(KEYS[name])
    if name == "videos":
        _refuse(name, typed, pl.col("video_id").is_duplicated(), "video_id", "each video has one row")
        _refuse(name, typed, pl.col("video_id") == "", "video_id", "a video_id is not empty")
        unknown = ~pl.col("format").is_in(FORMATS) & pl.col("format").is_not_null()
        _refuse(name, typed, unknown, "format", "format is short or long")
        return typed.sort("published_at", "video_id")
    return typed.unique(keys, keep="last", maintain_order=True).sort(keys)


def check_declared(declared: Sequence[DeclaredColumn]) -> None:
    """Raise CatalogueError where a declared column has a name that is taken, or is known at no time that can be."""
    taken = {column.name for column in TABLES["videos"]}
    for column in declared:
        if column.name in taken:
            raise CatalogueError(
                "catalogue.json: a declared column has a name of its own",
                f"{column.name!r} is a column of videos.parquet already, or declared twice",
                "Rename it here and in videos.parquet",
            )
        taken.add(column.name)
        if not 0 <= column.known_after_days <= MOST_DAYS:
            raise CatalogueError(
                f"catalogue.json: known_after_days lies between 0 and {MOST_DAYS:,} days after publication",
                f"found {column.known_after_days!r} for {column.name}",
            )


def check_rows_belong(name: str, rows: pl.DataFrame, videos: pl.DataFrame, timezone: str) -> None:
    """Raise CatalogueError where a row names no video of the catalogue or lies before its publication."""
    joined = rows.join(videos.select("video_id", "published_at"), on="video_id", how="left", maintain_order="left")
    _refuse(
        name,
        joined,
        pl.col("published_at").is_null(),
        "video_id",
        "each row belongs to a video of videos.parquet",
    )
    if "observed_at" in rows.columns:
        early, field = pl.col("observed_at") < pl.col("published_at"), "observed_at"
    else:
        published_day = pl.col("published_at").dt.convert_time_zone(timezone).dt.date()
        early, field = pl.col("date") < published_day, "date"
    _refuse(name, joined, early, field, "no row lies before the publication of its video")


def with_format(videos: pl.DataFrame) -> tuple[pl.DataFrame, tuple[str, ...]]:
    """Return videos with ``format`` filled from platform and duration, and sentences that say for how many."""
    missing = pl.col("format").is_null()
    by_platform = missing & pl.col("platform").str.to_lowercase().is_in(SHORT_PLATFORMS).fill_null(value=False)
    by_duration = missing & ~by_platform & pl.col("duration_s").is_not_null()
    n_platform, n_duration, n_missing = videos.select(
        platform=by_platform.sum(), duration=by_duration.sum(), missing=missing.sum()
    ).row(0)
    short = by_platform | (by_duration & (pl.col("duration_s") <= SHORT_MAX_SECONDS))
    derived = pl.when(missing).then(pl.when(short).then(pl.lit("short")).otherwise(pl.lit("long"))).otherwise("format")
    notes = []
    if n_platform:
        notes.append(f"format of {n_platform} videos taken as short from their platform")
    if n_duration:
        notes.append(f"format of {n_duration} videos derived from duration (short up to {SHORT_MAX_SECONDS} s)")
    if n_missing - n_platform - n_duration:
        notes.append(f"format of {n_missing - n_platform - n_duration} videos unknown, taken as long")
    return videos.with_columns(format=derived), tuple(notes)


def _declared_as_columns(declared: Sequence[DeclaredColumn]) -> tuple[Column, ...]:
    return tuple(Column(d.name, dtype_of(d), d.unit, "declared in catalogue.json", required=True) for d in declared)


def _check_names(name: str, frame: pl.DataFrame, columns: Sequence[Column]) -> None:
    known = {column.name for column in columns}
    if missing := [c.name for c in columns if c.required and c.name not in frame.columns]:
        raise CatalogueError(
            f"{name}.parquet has the column(s) {', '.join(missing)}",
            f"found {', '.join(frame.columns) or 'no column'}",
            "Add the column, see docs/reference/catalogue.md",
        )
    if extra := [c for c in frame.columns if c not in known]:
        raise CatalogueError(
            f"{name}.parquet has no column beyond the format unless catalogue.json declares it",
            f"found {', '.join(extra)}",
            "Drop it, or declare name, unit, kind and known_after_days in catalogue.json (videos only)",
        )


def _typed(name: str, frame: pl.DataFrame, column: Column) -> pl.Expr:
    if column.name not in frame.columns:
        return pl.lit(None, dtype=column.dtype).alias(column.name)
    given, values = frame.schema[column.name], pl.col(column.name)
    if _says_another_thing(given, column.dtype):
        raise _of_another_type(name, column, f"{given}")
    if isinstance(column.dtype, pl.Datetime) and isinstance(given, pl.Datetime) and given.time_zone is None:
        values = values.dt.replace_time_zone("UTC")
    if column.dtype == TEXTS and given == pl.String():
        values = values.str.split(",").list.eval(pl.element().str.strip_chars())
        values = values.list.eval(pl.element().filter(pl.element() != ""))
    try:
        frame.select(values.cast(column.dtype))
    except pl.exceptions.PolarsError as error:
        raise _of_another_type(name, column, f"{given}: {str(error).splitlines()[0]}") from None
    return values.cast(column.dtype).alias(column.name)


def _says_another_thing(given: pl.DataType, wanted: pl.DataType) -> bool:
    """Return whether a type is not to be cast, though it can be: 90 s would become 90,000,000, and seconds since 1970 milliseconds."""
    if wanted == TEXTS:
        return isinstance(given, pl.List) and given.inner.is_nested()
    if wanted.is_temporal():
        return not isinstance(given, pl.Date | pl.Datetime | pl.String | pl.Null)
    return given.is_nested() or (wanted == pl.Float64() and given.is_temporal())


def _of_another_type(name: str, column: Column, found: str) -> CatalogueError:
    return CatalogueError(
        f"{name}.parquet, column {column.name}: values are {column.dtype}",
        f"found {found}",
        "Convert the column, see docs/reference/catalogue.md",
    )


def _check_values(name: str, frame: pl.DataFrame, column: Column) -> None:
    values = pl.col(column.name)
    if column.required and TABLES[name] and column in TABLES[name]:
        _refuse(name, frame, values.is_null(), column.name, f"{column.name} is never missing")
    if column.dtype == pl.Float64():
        _refuse(
            name,
            frame,
            values.is_nan() | values.is_infinite(),
            column.name,
            f"{column.name} is finite (null when missing)",
        )
    if column.dtype.is_temporal():
        _check_time(name, frame, column)
    if column.minimum is not None:
        _refuse(name, frame, values < column.minimum, column.name, f"{column.name} is at least {column.minimum:g}")


def outside_years(field: str, dtype: pl.DataType) -> pl.Expr:
    """Return whether a time or day lies outside the years that can be; compared as numbers, for Python may have no such date."""
    first, end = (pl.lit(bound).cast(dtype).to_physical() for bound in (EARLIEST, LATEST))
    return ~pl.col(field).to_physical().is_between(first, end, closed="left")


def _check_time(name: str, frame: pl.DataFrame, column: Column) -> None:
    number = frame.with_columns(pl.col(column.name).to_physical())
    unit = "days" if column.dtype == pl.Date() else "ms"
    rule = f"{column.name} lies in the years {SPAN}, counted in {unit} since 1970"
    _refuse(name, number, outside_years(column.name, column.dtype), column.name, rule)


def _refuse(name: str, frame: pl.DataFrame, breaks: pl.Expr, field: str, rule: str) -> None:
    bad = frame.with_row_index("row", offset=1).filter(breaks)
    if bad.is_empty():
        return
    shown = ", ".join(f"row {row} ({value!r})" for row, value in bad.select("row", field).head(3).iter_rows())
    more = f" and {bad.height - 3} more" if bad.height > 3 else ""
    raise CatalogueError(f"{name}.parquet, column {field}: {rule}", f"broken by {shown}{more}", "Correct the rows")
