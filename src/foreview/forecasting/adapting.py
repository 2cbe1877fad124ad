"""What came of the forecasts that a release would have issued, and how its uncertainty follows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl

from foreview.curves.curve import age_ms
from foreview.curves.labels import labels
from foreview.errors import UsageError
from foreview.features.matrix import feature_table
from foreview.forecasting.distributions import placed
from foreview.options import TrainingOptions
from foreview.releases.manifest import Release
from foreview.releases.models import models_of
from foreview.tables.catalogue import Catalogue
from foreview.uncertainty.adaptive import Course, course, earlier_slice, normal_scores
from foreview.uncertainty.conformal import Calibration, Vector, score_quantiles
from foreview.vocabulary import KIND_OF_TARGET, TARGETS, Target


@dataclass(frozen=True, slots=True)
class Adaptation:
    """The courses of a release's slices: what the outcomes of a catalogue said, each from the moment it matured."""

    model_version: str
    courses: Mapping[str, Course]


def follow(catalogue: Catalogue, release: Release) -> Adaptation:
    """Return what the outcomes in ``catalogue`` say of ``release``, for :func:`~foreview.forecasting.forecaster.forecast`.

    It is a function of the two alone. A forecast uses of it what had matured by its own cutoff, so one adaptation serves forecasts of all
    cutoffs, and ``follow(catalogue.as_of(t), release)`` corrects the forecasts at t just as this does.
    """
    videos = _by_video(matured_outcomes(catalogue, release))
    parts = videos.partition_by("slice", as_dict=True, maintain_order=True)
    return Adaptation(release.manifest.model_version, {str(name): _course(part) for (name,), part in parts.items()})


def check_adaptation(adaptation: Adaptation, release: Release) -> None:
    """Raise UsageError where an adaptation was made for another release: its normal scores mean nothing here."""
    if adaptation.model_version != release.manifest.model_version:
        raise UsageError(
            "an adaptation belongs to the release it followed",
            f"it followed {adaptation.model_version}, the release is {release.manifest.model_version}",
            "Follow the catalogue with this release",
        )


def matured_outcomes(catalogue: Catalogue, release: Release) -> pl.DataFrame:
    """Return the replayed forecasts of a release whose outcomes are in ``catalogue``: one row a video, issue age and target.

    Replayed are the videos published after the training cutoff, at the issue ages of training, each from what was known then; a label that
    was known then is no outcome of a forecast. Columns: ``video_id, as_of, matured_at, slice``; ``outcome``, ``location`` and ``spread``
    [ln units; of revenue where there is any]; ``score``, the outcome less the location over the spread, and ``normal_score``. In the
    order of slice and maturity.
    """
    known = labels(catalogue)
    issues = _issues(catalogue, release, known)
    table = feature_table(catalogue, issues.select("video_id", "as_of")).with_columns(issues.drop("video_id", "as_of"))
    rows = pl.concat(_scored(release, table, target) for target in TARGETS)
    return rows.sort("slice", "matured_at", "video_id", "as_of")


def _issues(catalogue: Catalogue, release: Release, known: pl.DataFrame) -> pl.DataFrame:
    """Return ``video_id, as_of`` of the replayed videos at each issue age, with their labels."""
    ages = release.manifest.options.get("issue_ages", TrainingOptions().issue_ages)
    later = catalogue.videos.select("video_id", "published_at").filter(
        pl.col("published_at") > release.manifest.as_of, pl.Series(known.select(_has_label()).to_series())
    )
    at_each_age = [
        later.select("video_id", as_of=pl.col("published_at") + pl.duration(milliseconds=age_ms(age))) for age in ages
    ]
    return pl.concat(at_each_age).join(known, on="video_id", maintain_order="left")


def _has_label() -> pl.Expr:
    return pl.any_horizontal(pl.col(target).is_not_null() for target in TARGETS)


def _scored(release: Release, table: pl.DataFrame, target: Target) -> pl.DataFrame:
    """Return the rows of a table with labels whose ``target`` was not known yet, with their scores."""
    rows = table.filter(pl.col(target).is_not_null(), pl.col(f"{target}_matured_at") > pl.col("as_of"))
    if target == "revenue_30d":  # the distribution is that of revenue where there is any
        rows = rows.filter(pl.col(target) > 0)
    models = models_of(release)
    at = placed(models, rows, target)
    value = rows[target].to_numpy().astype(np.float64)
    outcome = np.log(value) if target == "revenue_30d" else np.log1p(value)
    score = (outcome - at.location) / at.spread
    calibration = models[KIND_OF_TARGET[target]].calibration
    return rows.select("video_id", "as_of", pl.col(f"{target}_matured_at").alias("matured_at")).with_columns(
        slice=pl.Series(at.slices, dtype=pl.String),
        outcome=pl.Series(outcome),
        location=pl.Series(at.location),
        spread=pl.Series(at.spread),
        score=pl.Series(score),
        normal_score=pl.Series(_normal_scores(calibration, score, at.slices)),
    )


def _normal_scores(calibration: Calibration, scores: Vector, slices: np.ndarray) -> Vector:
    found = np.empty(scores.size)
    for name in np.unique(slices):
        mine = slices == name
        found[mine] = normal_scores(scores[mine], score_quantiles(calibration, np.array([name]))[0])
    return found


def _by_video(outcomes: pl.DataFrame) -> pl.DataFrame:
    """Return one row a slice and video: when it matured, its mean normal score, the mean square, and the mean at the earlier horizon."""
    first = outcomes.select(pl.struct("slice", "video_id").is_first_distinct()).to_series()
    code, score = first.cast(pl.Int64).cum_sum().to_numpy() - 1, outcomes["normal_score"].to_numpy()
    count = np.bincount(code)
    # Sums are taken row by row: a group-by adds them up in the order its threads finish.
    found = outcomes.filter(first).select("slice", "video_id", "matured_at")
    found = found.with_columns(
        score=pl.Series(np.bincount(code, weights=score) / count),
        square=pl.Series(np.bincount(code, weights=score * score) / count),
    )
    earlier = found.select(earlier="slice", video_id="video_id", early="score")
    of_slice = pl.Series("earlier", [earlier_slice(name) for name in found["slice"]], dtype=pl.String)
    joined = found.with_columns(of_slice).join(earlier, on=["earlier", "video_id"], how="left", maintain_order="left")
    return joined.with_columns(pl.col("early").fill_null(0.0))


def _course(part: pl.DataFrame) -> Course:
    numbers = (part[name].to_numpy() for name in ("score", "square", "early"))
    return course(part["matured_at"].dt.timestamp("ms").to_numpy().astype(np.int64), *numbers)
