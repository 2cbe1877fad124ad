"""The site in figures, for those who watch it: nothing of them names a channel, a video or an account."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.core.cache import cache
from django.utils import timezone

from downloader import selectors

_KEPT_S: Final = 7 * 86_400


@dataclass(frozen=True, slots=True)
class Figures:
    """How the site stands."""

    champion: str
    """Version of the release that serves; empty: none does."""
    champion_age_s: float | None
    """Since its training cutoff."""
    jobs: Mapping[tuple[str, str], int]
    """By kind and state."""
    queue_age_s: float
    """How long the job is due already that waits longest; 0: none waits."""
    forecasts: int
    """Those in the ledger, served and shadow."""
    outcomes: int
    alerts: Mapping[str, int]
    """Those that stand, by kind."""
    coverage: list[dict[str, Any]]
    """For each target that matured: ``target, forecasts, coverage_50, coverage_80, coverage_95`` of what was served."""


def site_figures() -> Figures:
    """Return how the site stands, in five queries, and two more for the coverage when outcomes have come since it was last asked for."""
    now = timezone.now()
    serving, since, ledger = selectors.newest_promotion(), selectors.waiting_since(now), selectors.ledger_counts()
    outcomes = ledger.get("outcome", 0)
    return Figures(
        champion="" if serving is None else serving.release.version,
        champion_age_s=None if serving is None else (now - serving.release.as_of).total_seconds(),
        jobs=selectors.job_counts(),
        queue_age_s=0.0 if since is None else (now - since).total_seconds(),
        forecasts=ledger.get("forecast", 0),
        outcomes=outcomes,
        alerts=selectors.standing_alerts(),
        coverage=_coverage(outcomes),
    )


def _coverage(outcomes: int) -> list[dict[str, Any]]:
    """Return the coverage of what has matured, which changes when there are other outcomes and is kept until then: it reads the whole ledger."""
    if not outcomes:
        return []
    name = f"foreview-coverage:{outcomes}"
    found: list[dict[str, Any]] | None = cache.get(name)
    if found is None:
        from downloader.gateways.record import ledger_frame
        from foreview.monitoring.track_record import track_record

        wanted = ("target", "forecasts", "coverage_50", "coverage_80", "coverage_95")
        record = track_record(ledger_frame()).filter(by="all", role="served")
        found = record.select(wanted).to_dicts()
        cache.set(name, found, _KEPT_S)
    return found
