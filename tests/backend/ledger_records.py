"""Records for the ledger, as forecasts and outcomes write them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

import numpy as np
from django.db import transaction
from scipy.special import ndtri

from downloader.gateways.ledger import append
from foreview.vocabulary import QUANTILES

Record = Mapping[str, Any]


def forecast_record(release: str, video: str, as_of: datetime, *, age: float = 1.0, **said: Any) -> Record:
    """A forecast of the 7-day views of a video; ``said`` replaces parts of the record."""
    return {
        "kind": "forecast",
        "role": "served",
        "release": release,
        "written_at": as_of,
        "format": "long",
        "fingerprint": "",
        "inputs": {"video_id": video, "as_of": as_of, "issue_age_days": age},
        "forecast": {"views_7d": normal(5.0, 1.0)},
        **said,
    }


def normal(middle: float, spread: float) -> dict[str, Any]:
    """The figures of a forecast that is normal on the scale ln(1+y)."""
    quantiles = {name: float(np.expm1(middle + spread * ndtri(level))) for name, level in QUANTILES.items()}
    return {"point": quantiles["p50"], **quantiles, "typical": 100.0, "model_type": "ensemble"}


def outcome_record(video: str, value: float | None, at: datetime, *, target: str = "views_7d") -> Record:
    return {
        "kind": "outcome",
        "video": video,
        "target": target,
        "value": None if value is None else float(value),
        "matured_at": at,
        "status": "usable",
        "written_at": at,
    }


def written(records: Iterable[Record]) -> None:
    with transaction.atomic():
        append(list(records))


def forecast_and_matured(release: str, begun: datetime, outcomes: Iterable[float]) -> None:
    """A video a day from ``begun`` on, forecast on its first day and matured on its eighth."""
    for n, value in enumerate(outcomes):
        at = begun + timedelta(days=n)
        matured = outcome_record(str(1000 + n), value, at + timedelta(days=7))
        written([forecast_record(release, str(1000 + n), at), matured])
