"""From release folders to rows, and from evidence to what the promotion log keeps."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime
from typing import Any

from downloader.models import Release
from foreview.experiments.promotion import Evidence
from foreview.releases.loading import seal_of
from foreview.releases.manifest import Manifest
from foreview.releases.strict import to_json


def register(manifests: Iterable[Manifest], *, parent: str, by: str, reason: str, now: datetime) -> None:
    """Add a row for each release that has none yet, as a candidate; ``parent`` is what serves now."""
    rows = [
        Release(
            version=manifest.model_version,
            parent=manifest.parent or ("" if parent == manifest.model_version else parent),
            as_of=manifest.as_of,
            trained_at=manifest.created_at,
            by=by,
            reason=reason,
            created_at=now,
            seal=seal_of(said := to_json(manifest)),
            data_window=said["data_window"],
            kinds=said["kinds"],
            metrics=said["scores"],
            files=said["files"],
        )
        for manifest in manifests
    ]
    Release.objects.bulk_create(rows, ignore_conflicts=True)


def evidence_record(evidence: Evidence | None, refused: str) -> dict[str, Any] | None:
    """Return what the log keeps of the gate: its figures (null where there is none) and what it said against the promotion."""
    if evidence is None:
        return {"refused": refused} if refused else None
    return {**_finite(asdict(evidence)), "refused": refused}


def _finite(said: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in said.items():
        if isinstance(value, dict):
            found[name] = _finite(value)
        else:
            found[name] = None if isinstance(value, float) and not math.isfinite(value) else value
    return found
