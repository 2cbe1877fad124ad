"""Many rows into a table at once: what is new is inserted, what is there is updated. Call it inside a transaction.

``bulk_create`` does the same at some thousand rows a second; 50,000 videos have a million days.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from django.db import connections, router
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import BigIntegerField, Field, FloatField, Model

_STAGE: Final = "foreview_stage"


def upsert(
    model: type[Model],
    columns: Mapping[str, Sequence[Any]],
    *,
    unique: Sequence[str],
    update: Sequence[str],
    keep_later: str | None = None,
) -> None:
    """Write rows given as columns: field name → one Python value a row.

    ``unique`` are the fields that say whether a row is there already, ``update`` those that are then replaced. The rows differ
    in ``unique``. A row that is there and lies later in the field ``keep_later`` stays as it is, whoever wrote it meanwhile.
    """
    connection = connections[router.db_for_write(model)]
    names, rows = _named(model, columns, connection)
    conflict = (
        f"ON CONFLICT ({', '.join(names[name] for name in unique)}) DO UPDATE SET "
        f"{', '.join(f'{names[name]} = excluded.{names[name]}' for name in update)}"
    )
    table = connection.ops.quote_name(model._meta.db_table)
    if keep_later is not None:
        conflict += f" WHERE {table}.{names[keep_later]} <= excluded.{names[keep_later]}"
    write = _copy if connection.vendor == "postgresql" else _execute
    write(connection, table, ", ".join(names.values()), conflict, rows)


def insert(model: type[Model], columns: Mapping[str, Sequence[Any]]) -> None:
    """Add rows given as columns, in one statement a database is told once; one that is there already is an IntegrityError."""
    connection = connections[router.db_for_write(model)]
    names, rows = _named(model, columns, connection)
    table, into = connection.ops.quote_name(model._meta.db_table), ", ".join(names.values())
    if connection.vendor != "postgresql":
        _execute(connection, table, into, "", rows)
        return
    with (
        connection.wrap_database_errors,
        connection.cursor() as cursor,
        cursor.copy(f"COPY {table} ({into}) FROM STDIN") as copied,
    ):
        for row in rows:
            copied.write_row(row)


def _named(
    model: type[Model], columns: Mapping[str, Sequence[Any]], connection: BaseDatabaseWrapper
) -> tuple[dict[str, str], Iterable[tuple[Any, ...]]]:
    """Return the quoted name of each column, and the rows as the database wants them."""
    fields = {field.name: field for field in model._meta.concrete_fields if field.name in columns}
    adapted = (_adapted(fields[name], values, connection) for name, values in columns.items())
    names = {name: connection.ops.quote_name(str(fields[name].column)) for name in columns}
    return names, zip(*adapted, strict=True)


def _adapted(field: Field[Any, Any], values: Sequence[Any], connection: BaseDatabaseWrapper) -> Sequence[Any]:
    """Return the values as the database wants them; equal values are adapted once."""
    if isinstance(field, BigIntegerField | FloatField):
        return values
    known: dict[Any, Any] = {}
    adapted = []
    for value in values:
        if isinstance(value, list | dict):
            adapted.append(field.get_db_prep_save(value, connection))
            continue
        if value not in known:
            known[value] = field.get_db_prep_save(value, connection)
        adapted.append(known[value])
    return adapted


def _execute(
    connection: BaseDatabaseWrapper, table: str, columns: str, conflict: str, rows: Iterable[tuple[Any, ...]]
) -> None:
    marks = ", ".join(["%s"] * len(columns.split(", ")))
    with connection.cursor() as cursor:
        cursor.executemany(f"INSERT INTO {table} ({columns}) VALUES ({marks}) {conflict}", list(rows))  # noqa: S608  (names are the model's own, quoted)


def _copy(
    connection: BaseDatabaseWrapper, table: str, columns: str, conflict: str, rows: Iterable[tuple[Any, ...]]
) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TEMPORARY TABLE {_STAGE} ON COMMIT DROP AS SELECT {columns} FROM {table} WITH NO DATA")  # noqa: S608  (names are the model's own, quoted)
        with cursor.copy(f"COPY {_STAGE} ({columns}) FROM STDIN") as staged:
            for row in rows:
                staged.write_row(row)
        cursor.execute(f"INSERT INTO {table} ({columns}) SELECT {columns} FROM {_STAGE} {conflict}")  # noqa: S608  (names are the model's own, quoted)
        cursor.execute(f"DROP TABLE {_STAGE}")
