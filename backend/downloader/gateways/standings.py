"""From standings to rows."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from downloader import selectors
from downloader.models import VideoStanding
from downloader.upserts import upsert
from foreview.forecasting.outlier import Unusual

_KEPT: Final = ("age_days", "ratio", "low", "high", "luck")


def save_standings(found: Sequence[Unusual], as_of: datetime) -> None:
    """Write how unusual these videos are as of ``as_of``, one row a video. Call it inside a transaction."""
    if not found:
        return
    columns: dict[str, list[Any]] = {
        "video": [selectors.key_of(one.video_id) for one in found],
        **{name: [getattr(one, name) for one in found] for name in _KEPT},
        "place": [one.standing for one in found],
        "as_of": [as_of] * len(found),
    }
    upsert(VideoStanding, columns, unique=["video"], update=[name for name in columns if name != "video"])
