"""An import taken back from the slices it kept: the state before, exactly, or nothing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import polars as pl
from django.db import transaction

from downloader import selectors
from downloader.gateways.differences import IS_NEW, SLICE, Counts, Difference, differing
from downloader.gateways.importing import KEYS, TABLES, finder, write
from downloader.models import VideoDownload
from foreview.errors import UsageError

_NOW: Final = " now"


class ChangedSince(UsageError):  # noqa: N818  (the state is the name)
    """What an import wrote was changed or built upon by somebody since."""


def undo_slices(folder: Path) -> list[str]:
    """Take back the slices in ``folder``, all or none, and return the ids of the videos that stay.

    Videos that the import brought stay where they were forecast, without the rows it brought.

    Raises
    ------
    ChangedSince
        Where a row is not as the import left it, or something was added to a video that it brought.

    """
    stays = list[str]()
    with transaction.atomic():
        for table, difference in _slices(folder):
            there = _as_left(table, difference)
            write(table, difference.was())
            new = there.filter(pl.col(IS_NEW))["key"].to_list()
            if table == "videos":
                kept = _remove_videos(new)
                stays += there.filter(pl.col("key").is_in(list(kept)))["source_id"].to_list()
            else:
                selectors.ROW_MODELS[table]._default_manager.filter(pk__in=new).delete()
    return stays


def _slices(folder: Path) -> Iterator[tuple[str, Difference]]:
    """Yield the slices, the last first, and those of the videos after all others: what hangs on a video goes before it."""
    for table in reversed(TABLES):
        for path in sorted(folder.glob(f"*-{table}.parquet"), reverse=True):
            rows = pl.read_parquet(path)
            added = int(rows[IS_NEW].sum())
            yield table, Difference(rows, Counts(added, rows.height - added))


def _as_left(table: str, difference: Difference) -> pl.DataFrame:
    """Return the keys of the rows as they are there now, having checked that they are as the import left them."""
    keys, values = KEYS[table], difference.values
    now = finder(table)(difference.rows)
    renamed = now.select("key", *keys, *(pl.col(name).alias(f"{name}{_NOW}") for name in values))
    joined = difference.rows.join(renamed, on=keys, how="left", maintain_order="left")
    other = pl.any_horizontal(pl.col("key").is_null(), *(differing(name, f"{name}{_NOW}") for name in values))
    changed = joined.filter(other)
    if changed.height:
        _refuse(table, changed, values)
    return joined


def _refuse(table: str, changed: pl.DataFrame, values: list[str]) -> None:
    row = changed.row(0, named=True)
    which = " ".join(str(row[key]) for key in KEYS[table])
    if row["key"] is None:
        fact = "is gone"
    else:
        name = next(name for name in values if row[name] != row[f"{name}{_NOW}"])
        fact = f"has {name} = {row[f'{name}{_NOW}']}, not {row[name]}"
    more = f"; and {changed.height - 1} more" if changed.height > 1 else ""
    raise ChangedSince(
        "what is undone is as the import left it",
        f"{table}, {which}: {fact}{more}",
        "Undo what changed it first, such as a later import",
    )


def _remove_videos(keys: list[int]) -> set[int]:
    """Remove these videos but those that were forecast, and return these."""
    kept: set[int] = set()
    for start in range(0, len(keys), SLICE):
        part = keys[start : start + SLICE]
        if added := selectors.entered_since(part):
            raise ChangedSince(
                "what is undone is as the import left it",
                f"{len(added)} of its videos have rows or a transcript from elsewhere, the first is video {min(added)}",
                "Undo what added them first, such as a later import",
            )
        forecast = selectors.forecast_before(part)
        VideoDownload.objects.filter(pk__in=[key for key in part if key not in forecast]).delete()
        kept |= forecast
    return kept
