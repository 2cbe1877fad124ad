"""From a sheet of texts to typed rows: whole rows only, and every refused field with its line and reason."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as default
from typing import Final

import polars as pl

from foreview.errors import UsageError
from foreview.readers import values
from foreview.readers.imported import REFUSED_SCHEMA
from foreview.readers.sheet import LINE, Decimal, Sheet
from foreview.tables.checks import SPAN, outside_years
from foreview.tables.schema import TEXTS, TIME, Column

COUNTS: Final = ("views", "likes", "comments", "shares", "impressions")
"""Units of which there are only whole ones."""


@dataclass(frozen=True, slots=True)
class TypedRows:
    """Rows of a sheet with the catalogue's types."""

    rows: pl.DataFrame
    """:data:`LINE` and one column a field that the sheet has."""
    refused: pl.DataFrame
    assumed: Counter[str] = default(default_factory=Counter)
    """Sentence with ``{}`` → the number of rows of which it is true: what the spellings left open."""
    told: tuple[str, ...] = ()

    @property
    def notes(self) -> tuple[str, ...]:
        """What was assumed, as sentences."""
        return (*(sentence.format(count) for sentence, count in self.assumed.items()), *self.told)


def same_name(name: str) -> str:
    """Return a name by which headers are compared.

    Examples
    --------
    >>> same_name("Watch time (hours)")
    'watch_time_hours'

    """
    return re.sub(r"\W+", "_", unicodedata.normalize("NFC", name).casefold()).strip("_")


def matched(sheet: Sheet, fields: Iterable[str], mapping: Mapping[str, str]) -> dict[str, str]:
    """Return field → column of the sheet: as mapped, else where the names are the same but for case and signs."""
    by_name = {same_name(column): column for column in reversed(sheet.columns)}
    found = {field: by_name.get(same_name(mapping.get(field, field)), by_name.get(field)) for field in fields}
    return {field: column for field, column in found.items() if column is not None}


def fields_of(
    sheet: Sheet, columns: Sequence[Column], headers: Mapping[str, str], mapping: Mapping[str, str]
) -> dict[str, str]:
    """Return field → column of the sheet: as mapped, else by the field's own name, else by the first of ``headers`` that is there.

    ``headers`` says of a name, as compared, which field it is.
    """
    by_name = {same_name(column): column for column in reversed(sheet.columns)}
    there = [(name, field) for name, field in headers.items() if name in by_name and field not in by_name]
    known = {field: by_name[name] for name, field in reversed(there)}
    return matched(sheet, [column.name for column in columns], known | dict(mapping))


def check_mapped(mapping: Mapping[str, str], columns: Sequence[Column], sheets: Sequence[Sheet]) -> None:
    """Raise UsageError where the mapping names a field that is none of ``columns``, or a column that no sheet has."""
    fields = list(dict.fromkeys(column.name for column in columns))
    if unknown := [field for field in mapping if field not in fields]:
        raise UsageError(
            "a mapping FIELD=COLUMN names a field of the catalogue",
            f"found {', '.join(unknown)}",
            f"Fields are {', '.join(fields)}",
        )
    found = list(dict.fromkeys(column for sheet in sheets for column in sheet.columns))
    there = {same_name(column) for column in found}
    if astray := [f"{field}={column}" for field, column in mapping.items() if same_name(column) not in there]:
        raise UsageError(
            "a mapping FIELD=COLUMN names a column of the source",
            f"found {', '.join(astray)}, but the columns are {', '.join(found)}",
        )


def typed_rows(sheet: Sheet, columns: Sequence[Column], found: Mapping[str, str], timezone: str) -> TypedRows:
    """Return the rows of ``sheet`` in which every field can be read and keeps its column's rules.

    Parameters
    ----------
    sheet:
        The table as found.
    columns:
        The fields with their types and rules.
    found:
        Field → column of the sheet, see :func:`matched`.
    timezone:
        The zone of times that name none. A day without a time of day becomes its noon there, and is said so.

    """
    wanted = [column for column in columns if column.name in found]
    source = sheet.rows.select(LINE, *(pl.col(found[column.name]).alias(column.name) for column in wanted))
    judged = {column.name: _judged(source[column.name], column, sheet.decimal, timezone) for column in wanted}
    typed = source.select(LINE, *(frame["value"].alias(name) for name, frame in judged.items()))
    reasons = source.select(LINE, *(frame["reason"].alias(name) for name, frame in judged.items()))
    bad = reasons.select(pl.any_horizontal(pl.col(name).is_not_null() for name in judged).alias("bad"))["bad"]
    refused = _listed(sheet.file, source, reasons.filter(bad))
    return TypedRows(typed.filter(~bad), refused, _assumed(judged, wanted, timezone), sheet.notes)


def _judged(given: pl.Series, column: Column, decimal: Decimal, timezone: str) -> pl.DataFrame:
    """Return the value of each row, why it is refused (null where it is not), and whether something was assumed.

    Each distinct text is read once: of days and counts there are few.
    """
    spelt = given.dtype == pl.String() and column.dtype not in (pl.String(), TEXTS)
    texts = (given.unique() if spelt else given).alias("given").to_frame()
    value = _parsed(given.dtype, column, decimal, timezone)
    found = texts.with_columns(value=value, assumed=_is_assumed(given.dtype, column))
    judged = found.with_columns(reason=_reason(given.dtype, column, decimal))
    if not spelt:
        return judged
    rows = given.alias("given").to_frame()
    return rows.join(judged, on="given", how="left", nulls_equal=True, maintain_order="left")


def _parsed(given: pl.DataType, column: Column, decimal: Decimal, timezone: str) -> pl.Expr:
    value = pl.col("given")
    if given == pl.String():
        return _parsed_text(column, decimal, timezone)
    if not _means(given, column):
        return pl.lit(None, column.dtype)
    if column.dtype == TIME:
        return _instant_of(given, timezone)
    if column.dtype == pl.Date() and isinstance(given, pl.Datetime) and given.time_zone is not None:
        return value.dt.convert_time_zone(timezone).dt.date()
    return value.cast(column.dtype, strict=False)


def _instant_of(given: pl.DataType, timezone: str) -> pl.Expr:
    value = pl.col("given")
    if given == pl.Date():
        return values.noon(value, timezone)
    if isinstance(given, pl.Datetime):
        return values.localised(value, timezone) if given.time_zone is None else value.cast(TIME)
    return values.instant(value.cast(pl.Int64, strict=False).cast(pl.String), timezone)


def _means(given: pl.DataType, column: Column) -> bool:
    """Return whether values of a type can mean what the column says: a moment is no count, though it can be cast to one."""
    if column.dtype == pl.Float64():
        return given.is_numeric()
    if column.dtype in (TIME, pl.Date()):
        return isinstance(given, pl.Date | pl.Datetime) or (column.dtype == TIME and given.is_integer())
    if column.dtype == pl.String():
        return given.is_integer() or isinstance(given, pl.Categorical | pl.Enum)
    return given in (column.dtype, pl.Null())


def _parsed_text(column: Column, decimal: Decimal, timezone: str) -> pl.Expr:
    text = pl.col("given")
    if column.dtype == pl.String():
        stripped = text.str.strip_chars()
        return pl.when(stripped != "").then(stripped)
    if column.dtype == TEXTS:
        return values.texts(text)
    said = pl.when(~values.is_missing(text) & ~values.is_no_length(text)).then(text)
    if column.unit == "s":
        return values.length(said, decimal)
    return _PARSERS[column.dtype](said, decimal, timezone)


_PARSERS: Final[dict[pl.DataType, Callable[[pl.Expr, Decimal, str], pl.Expr]]] = {
    TIME: lambda text, _, zone: pl.coalesce(values.instant(text, zone), values.noon(values.day(text), zone)),
    pl.Date(): lambda text, _, __: values.day(text.str.replace(r"[T ]00:00(:00)?(\.0+)?$", "")),
    pl.Boolean(): lambda text, _, __: values.truth(text),
    pl.Float64(): lambda text, decimal, _: values.number(text, decimal),
}


def _reason(given: pl.DataType, column: Column, decimal: Decimal) -> pl.Expr:
    """Return why a field is refused; null where it is not."""
    text, value, reason = pl.col("given"), pl.col("value"), pl.lit(None, pl.String)
    is_given = text.is_not_null()
    if column.minimum is not None:
        reason = pl.when(value < column.minimum).then(pl.lit(f"{column.name} is at least {column.minimum:g}"))
    if column.dtype in (TIME, pl.Date()):
        reason = pl.when(outside_years("value", column.dtype)).then(pl.lit(f"{column.name} lies in the years {SPAN}"))
    if column.dtype == pl.Float64():
        reason = pl.when(~value.is_finite()).then(pl.lit(f"{column.name} is finite")).otherwise(reason)
    if column.required:
        reason = pl.when(value.is_null()).then(pl.lit(f"{column.name} is missing")).otherwise(reason)
    if given == pl.String():
        is_given = ~values.is_missing(text) & ~values.is_no_length(text)
        if column.unit in COUNTS:
            says = f"{column.name} is a whole number; write it without a separator"
            reason = pl.when(values.is_thousandths(text, decimal)).then(pl.lit(says)).otherwise(reason)
    if column.dtype in (pl.String(), TEXTS) and given == pl.String():
        return reason
    return pl.when(is_given & value.is_null()).then(pl.lit(f"{column.name} is {_spelling(column)}")).otherwise(reason)


def _is_assumed(given: pl.DataType, column: Column) -> pl.Expr:
    """Return whether the spelling leaves something open: the time of a day, the digits of 541.2K."""
    if column.dtype == TIME and given == pl.Date():
        return pl.col("given").is_not_null()
    if given == pl.String() and column.dtype == TIME:
        return values.day(pl.col("given")).is_not_null()
    if given == pl.String() and column.dtype == pl.Float64():
        return values.is_rounded(pl.col("given"))
    return pl.lit(value=False)


def _spelling(column: Column) -> str:
    if column.unit == "s":
        return "a length such as 0:03:09 or 189"
    if column.unit == "USD":
        return "an amount of USD such as 1234.5"
    spellings = {
        pl.String(): "a text",
        TEXTS: "a list of texts",
        TIME: "a time such as 2026-05-01T12:00:00Z or a day such as 2026-05-01",
        pl.Date(): "a day such as 2026-05-01",
        pl.Boolean(): "true or false",
    }
    return spellings.get(column.dtype, "a number such as 1234.5")


def _listed(file: str, source: pl.DataFrame, reasons: pl.DataFrame) -> pl.DataFrame:
    """Return one row a refused field."""
    fields = [name for name in reasons.columns if name != LINE]
    frames = [pl.DataFrame(schema=REFUSED_SCHEMA)]
    for field in fields:
        bad = reasons.filter(pl.col(field).is_not_null())
        if bad.height:
            joined = bad.select(LINE, reason=field).join(source.select(LINE, value=_shown(source, field)), on=LINE)
            named = joined.with_columns(file=pl.lit(file), field=pl.lit(field), line=pl.col(LINE))
            frames.append(named.select(*REFUSED_SCHEMA))
    return pl.concat(frames).sort("line", maintain_order=True)


def _shown(source: pl.DataFrame, field: str) -> pl.Expr:
    given = source.schema[field]
    if isinstance(given, pl.List) and not given.inner.is_nested():
        return pl.col(field).cast(pl.List(pl.String), strict=False).list.join(", ")
    if given.is_nested() or isinstance(given, pl.Binary | pl.Object):
        return pl.lit(f"({given})")
    return pl.col(field).cast(pl.String, strict=False)


def _assumed(judged: Mapping[str, pl.DataFrame], columns: Sequence[Column], timezone: str) -> Counter[str]:
    """Return what the spellings left open, and of how many rows."""
    counted = Counter[str]()
    for column in columns:
        says = f"{column.name} of {{}} rows was rounded by the source"
        if column.dtype == TIME:
            says = f"{column.name} of {{}} rows is a day without a time: noon in {timezone} was taken"
        counted[says] += int(judged[column.name]["assumed"].sum())
    return +counted
