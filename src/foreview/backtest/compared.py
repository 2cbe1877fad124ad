"""The published baselines, fitted on the training videos as they stood at each issue age and applied to the test videos."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl

from foreview.curves.curve import Curves, Floats, Ints, age_ms, take, view_curves
from foreview.curves.labels import labels
from foreview.learners.baselines import (
    PintoML,
    SzaboHuberman,
    fit_pinto_ml,
    fit_szabo_huberman,
    predict_pinto_ml,
    predict_szabo_huberman,
    predict_szabo_huberman_mrse,
)
from foreview.learners.pinto_mrbf import PintoMRBF, fit_pinto_mrbf, predict_pinto_mrbf
from foreview.options import LabelOptions
from foreview.tables.catalogue import Catalogue

VIEW_TARGETS: Final = ("views_7d", "views_30d")
BASELINES: Final = ("szabo_huberman", "pinto_ml", "pinto_mrbf", "szabo_huberman_mrse")
MIN_VIDEOS: Final = 30
"""Training videos with a count and an outcome below which a baseline stays undefined."""


@dataclass(frozen=True, slots=True)
class Fitted:
    """The baselines of one issue age [d] and target, and how many videos they were fitted on."""

    issue_age_days: float
    target: str
    videos: int
    szabo_huberman: SzaboHuberman
    pinto_ml: PintoML
    pinto_mrbf: PintoMRBF


def fit_baselines(
    training: Catalogue, ages: Sequence[float], options: LabelOptions, *, seed: int = 0
) -> tuple[Fitted, ...]:
    """Return the baselines of every issue age and views target that has at least :data:`MIN_VIDEOS` videos to learn from.

    Used are the videos with at least one view known at the issue age and at least one at the horizon. Age 0 has no count.
    """
    curves, outcomes = view_curves(training), labels(training, options)
    everyone = np.arange(training.videos.height, dtype=np.int64)
    fitted = []
    for age in ages:
        counts = known_counts(curves, everyone, age)
        for target in VIEW_TARGETS:
            outcome = outcomes[target].fill_null(np.nan).to_numpy()
            used = (counts[:, -1] >= 1) & (outcome >= 1)
            if used.sum() >= max(MIN_VIDEOS, counts.shape[1]):
                rows, final = counts[used], outcome[used]
                szabo, linear = fit_szabo_huberman(rows[:, -1], final), fit_pinto_ml(rows, final)
                mrbf = fit_pinto_mrbf(rows, final, seed=seed)
                fitted.append(Fitted(age, target, int(used.sum()), szabo, linear, mrbf))
    return tuple(fitted)


def predict_baselines(
    catalogue: Catalogue, video_ids: pl.Series, ages: Sequence[float], fitted: Sequence[Fitted]
) -> pl.DataFrame:
    """Return ``video_id, issue_age_days, target`` and one column a baseline, for the videos with a view known by then."""
    curves = view_curves(catalogue)
    places = pl.DataFrame({"video_id": video_ids}).join(
        catalogue.videos.select("video_id").with_row_index("video"), on="video_id", maintain_order="left"
    )
    video = places["video"].to_numpy().astype(np.int64)
    found = [_EMPTY]
    for age in ages:
        counts = known_counts(curves, video, age)
        seen = counts[:, -1] >= 1
        ids = places["video_id"].filter(pl.Series(seen))
        found.extend(_predicted(fit, ids, counts[seen]) for fit in fitted if fit.issue_age_days == age)
    return pl.concat(found)


def known_counts(curves: Curves, video: Ints, age_days: float) -> Floats:
    """Return the counter as last read by age 1, 2, … and the issue age [d], shape (videos, days); 0 while nothing was read.

    As read, not its running maximum: that is what the published methods take.
    """
    days = [*range(1, int(np.ceil(age_days))), age_days]
    columns = []
    for day in days:
        last = curves.last_known(video, np.full(video.shape, age_ms(day)))
        seen = last >= curves.starts[video]
        columns.append(np.where(seen, take(curves.values, np.maximum(last, 0)), 0.0))
    return np.column_stack(columns)


def _predicted(fit: Fitted, video_ids: pl.Series, counts: Floats) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "video_id": video_ids,
            "issue_age_days": np.full(counts.shape[0], fit.issue_age_days),
            "target": [fit.target] * counts.shape[0],
            "szabo_huberman": predict_szabo_huberman(fit.szabo_huberman, counts[:, -1]),
            "pinto_ml": predict_pinto_ml(fit.pinto_ml, counts),
            "pinto_mrbf": predict_pinto_mrbf(fit.pinto_mrbf, counts),
            "szabo_huberman_mrse": predict_szabo_huberman_mrse(fit.szabo_huberman, counts[:, -1]),
        },
        schema=_EMPTY.schema,
    )


_EMPTY: Final = pl.DataFrame(
    schema={
        "video_id": pl.String(),
        "issue_age_days": pl.Float64(),
        "target": pl.String(),
        **dict.fromkeys(BASELINES, pl.Float64()),
    }
)
