"""What pages call things."""

from __future__ import annotations

from typing import Final

from downloader.configuration import schedule_timezone

FORMAT_NAMES: Final = {"": "any", "short": "short", "long": "long"}
"""A choice of formats; empty: whichever."""
TARGET_NAMES: Final[dict[str, str]] = {
    "views_30d": "views after 30 days",
    "views_7d": "views after 7 days",
    "engagement_rate": "engagement of the first 30 days",
    "revenue_30d": "revenue of the first 30 days",
}


def clock() -> str:
    """Return on which clock hours are typed and told."""
    return f"on the clock of {schedule_timezone().key}"
