"""What every resource shares: pages, and values that a database can hold."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Annotated, Generic, TypeVar

from ninja import Query, Schema
from pydantic import AfterValidator, AwareDatetime, Field, StringConstraints

from foreview.vocabulary import YEARS

T = TypeVar("T")
R = TypeVar("R")
BIGGEST = 2**63 - 1


def _without_nul(text: str) -> str:
    if "\x00" in text:
        raise ValueError("a text holds no NUL character")
    return text


def _of_our_time(moment: datetime) -> datetime:
    if moment.year not in YEARS:
        raise ValueError(f"a time is one between {YEARS[0]} and {YEARS[-1]}")
    return moment.astimezone(UTC)


Text = Annotated[str, StringConstraints(max_length=200_000), AfterValidator(_without_nul)]
Name = Annotated[str, StringConstraints(min_length=1, max_length=5_000), AfterValidator(_without_nul)]
Moment = Annotated[AwareDatetime, AfterValidator(_of_our_time)]
Share = Annotated[float, Field(gt=0, lt=1)]
Number = Annotated[int, Field(ge=1, le=BIGGEST)]
Cursor = Annotated[int | None, Query(ge=1, le=BIGGEST, description="`next` of the page before")]
Limit = Annotated[int, Query(ge=1, le=500, description="most items of a page")]


class Page(Schema, Generic[T]):
    """Part of a list, the youngest first."""

    items: list[T]
    next: int | None = Field(None, description="the cursor of the next page; null on the last one")


def page_of(rows: Sequence[R], limit: int, told: Callable[[R], T], number: Callable[[R], int]) -> Page[T]:
    """Return the page of ``rows``, of which there is one more than ``limit`` where there is a next page."""
    shown = rows[:limit]
    return Page[T](items=[told(row) for row in shown], next=number(shown[-1]) if len(rows) > limit else None)
