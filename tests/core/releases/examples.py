"""A small release for tests of how releases are kept; its parts mean nothing."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from foreview.releases.manifest import DataWindow, Draft, KindState, Models, Release, seal
from foreview.tables.schema import DeclaredColumn

MODELS: Models = {
    "views": {"weights.json": b"[0.25, 0.75]", "xgb.json": b"{}" * 5000, "forest.skops": bytes(range(256)) * 40},
    "engagement": {"weights.json": b"[1.0]"},
    "revenue": {},
}


def draft(**changes: Any) -> Draft:
    said: dict[str, Any] = {
        "as_of": datetime(2026, 5, 1, tzinfo=UTC),
        "created_at": datetime(2026, 5, 2, 3, 4, 5, tzinfo=UTC),
        "data_window": DataWindow(datetime(2025, 1, 1, tzinfo=UTC), datetime(2026, 3, 1, tzinfo=UTC), 100, 500),
        "catalogue_fingerprint": "0" * 64,
        "options": {"seed": 7, "embargo": "full", "issue_ages": (0.0, 1.0)},
        "kinds": {
            "views": KindState("ensemble", "beats typical out of time by 0.2"),
            "engagement": KindState("typical", "does not beat typical out of time"),
            "revenue": KindState("prior", "no revenue was ever seen"),
        },
        "libraries": {"numpy": "2.3.0"},
        "scores": {"views_30d": {"short": {"0": {"mae_ln": 0.1 + 0.2}}}},
        "declared": (DeclaredColumn("n7_likes", "likes", "number", 7.0),),
        "notes": ("trained on a world × 1",),
    }
    return Draft(**{**said, **changes})


def release(**changes: Any) -> Release:
    return seal(draft(**changes), MODELS)
