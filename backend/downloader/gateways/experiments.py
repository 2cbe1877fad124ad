"""From the ledger to the pairs of an experiment."""

from __future__ import annotations

import json
from typing import Any, Final

import numpy as np
import polars as pl

from downloader import selectors
from downloader.models import Experiment
from foreview.experiments.sequential import Declaration, paired_differences
from foreview.metrics.point import Floats, ln_errors

SIDES: Final = ("champion", "challenger")


def pairs_of(experiment: Experiment) -> pl.DataFrame:
    """Return the videos of which both releases issued a forecast and the outcome is known, in the order in which it became known.

    ``video``, ``actual``, and the points ``champion`` and ``challenger`` of the first forecast that both made from the start on and up to the
    declared age. Three queries, however many videos.
    """
    outcomes = selectors.outcome_records(experiment.target)
    issues = _first_by_both(experiment, {video for video, _, _ in outcomes})
    numbers = [number for issue in issues.values() for number in issue]
    points = {
        number: json.loads(record)["forecast"].get(experiment.target, {}).get("point")
        for number, record in selectors.ledger_records(numbers)
    }
    rows: list[dict[str, Any]] = []
    for video, _, record in outcomes:
        actual = json.loads(record)["value"]
        if video in issues and actual is not None:
            both = (points[number] for number in issues[video])
            rows.append({"video": video, "actual": actual, **dict(zip(SIDES, both, strict=True))})
    schema = {"video": pl.String, "actual": pl.Float64, **dict.fromkeys(SIDES, pl.Float64)}
    return pl.DataFrame(rows, schema=schema).drop_nulls()


def declaration_of(experiment: Experiment) -> Declaration:
    """Return what was laid down before it began."""
    return Declaration(
        alpha=experiment.alpha,
        least_pairs=experiment.least_pairs,
        most_pairs=experiment.most_pairs,
        clip=experiment.clip,
        allowed_harm=experiment.allowed_harm,
    )


def differences_of(experiment: Experiment) -> Floats:
    """Return the paired ln errors, champion minus challenger, clipped as declared, in the order in which they became known."""
    pairs = pairs_of(experiment)
    actual = _numbers(pairs, "actual")
    champion, challenger = (ln_errors(actual, _numbers(pairs, side)) for side in SIDES)
    return paired_differences(champion, challenger, experiment.clip)


def _first_by_both(experiment: Experiment, videos: set[str]) -> dict[str, tuple[int, int]]:
    """Return for each of these videos the numbers of both rows of the first issue time that both releases forecast."""
    versions = (experiment.champion.version, experiment.challenger.version)
    made: dict[tuple[str, Any], dict[str, int]] = {}
    issued = selectors.forecasts_issued(versions, experiment.started_at, experiment.most_age_days)
    for number, video, as_of, release in issued:
        if video in videos:
            made.setdefault((video, as_of), {}).setdefault(release, number)
    found: dict[str, tuple[int, int]] = {}
    for (video, _), numbers in sorted(made.items()):
        if len(numbers) == len(SIDES):
            found.setdefault(video, (numbers[versions[0]], numbers[versions[1]]))
    return found


def _numbers(rows: pl.DataFrame, column: str) -> Floats:
    return rows[column].to_numpy().astype(np.float64)
