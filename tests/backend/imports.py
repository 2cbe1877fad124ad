"""What the tests of imports share: small files, and everything that an import may change."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from downloader.models import AdSenseEarnings, VideoAnalytics, VideoDownload, VideoSnapshot
from downloader.services.access import Account, account_of_machine
from downloader.services.importing import apply, preview
from foreview.readers.imported import SourceOptions

MACHINE = account_of_machine("tester", "command")
HEADING = "video_id,published_at,channel_id,title,date,views,likes,revenue_usd"
ROWS = (
    "a1,2026-01-01T17:30:00Z,UC1,Ten tomatoes,2026-01-01,10,1,0.5",
    "a1,2026-01-01T17:30:00Z,UC1,Ten tomatoes,2026-01-02,20,2,",
    "b2,2026-01-02T08:00:00Z,UC2,Ten pears,2026-01-02,30,,0.25",
)


def table(folder: Path, rows: Sequence[str] = ROWS, name: str = "days.csv", heading: str = HEADING) -> Path:
    """A table of daily sums."""
    path = folder / name
    path.write_text("\n".join((heading, *rows)) + "\n", encoding="utf-8")
    return path


def imported(path: Path, account: Account = MACHINE, kind: str = "", **options: Any) -> Any:
    """The import of a source, applied."""
    return apply(account, preview(account, path, kind, SourceOptions(**options)).pk)


def state() -> dict[str, list[tuple[Any, ...]]]:
    """All that imports write, without the keys and times of rows."""
    ours = [
        field.name
        for field in VideoDownload._meta.concrete_fields
        if field.name not in ("id", "created_at") and not field.name.startswith("ml_")
    ]
    found: dict[str, list[tuple[Any, ...]]] = {
        "videos": list(VideoDownload.objects.order_by("source_id", "pk").values_list(*ours))
    }
    for model, time in ((VideoAnalytics, "date"), (AdSenseEarnings, "date"), (VideoSnapshot, "observed_at")):
        fields = [field.name for field in model._meta.concrete_fields if field.name not in ("id", "video")]
        rows = model._default_manager.order_by("video__source_id", time).values_list("video__source_id", *fields)
        found[model.__name__] = list(rows)
    return found
