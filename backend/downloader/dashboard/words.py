"""What pages call things."""

from __future__ import annotations

from typing import Final

TARGET_NAMES: Final[dict[str, str]] = {
    "views_30d": "views after 30 days",
    "views_7d": "views after 7 days",
    "engagement_rate": "engagement of the first 30 days",
    "revenue_30d": "revenue of the first 30 days",
}
KIND_NAMES: Final = {
    "train": "training",
    "tune": "tuning",
    "examine": "examination",
    "forecast": "forecasts",
    "mature_labels": "outcomes",
    "watch": "watch",
    "verify_ledger": "check of the ledger",
    "backtest": "backtest",
    "import": "import",
    "tidy": "tidying",
    "notify": "notice",
}
"""What a job of a kind is called; one of a project's own goes by its own name."""
