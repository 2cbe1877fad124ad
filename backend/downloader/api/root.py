"""The API under ``/api/v1/``: its resources, its description, and what holds for all of them.

Operations import what they ask when they are asked: `manage.py check` reads the addresses, and loads no tables and nothing that learns.
"""

from __future__ import annotations

from downloader.api import (
    alerts,
    events,
    experiments,
    forecasts,
    imports,
    jobs,
    ledger,
    metrics,
    observations,
    planning,
    questions,
    releases,
    site,
    videos,
)
from downloader.api.access import PerKey, guarded, needs
from downloader.api.description import Described
from downloader.api.problems import add_handlers

api = Described(
    title="Foreview",
    version="1",
    description="Forecasts of how online videos will do. Errors are problem details (RFC 9457). "
    "A POST with an `Idempotency-Key` is done once, and answered alike for 24 hours.",
    urls_namespace="foreview-api",
    auth=needs("read"),
    throttle=PerKey(),
    docs_decorator=guarded,
)
add_handlers(api)
api.add_router("/videos", videos.router)
api.add_router("", forecasts.router)
api.add_router("", planning.router)
api.add_router("", questions.router)
api.add_router("", ledger.router)
api.add_router("/releases", releases.router)
api.add_router("/experiments", experiments.router)
api.add_router("/alerts", alerts.router)
api.add_router("/jobs", jobs.router)
api.add_router("/jobs", events.router)
api.add_router("", site.router)
api.add_router("/imports", imports.router)
api.add_router("", observations.router)
api.add_router("", metrics.router)
