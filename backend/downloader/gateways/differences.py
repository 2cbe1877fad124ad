"""What rows that come in would change of those that are there: the one comparison of preview, import and undo."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import polars as pl

SLICE: Final = 20_000
"""Rows compared and written at a time: what bounds the memory, and how many values a query of SQLite is given."""
BEFORE: Final = " before"
"""End of the name of a column that holds what was there."""
IS_NEW: Final = "is new"


@dataclass(frozen=True, slots=True)
class Counts:
    """How many rows of one table are new, have another value somewhere, or are there as they are."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0

    def __add__(self, other: Counts) -> Counts:
        return Counts(self.added + other.added, self.changed + other.changed, self.unchanged + other.unchanged)


@dataclass(frozen=True, slots=True)
class Difference:
    """The rows of a slice that are new or differ."""

    rows: pl.DataFrame
    """The keys; each value as it becomes and, under its name with :data:`BEFORE`, as it was; :data:`IS_NEW`."""
    counts: Counts

    @property
    def values(self) -> list[str]:
        """The names of the values."""
        return [name.removesuffix(BEFORE) for name in self.rows.columns if name.endswith(BEFORE)]

    def becoming(self) -> pl.DataFrame:
        """Return the rows as they become."""
        return self.rows.drop(IS_NEW, *(f"{name}{BEFORE}" for name in self.values))

    def was(self) -> pl.DataFrame:
        """Return the rows that are not new as they were."""
        old = self.rows.filter(~pl.col(IS_NEW))
        return old.with_columns(pl.col(f"{name}{BEFORE}").alias(name) for name in self.values).select(
            self.becoming().columns
        )


def compared(given: pl.DataFrame, there: pl.DataFrame, keys: Sequence[str]) -> Difference:
    """Return what ``given`` changes of ``there``. A null is not known: it takes nothing away from what is.

    Examples
    --------
    >>> there = pl.DataFrame({"id": [1, 2], "views": [5, 6], "likes": [1, None]})
    >>> given = pl.DataFrame({"id": [1, 2, 3], "views": [5, 7, 8], "likes": [None, 2, None]})
    >>> found = compared(given, there, ["id"])
    >>> found.counts, found.becoming().rows(), found.was().rows()
    (Counts(added=1, changed=1, unchanged=1), [(2, 7, 2), (3, 8, None)], [(2, 6, None)])

    """
    values = [name for name in given.columns if name not in keys]
    old = there.select(*keys, *values).rename({name: f"{name}{BEFORE}" for name in values})
    joined = given.join(
        old.with_columns(pl.lit(value=False).alias(IS_NEW)), on=list(keys), how="left", maintain_order="left"
    )
    becoming = joined.with_columns(
        *(pl.coalesce(name, f"{name}{BEFORE}").alias(name) for name in values),
        pl.col(IS_NEW).fill_null(value=True),
    )
    differs = pl.any_horizontal(pl.lit(value=False), *(differing(name, f"{name}{BEFORE}") for name in values))
    rows = becoming.filter(pl.col(IS_NEW) | differs)
    added = int(rows[IS_NEW].sum())
    return Difference(rows, Counts(added, rows.height - added, given.height - rows.height))


def differing(one: str, other: str) -> pl.Expr:
    """Return where two columns hold different values; two nulls are the same."""
    return pl.col(one).ne_missing(pl.col(other))


def differences(
    given: pl.DataFrame, keys: Sequence[str], find: Callable[[pl.DataFrame], pl.DataFrame]
) -> Iterator[Difference]:
    """Yield the differences of slices of ``given``; ``find`` returns what is there of a slice."""
    for part in given.iter_slices(SLICE):
        if part.height:
            yield compared(part, find(part), keys)
