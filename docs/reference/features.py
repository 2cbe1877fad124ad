"""Write ``features.md`` from the features as they are declared: ``python docs/reference/features.py``."""

from __future__ import annotations

from itertools import groupby
from pathlib import Path

from foreview.features.spec import FEATURES, Feature

PAGE = Path(__file__).with_suffix(".md")
HEAD = """\
# Features

Written by `make reference` from `src/foreview/features/spec.py`; the columns of
`foreview.features.matrix.feature_table`, in this order. A feature uses what was known at the issue time and nothing later.
What is missing is null, never zero. Columns that a catalogue declares in `catalogue.json` follow at the end.
"""


def page() -> str:
    """Return the whole page."""
    groups = [section(name, list(features)) for name, features in groupby(FEATURES, lambda feature: feature.group)]
    return "\n".join([HEAD, *groups])


def section(group: str, features: list[Feature]) -> str:
    """Return one group of features as a table."""
    rows = [f"| `{f.name}` | {f.says} | {f.unit or '–'} | {f.kind} | {f.known} |" for f in features]
    return "\n".join(
        [f"## {group.capitalize()}", "", "| name | says | unit | kind | known |", "|---|---|---|---|---|", *rows, ""]
    )


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
