"""What is already settled at the issue time: labels that are known, videos that cannot earn, and bounds that counts have set."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl

from foreview.curves.curve import Curves, Ints, age_ms, revenue_curves, take, view_curves
from foreview.curves.maturity import matured_targets
from foreview.learners.matrix import Vector
from foreview.learners.structure import column
from foreview.tables.catalogue import Catalogue
from foreview.vocabulary import DAY_MS, HORIZON_DAYS, Target


@dataclass(frozen=True, slots=True)
class Known:
    """For n issues of one target on the raw scale: the value where it is known (else NaN), and bounds where it is not."""

    value: Vector
    lower: Vector
    upper: Vector
    because: np.ndarray
    """``model_type`` of a value that is known: ``observed`` or ``not_monetised``; empty where it is not known."""


def known_at_issue(catalogue: Catalogue, table: pl.DataFrame) -> Mapping[Target, Known]:
    """Return for each target what is settled at the issue times of a feature table, from points known by then alone.

    Views are at least what was counted by the horizon, and at most the first count after it; revenue is at least what was
    earned, and 0 where a video is known not to be monetised. What it has earned all the same refutes that.
    """
    video, issue_age = _positions(catalogue, table)
    views, revenue = view_curves(catalogue), revenue_curves(catalogue)
    found: dict[Target, Known] = {}
    for target, label in matured_targets(catalogue, views, revenue).items():
        value = np.where(label.age[video] <= issue_age, label.value[video], np.nan)
        if target == "engagement_rate":
            lower, upper = np.zeros(video.size), np.full(video.size, np.inf)
        elif target == "revenue_30d":
            lower, upper = _bounds(revenue, revenue.values, video, issue_age, HORIZON_DAYS[target])
            upper = np.full(video.size, np.inf)  # late corrections can take it below what was counted later
        else:
            lower, upper = _bounds(views, views.peak, video, issue_age, HORIZON_DAYS[target])
        because = np.where(np.isnan(value), "", "observed")
        if target == "revenue_30d":
            barren = np.isnan(value) & (column(table, "is_monetised") == 0) & (lower <= 0)
            value, because = np.where(barren, 0.0, value), np.where(barren, "not_monetised", because)
        found[target] = Known(value, lower, upper, because)
    return found


def _bounds(curves: Curves, series: Vector, video: Ints, issue_age: Ints, days: int) -> tuple[Vector, Vector]:
    last = curves.last_known(video, issue_age)
    first = curves.starts[video]
    within = np.minimum(curves.last_at_or_before(video, np.full(video.shape, age_ms(days))), last)
    after = within + 1
    lower = np.where(within >= first, take(series, np.maximum(within, 0)), 0.0)
    has_after = (after <= last) & (after >= first)
    upper = np.where(has_after, take(series, np.where(has_after, after, 0)), np.inf)
    return np.maximum(lower, 0.0), np.maximum(upper, np.maximum(lower, 0.0))


def _positions(catalogue: Catalogue, table: pl.DataFrame) -> tuple[Ints, Ints]:
    index = catalogue.videos.select("video_id").with_row_index("video")
    video = table.select("video_id").join(index, on="video_id", how="left", maintain_order="left")["video"]
    age = np.rint(table["issue_age_days"].to_numpy() * DAY_MS)
    return video.to_numpy().astype(np.int64), age.astype(np.int64)
