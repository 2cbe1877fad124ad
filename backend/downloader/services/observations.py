"""Daily rows and earnings that another program sends: entered many at once, found again by video and day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import polars as pl
from django.db import transaction
from django.utils import timezone

from downloader import selectors
from downloader.configuration import schedule_timezone, video_is_mapped, video_label
from downloader.gateways.differences import Counts, differences
from downloader.gateways.importing import KEYS, counted, finder, write
from downloader.services.access import Account
from downloader.services.videos import RowsRefused
from foreview.errors import UsageError
from foreview.tables.schema import TABLES


def enter_rows(account: Account, table: str, items: Sequence[Mapping[str, Any]]) -> Counts:
    """Enter rows of ``daily`` or ``earnings``, all or none; of a video and day that is there already the later wins.

    What an item leaves out, or gives as None, is not known and stays as it is.

    Raises
    ------
    RowsRefused
        If a video is not there or not the account's, a day has not begun, or a video and day stand there twice.

    """
    if video_is_mapped():
        raise UsageError(
            "rows are entered for Foreview's own videos",
            f"FOREVIEW maps them to {video_label()}",
            "Write into your own models",
        )
    if wrong := list(_wrong(account, items)):
        raise RowsRefused(wrong)
    return write_rows(table, items)


def write_rows(table: str, items: Sequence[Mapping[str, Any]]) -> Counts:
    """Write rows of videos that are there, all or none; of a video and time that is there already the later wins."""
    schema = {column.name: column.dtype for column in TABLES[table] if column.name != "video_id"}
    given = counted(pl.DataFrame(items, schema={"video": pl.Int64, **schema})).sort(KEYS[table])
    done = Counts()
    with transaction.atomic():
        for difference in differences(given, KEYS[table], finder(table)):
            write(table, difference.becoming())
            done += difference.counts
    return done


def _wrong(account: Account, items: Sequence[Mapping[str, Any]]) -> list[dict[str, str]]:
    """Return what is wrong, in the order of the rows."""
    today = timezone.now().astimezone(schedule_timezone()).date()
    seen = selectors.videos_seen(account.channels, {item["video"] for item in items})
    first: dict[tuple[int, date], int] = {}
    wrong = []
    for index, item in enumerate(items):
        row = (item["video"], item["date"])
        if item["video"] not in seen:
            wrong.append({"at": f"rows.{index}.video", "fact": f"there is none with the id {item['video']}"})
        elif item["date"] > today:
            wrong.append({"at": f"rows.{index}.date", "fact": f"{item['date']} has not begun"})
        elif first.setdefault(row, index) != index:
            wrong.append({"at": f"rows.{index}", "fact": f"the video and day of rows.{first[row]}"})
    return wrong
