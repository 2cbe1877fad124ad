"""The site in figures, for those who watch it: nothing of them names a channel, a video or an account."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from downloader import selectors
from downloader.services.record import served_record


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
    """The track record of what was served, a row for each target that matured."""


def site_figures() -> Figures:
    """Return how the site stands, in a fixed number of queries."""
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
        coverage=[row for row in served_record(None) if row["by"] == "all"] if outcomes else [],
    )
