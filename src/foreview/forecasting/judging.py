"""A release before it serves, judged beside the one that does: on videos that neither was trained on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import polars as pl

from foreview.curves.labels import labels
from foreview.experiments.promotion import Evidence, evidence
from foreview.forecasting.forecaster import forecast_inputs
from foreview.forecasting.inputs import inputs_table
from foreview.metrics.point import Floats, ln_errors
from foreview.releases.manifest import Release
from foreview.tables.catalogue import Catalogue
from foreview.vocabulary import TARGETS

AGES: Final = (0.0, 1.0, 3.0)
"""Issue ages [d] at which the videos are forecast again: at publication, and when there is most to gain by counting."""
JUDGED: Final = ("views_7d", "views_30d")
_METHODS: Final = ("candidate", "champion", "typical")


def judged(catalogue: Catalogue, candidate: Release, champion: Release | None) -> Evidence:
    """Return how ``candidate`` does beside ``champion`` (None: nothing serves yet) and typical on what ``catalogue`` knows.

    The videos are those of which no label was mature at either cutoff (without the embargo: published after it), and of which views are
    mature now. Each is forecast by both at 0, 1 and 3 days, from what was known then; its error is the mean of |ln(1+forecast) -
    ln(1+actual)| over these and over the views at 7 and 30 days, where they were still to come. Typical is what was counted where that is more.

    Raises
    ------
    NotEnoughHistory
        Where there is no such video.

    """
    releases = [candidate] if champion is None else [candidate, champion]
    known = _unlearnt(catalogue, releases)
    each = _by_video(_errors(catalogue, releases, known))
    owner = pl.coalesce("channel_id", pl.format("video {}", "video_id")).alias("owner")
    named = each.join(catalogue.videos.select("video_id", owner), on="video_id", maintain_order="left")
    return evidence(
        named["candidate"].to_numpy(),
        None if champion is None else named["champion"].to_numpy(),
        named["typical"].to_numpy(),
        named["owner"].to_numpy(),
        champion_age_days=0.0 if champion is None else _age_days(champion, known),
    )


def _unlearnt(catalogue: Catalogue, releases: Sequence[Release]) -> pl.DataFrame:
    """Return the labels of the videos that none of ``releases`` can have been trained on."""
    known = labels(catalogue).join(
        catalogue.videos.select("video_id", "published_at"), on="video_id", maintain_order="left"
    )
    first = pl.min_horizontal(f"{target}_matured_at" for target in TARGETS)
    for release in releases:
        learnt_from = first if release.manifest.embargo == "full" else pl.col("published_at")
        known = known.filter(learnt_from > release.manifest.as_of)
    return known.filter(pl.any_horizontal(pl.col(target).is_not_null() for target in JUDGED))


def _errors(catalogue: Catalogue, releases: Sequence[Release], known: pl.DataFrame) -> pl.DataFrame:
    """Return the ln errors of candidate, champion and typical: one row a video, issue age and target that was still to come."""
    ages = [known.select("video_id", as_of=pl.col("published_at") + pl.duration(days=age)) for age in AGES]
    inputs = [inputs_table(catalogue, release, pl.concat(ages)) for release in releases]
    found = [forecast_inputs(release, table) for release, table in zip(releases, inputs, strict=True)]
    parts = []
    for target in JUDGED:
        actual = inputs[0].join(known.select("video_id", target), on="video_id", maintain_order="left")[target]
        counted = inputs[0][f"settled/{target}/lower"].to_numpy()
        own = [frame.filter(target=target) for frame in found]
        points = [frame["point"].to_numpy() for frame in own]
        typical = np.maximum(own[0]["typical"].to_numpy(), counted)
        columns = zip(_METHODS, (points[0], points[-1], typical), strict=True)
        errors = {name: _ln_errors(actual, point) for name, point in columns}
        to_come = pl.Series(own[0]["model_type"] != "observed") & actual.is_not_null()
        parts.append(own[0].select("video_id").with_columns(**errors).filter(to_come))
    return pl.concat(parts)


def _ln_errors(actual: pl.Series, point: Floats) -> pl.Series:
    return pl.Series(ln_errors(actual.cast(pl.Float64).fill_null(float("nan")).to_numpy(), point))


def _by_video(rows: pl.DataFrame) -> pl.DataFrame:
    """Return the mean errors of each video, summed row by row: a group-by adds them up in the order its threads finish."""
    first = rows["video_id"].is_first_distinct()
    videos = rows.filter(first).select("video_id").with_row_index("code")
    code = rows.join(videos, on="video_id", maintain_order="left")["code"].to_numpy()
    count = np.bincount(code, minlength=videos.height)
    means = {name: np.bincount(code, rows[name].to_numpy(), videos.height) / count for name in _METHODS}
    return videos.select("video_id").with_columns(pl.Series(name, values) for name, values in means.items())


def _age_days(champion: Release, known: pl.DataFrame) -> float:
    """Return the days from the cutoff of ``champion`` to when the newest label matured; 0 where there is none."""
    newest = known.select(pl.max_horizontal(f"{target}_matured_at" for target in TARGETS).max()).item()
    return 0.0 if newest is None else (newest - champion.manifest.as_of).total_seconds() / 86_400
