"""From a queryset to a polars frame, without a Python object per row.

PostgreSQL streams CSV (``COPY … TO STDOUT``), other databases are read through a plain cursor in blocks. What is asked is the
queryset's own SQL, so whatever the ORM can say (paths through relations, annotations) works here.
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterator, Mapping
from contextlib import closing
from typing import Any, Final, TypeAlias

import polars as pl
from django.core.exceptions import EmptyResultSet
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import QuerySet

from foreview.tables.schema import TEXTS, TIME

BLOCK: Final = 50_000
"""Rows fetched at a time through a plain cursor."""

Schema: TypeAlias = Mapping[str, pl.DataType | type[pl.DataType]]
"""Name → type of each selected value: String, Float64, Boolean, Date, TIME (UTC, ms) or TEXTS (list of texts)."""


def frame_of(queryset: QuerySet[Any, Any], schema: Schema) -> pl.DataFrame:
    """Return the rows of ``queryset``, a ``values_list`` in the order of ``schema``, in one query.

    Values that are not of the type asked for become null: a host's column may hold anything.
    """
    connection = connections[queryset.db]
    try:
        sql, params = queryset.order_by().query.sql_with_params()
    except EmptyResultSet:  # a filter that nothing passes, such as one of no keys: Django asks nothing either
        return _typed(_no_rows(schema), schema, connection.timezone_name)
    read = _copied if connection.vendor == "postgresql" else _fetched
    return _typed(read(connection, sql, params, schema), schema, connection.timezone_name)


def _copied(connection: BaseDatabaseWrapper, sql: str, params: tuple[Any, ...], schema: Schema) -> pl.DataFrame:
    buffer = io.BytesIO()
    # COPY takes no parameters, and under DEBUG Django's cursor does not hand them on: psycopg writes them into the text.
    sql = connection.ops.compose_sql(sql, params)  # type: ignore[attr-defined]  # those of PostgreSQL do
    with connection.cursor() as cursor, cursor.copy(f"COPY ({sql}) TO STDOUT (FORMAT csv)") as blocks:
        for block in blocks:
            buffer.write(block)
    if not buffer.tell():
        return _no_rows(schema)
    buffer.seek(0)
    # An unquoted nothing is NULL, a quoted one is an empty text: polars reads both as what they are.
    return pl.read_csv(buffer, has_header=False, schema={name: _raw(dtype) for name, dtype in schema.items()})


def _fetched(connection: BaseDatabaseWrapper, sql: str, params: tuple[Any, ...], schema: Schema) -> pl.DataFrame:
    with closing(connection.cursor()) as cursor:
        cursor.execute(sql, params)
        frames = [
            pl.DataFrame(
                [
                    _column(name, dtype, values)
                    for (name, dtype), values in zip(schema.items(), zip(*rows, strict=True), strict=True)
                ]
            )
            for rows in _blocks(cursor)
        ]
    return pl.concat(frames) if frames else _no_rows(schema)


def _blocks(cursor: Any) -> Iterator[list[tuple[Any, ...]]]:
    while rows := cursor.fetchmany(BLOCK):
        yield rows


def _no_rows(schema: Schema) -> pl.DataFrame:
    return pl.DataFrame(schema={name: _raw(dtype) for name, dtype in schema.items()})


def _raw(dtype: pl.DataType | type[pl.DataType]) -> pl.DataType | type[pl.DataType]:
    """Return the type in which a value arrives: a number, or text to be read by :func:`_typed`."""
    return pl.Float64 if dtype == pl.Float64 else pl.String


def _column(name: str, dtype: pl.DataType | type[pl.DataType], values: tuple[Any, ...]) -> pl.Series:
    if dtype == pl.Float64:
        return pl.Series(name, values, dtype=pl.Float64, strict=False)
    return pl.Series(
        name, [value if value is None or isinstance(value, str) else str(value) for value in values], dtype=pl.String
    )


def _typed(frame: pl.DataFrame, schema: Schema, timezone: str) -> pl.DataFrame:
    readers = {pl.Boolean(): _truth, pl.Date(): _day, TEXTS: _texts}
    columns = []
    for name, dtype in schema.items():
        column = frame[name]
        if dtype == TIME:
            column = _instant(column, timezone)
        elif dtype in readers:
            column = readers[dtype](column)  # type: ignore[index]  # a polars class equals and hashes as its instance
        columns.append(column)
    return pl.DataFrame(columns)


def _truth(column: pl.Series) -> pl.Series:
    return column.replace_strict({"t": True, "1": True, "True": True}, default=False, return_dtype=pl.Boolean).set(
        column.is_null(), None
    )


def _day(column: pl.Series) -> pl.Series:
    return column.str.to_date("%Y-%m-%d", strict=False)


def _instant(column: pl.Series, timezone: str) -> pl.Series:
    """Return instants; a text without an offset is in the time zone of the connection."""
    frame = column.to_frame("text")
    stated = pl.col("text").str.to_datetime("%Y-%m-%d %H:%M:%S%.f%#z", time_unit="ms", strict=False)
    naive = pl.col("text").str.to_datetime("%Y-%m-%d %H:%M:%S%.f", time_unit="ms", strict=False)
    local = naive.dt.replace_time_zone(timezone, ambiguous="earliest", non_existent="null").dt.convert_time_zone("UTC")
    return frame.select(pl.coalesce(stated, local).alias(column.name)).to_series()


def _texts(column: pl.Series) -> pl.Series:
    return pl.Series(column.name, [_list(text) for text in column], dtype=TEXTS)


def _list(text: str | None) -> list[str] | None:
    """Return a list kept as JSON, or as texts between commas; what is neither is not known."""
    if text is None:
        return None
    if not text.startswith(("[", "{", '"', "null")):
        return [part.strip() for part in text.split(",") if part.strip()]
    try:
        found = json.loads(text)
    except ValueError:
        return None
    return [str(part) for part in found] if isinstance(found, list | dict) else None
