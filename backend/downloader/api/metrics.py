"""Figures for Prometheus: requests as they were answered, and the site as it stands."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from django.http import HttpRequest, HttpResponse
from ninja import Router
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector

from downloader.api.access import needs

if TYPE_CHECKING:
    from downloader.services.measuring import Figures

router = Router(tags=["site"])
SEVERAL: Final = "PROMETHEUS_MULTIPROC_DIR"
"""Environment variable: an empty folder in which the processes of one server add up their requests."""
REQUESTS: Final = Histogram(
    "foreview_api_request_seconds",
    "Requests to the API by route and status, and how long they took; of a stream, to its beginning",
    ("method", "route", "status"),
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0),
    registry=None,
)
METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"})
_DESCRIBED: Final = {200: {"description": "OK", "content": {"text/plain": {"schema": {"type": "string"}}}}}


@dataclass(frozen=True, slots=True, eq=False)
class Collected:
    """Figures, in the form that the exposition asks for."""

    families: Iterable[GaugeMetricFamily]

    def collect(self) -> Iterable[GaugeMetricFamily]:
        """Return them."""
        return self.families


@router.get("/metrics", auth=needs("read"), response={200: None}, openapi_extra={"responses": _DESCRIBED})
def read(request: HttpRequest) -> HttpResponse:  # noqa: ARG001  (ninja's signature)
    """Return figures of the requests and of the site in Prometheus's text format."""
    from downloader.services.measuring import site_figures

    return HttpResponse(collected(_families(site_figures())), content_type=CONTENT_TYPE_LATEST)


def collected(families: Iterable[GaugeMetricFamily]) -> bytes:
    """Return the requests that the processes of this server answered, and these figures, in Prometheus's text format."""
    registry = CollectorRegistry()
    if SEVERAL in os.environ:
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]  # it says no types
    else:
        registry.register(REQUESTS)
    registry.register(Collected(tuple(families)))
    return generate_latest(registry)


def count_request(request: HttpRequest, status: int, begun: float) -> None:
    """Count a request that was answered; ``begun`` is what ``time.perf_counter`` said when it came."""
    method = str(request.method)
    labels = (method if method in METHODS else "other", route_of(request), str(status))
    REQUESTS.labels(*labels).observe(time.perf_counter() - begun)


def route_of(request: HttpRequest) -> str:
    """Return the route of a request as the description writes it, such as ``/videos/{video}``; ``none`` where there is none.

    What was asked for itself is no label: anybody could make as many as they like.
    """
    match: Any = request.resolver_match
    if match is None:
        return "none"
    return re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", match.route).removeprefix("api/v1")


def _families(figures: Figures) -> Iterator[GaugeMetricFamily]:
    if figures.champion_age_s is not None:
        age = {(figures.champion,): figures.champion_age_s}
        yield _gauge("champion_age_seconds", "Since the training cutoff of the release that serves", ["release"], age)
    yield _gauge("jobs", "Jobs by kind and state", ["kind", "state"], figures.jobs)
    waiting = "How long the job is due already that waits longest"
    yield _gauge("queue_age_seconds", waiting, [], {(): figures.queue_age_s})
    yield _gauge("ledger_forecasts", "Forecasts in the ledger, served and shadow", [], {(): figures.forecasts})
    yield _gauge("ledger_outcomes", "Outcomes in the ledger", [], {(): figures.outcomes})
    alerts = {(kind,): count for kind, count in figures.alerts.items()}
    yield _gauge("alerts_standing", "Alerts that nobody has acknowledged", ["kind"], alerts)
    matured = {(row["target"],): row["forecasts"] for row in figures.coverage}
    yield _gauge("matured_forecasts", "Served forecasts whose outcome is known", ["target"], matured)
    covered = {
        (row["target"], f"0.{level}"): row[f"coverage_{level}"] for row in figures.coverage for level in (50, 80, 95)
    }
    yield _gauge("coverage_ratio", "Share of outcomes inside the interval of that level", ["target", "level"], covered)


def _gauge(name: str, told: str, labels: list[str], values: Any) -> GaugeMetricFamily:
    family = GaugeMetricFamily(f"foreview_{name}", told, labels=labels)
    for key, value in values.items():
        family.add_metric(list(key), float(value))
    return family
