"""Watching what serves: inputs, coverage, lasting shifts, and the error to be expected before labels mature."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import polars as pl

from downloader import selectors
from downloader.gateways.catalogue import training_catalogue
from downloader.gateways.record import ledger_frame
from downloader.models import Alert, JobState
from downloader.services.alerts import raise_alert
from downloader.services.clock import issue_time
from downloader.services.jobs.schedule import planned
from downloader.services.serving import serving_release
from foreview.features.matrix import feature_table
from foreview.features.spec import FEATURES
from foreview.metrics.interval import binomial_share
from foreview.monitoring.change import suggested_changes
from foreview.monitoring.drift import DRIFT, YEARLY_ALARMS, input_drift
from foreview.monitoring.expected_loss import expected_loss
from foreview.releases.manifest import Release
from foreview.vocabulary import INTERVALS, TARGETS

LOOKS_A_YEAR: Final = 365
"""It is looked every night; all looks share the yearly budget of false alarms."""
RECENT: Final = 40
"""Last videos whose features are compared with those of the videos that the champion was trained on."""
LAST_MATURED: Final = 200
"""Last matured videos whose coverage is checked, of each target."""
_COVERAGE: Final = 80


@dataclass(frozen=True, slots=True)
class Watched:
    """What was seen: the alerts that stand because of it, and by target the MAE ln to be expected of forecasts still open."""

    alerts: tuple[Alert, ...]
    expected: dict[str, float]


def watch(*, as_of: datetime | None = None) -> Watched:
    """Look at what is known at ``as_of`` (default: now), raise alerts, and return what was seen.

    Where nothing was promoted yet there is nothing to watch but the jobs.
    """
    t = issue_time(as_of)
    failed = _failed_jobs()
    if selectors.newest_promotion() is None:
        return Watched(tuple(failed), {})
    release = serving_release()
    rows = ledger_frame(release.manifest.model_version).filter(pl.col("as_of") <= t)
    first = rows.sort("as_of", maintain_order=True).unique(("video_id", "target"), keep="first", maintain_order=True)
    alerts = [*failed, *_drifted(release, t), *_covered(first), *_shifted(first)]
    return Watched(tuple(alerts), expected_errors(rows, t))


def drift(release: Release, as_of: datetime) -> pl.DataFrame:
    """Return how far the features of the last videos lie from those that ``release`` was trained on, at their publication.

    As of :func:`~foreview.monitoring.drift.input_drift`; empty where fewer than :data:`RECENT` videos are later, or none was learnt from.
    """
    catalogue = training_catalogue(as_of)
    issues = catalogue.videos.sort("published_at", "video_id").select("video_id", as_of="published_at")
    learnt, later = (issues.filter(side) for side in _sides(release.manifest.as_of))
    recent = later.tail(RECENT)
    if learnt.is_empty() or recent.height < RECENT:
        return pl.DataFrame(schema=DRIFT)
    names = [feature.name for feature in FEATURES if feature.kind != "text"]
    tables = [feature_table(catalogue, side).select(names) for side in (learnt, recent)]
    return input_drift(*tables, looks_a_year=LOOKS_A_YEAR)


def expected_errors(rows: pl.DataFrame, as_of: datetime) -> dict[str, float]:
    """Return by target the MAE ln to be expected of the served forecasts of which the outcome is not known yet."""
    served = rows.filter(role="served").drop_nulls("point").filter(pl.col("model_type") != "observed")
    matured, unknown = served.filter(pl.col("matured_at") <= as_of), served.filter(pl.col("actual").is_null())
    if unknown.is_empty():
        return {}
    found = expected_loss(unknown.with_columns(estimated_at=pl.lit(as_of).cast(pl.Datetime("ms", "UTC"))), matured)
    means = found.group_by("target").agg(pl.mean("expected_error"))
    by_target = dict(means.iter_rows())
    return {target: round(by_target[target], 4) for target in TARGETS if target in by_target}


def _sides(cutoff: datetime) -> tuple[pl.Expr, pl.Expr]:
    return pl.col("as_of") <= cutoff, pl.col("as_of") > cutoff


def _failed_jobs() -> list[Alert]:
    """Raise an alert for each line of the schedule whose last job failed."""
    return [
        raise_alert(
            Alert.Kind.JOB,
            plan.line.name,
            f"Job {last.job.pk} ({last.job.kind}) of the schedule failed. {last.job.why_failed()}",
            {"job": last.job.pk},
        )
        for plan in planned(issue_time(None))
        if (last := plan.last) is not None and last.job is not None and last.job.state == JobState.FAILED
    ]


def _drifted(release: Release, as_of: datetime) -> list[Alert]:
    found = drift(release, as_of).filter(pl.col("flagged"))
    return [
        raise_alert(
            Alert.Kind.INPUT_DRIFT,
            row["feature"],
            f"{row['feature']} of the last {RECENT} videos lies {row['effect']:+.2f} standard deviations from that of the videos which the release "
            f"{release.manifest.model_version} was trained on (noticed beyond {row['limit']:.2f}). Train again when enough of the new videos have matured.",
            row,
        )
        for row in found.iter_rows(named=True)
    ]


def _covered(first: pl.DataFrame) -> list[Alert]:
    """Raise an alert for each target whose 80 % intervals held more or fewer of the last outcomes than luck explains."""
    low, high = INTERVALS[_COVERAGE]
    level = 1 - YEARLY_ALARMS / (LOOKS_A_YEAR * len(TARGETS))
    alerts = []
    for target in TARGETS:
        rows = first.filter(target=target, role="served").drop_nulls(["actual", low, high])
        last = rows.filter(pl.col(low) < pl.col(high)).sort("matured_at", maintain_order=True).tail(LAST_MATURED)
        if last.is_empty():
            continue
        inside = int(last.select(pl.col("actual").is_between(low, high).sum()).item())
        share = binomial_share(inside, last.height, level)
        if not share.low <= _COVERAGE / 100 <= share.high:
            alerts.append(
                raise_alert(Alert.Kind.COVERAGE, target, _coverage_text(target, inside, last.height), _of(share))
            )
    return alerts


def _coverage_text(target: str, inside: int, n: int) -> str:
    return (
        f"{inside} of the last {n} outcomes of {target} lay inside their 80 % interval, which is {100 * inside / n:.0f} %. Luck alone does not "
        "explain that. See the track record, and train again."
    )


def _of(share: Any) -> dict[str, float]:
    return {"hits": share.hits, "n": share.n, "low": share.low, "high": share.high}


def _shifted(first: pl.DataFrame) -> list[Alert]:
    found = suggested_changes(first.filter(role="served")).filter(pl.col("flagged"))
    found = found.unique(("target", "format"), keep="first", maintain_order=True)
    return [
        raise_alert(
            Alert.Kind.REGIME,
            f"{row['format']} {row['target']}",
            f"Outcomes of {row['target']} of {row['format']} videos published since {row['changed_at']:%Y-%m-%d} lie {row['effect']:+.2f} standard "
            "deviations off. If the platform has redefined the metric, enter it under metric regimes; otherwise train again.",
            {**row, "changed_at": row["changed_at"].isoformat()},
        )
        for row in found.iter_rows(named=True)
    ]
