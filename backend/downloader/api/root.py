"""The API under ``/api/v1/``: its resources, its description, and what holds for all of them.

Operations import what they ask when they are asked: `manage.py check` reads the addresses, and loads no tables and nothing that learns.
"""

from __future__ import annotations

from ninja import NinjaAPI

from downloader.api import forecasts, imports, jobs, observations, releases, site, videos
from downloader.api.access import PerKey, guarded, needs
from downloader.api.problems import add_handlers

api = NinjaAPI(
    title="Foreview",
    version="1",
    description="Forecasts of how online videos will do. Errors are problem details (RFC 9457).",
    urls_namespace="foreview-api",
    auth=needs("read"),
    throttle=PerKey(),
    docs_decorator=guarded,
)
add_handlers(api)
api.add_router("/videos", videos.router)
api.add_router("", forecasts.router)
api.add_router("/releases", releases.router)
api.add_router("/jobs", jobs.router)
api.add_router("", site.router)
api.add_router("/imports", imports.router)
api.add_router("", observations.router)
