"""Write ``catalogue.md`` from the columns as they are declared: ``python docs/reference/catalogue.py``."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import polars as pl

from foreview.tables.catalogue import DEFAULT_DELAY_HOURS
from foreview.tables.schema import CATALOGUE_FORMAT_VERSION, KEYS, TABLES, TEXTS, TIME, Column

PAGE = Path(__file__).with_suffix(".md")
HEAD = f"""\
# The catalogue

Written by `make reference` from `src/foreview/tables/schema.py`. Format version {CATALOGUE_FORMAT_VERSION}.

A catalogue is a folder: the videos of one owner and everything observed about them. It has `videos.parquet`, at least one of
`snapshots.parquet` (cumulative counters at an instant) and `daily.parquet` (sums of one calendar day), and may have `earnings.parquet`
and `catalogue.json`. Other files in the folder are passed over (`foreview import` leaves `refused.parquet` there, `foreview simulate` `truth.parquet`).

Make one with [`foreview import`](../how-to/import.md), with `foreview.tables.folder.write_catalogue`, or write the Parquet files yourself:
everything is checked on reading, and what breaks a rule is refused with table, column, row and rule.

- Null is missing. Zero is not missing. Numbers are finite.
- A time without a zone is UTC. Times are kept to the millisecond.
- Each video has one row. Of several snapshots, days or earnings with one key the last is kept: it is the later import.
- No snapshot lies before the publication of its video, no day before the day of its publication in the source's time zone.
- Columns beyond those below are refused, unless `catalogue.json` declares them.
"""
DESCRIPTION = f"""\
## `catalogue.json`

```json
{{
  "format_version": {CATALOGUE_FORMAT_VERSION},
  "timezone": "America/Los_Angeles",
  "delay_hours": 48.0,
  "missing_day_is_zero": false,
  "columns": [{{"name": "thumbnail_faces", "unit": "faces", "kind": "number", "known_after_days": 0}}]
}}
```

| field | says |
|---|---|
| `format_version` | {CATALOGUE_FORMAT_VERSION}; required |
| `timezone` | IANA name of the zone whose days the daily rows are; default UTC |
| `delay_hours` | hours after the end of a day until its row is final and known, 0 to 1440; default {DEFAULT_DELAY_HOURS:g} |
| `missing_day_is_zero` | whether the source leaves out days without views; otherwise a missing day ends the curve; default false |
| `columns` | further columns of `videos.parquet`, which become features; all four fields are required |

`kind` of a column is `number`, `category` or `boolean`. `known_after_days` says at which age of the video its value is known: 0 for a fact of the
publication, 7 for a count at seven days. Before that age the value is withheld, in training and in forecasting alike.

Without the file everything has its default.
"""
_FORMAT = """\
`format` is derived where it is absent, and said so: short on TikTok and Instagram, elsewhere short up to 180 s, long where nothing is known.
"""
_NAMES: Final = {
    pl.String(): "text",
    pl.Float64(): "number",
    pl.Boolean(): "boolean",
    pl.Date(): "date",
    TIME: "time (UTC)",
    TEXTS: "list of texts",
}


def page() -> str:
    """Return the whole page."""
    return "\n".join([HEAD, *(section(name, columns) for name, columns in TABLES.items()), DESCRIPTION])


def section(name: str, columns: tuple[Column, ...]) -> str:
    """Return one table of the catalogue."""
    key = ", ".join(f"`{column}`" for column in KEYS[name])
    after = [_FORMAT] if name == "videos" else []
    head = ["| column | says | type | unit | |", "|---|---|---|---|---|"]
    return "\n".join([f"## `{name}.parquet`", "", f"Key: {key}.", "", *head, *map(row, columns), "", *after])


def row(column: Column) -> str:
    """Return one column as a row of the page."""
    rules = ["required"] if column.required else []
    rules += [f"≥ {column.minimum:g}"] if column.minimum is not None else []
    return f"| `{column.name}` | {column.says} | {_NAMES[column.dtype]} | {column.unit or '–'} | {', '.join(rules)} |"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
