"""From a release and a catalogue to forecasts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from datetime import datetime
from typing import Final, TypeVar

import numpy as np
import numpy.typing as npt
import polars as pl

from foreview.forecasting.adapting import Adaptation
from foreview.forecasting.chance import above_zero
from foreview.forecasting.distributions import Predicted, predicted, relative_points
from foreview.forecasting.history import history_columns
from foreview.forecasting.inputs import corrections_of, inputs_table, settled_of
from foreview.forecasting.known import Known
from foreview.learners.matrix import Vector
from foreview.options import Progress, silent
from foreview.releases.manifest import Release
from foreview.releases.models import models_of
from foreview.tables.catalogue import Catalogue, utc_ms
from foreview.uncertainty.adaptive import Correction
from foreview.uncertainty.confidence import confidence
from foreview.uncertainty.distribution import quantile
from foreview.vocabulary import CLASSES, DAY_MS, KIND_OF_TARGET, QUANTILES, TARGETS, ModelKind, Target

_CHUNK = 25_000
_AMOUNTS: Final = ("point", *QUANTILES, "point_mrse")
_COLUMNS: Final = (
    "video_id",
    "as_of",
    "issue_age_days",
    "target",
    *_AMOUNTS[:-1],
    *(f"p_{name}" for name in CLASSES),
    "class_source",
    "typical",
    "p_beats_typical",
    "confidence",
    "point_mrse",
    "p_above_zero",
    "model_version",
    "model_type",
    "adapted_outcomes",
    "adapted_shift",
    "adapted_stretch",
)
OfRows = TypeVar("OfRows", Known, Correction)


def issues_as_of(catalogue: Catalogue, as_of: datetime) -> pl.DataFrame:
    """Return ``video_id, as_of`` for every video published by ``as_of``."""
    now = pl.lit(utc_ms(as_of)).cast(pl.Datetime("ms", "UTC"))
    return catalogue.videos.filter(pl.col("published_at") <= now).select("video_id", as_of=now)


def issues_at_age(catalogue: Catalogue, as_of: datetime, age_days: float) -> pl.DataFrame:
    """Return ``video_id, as_of`` with each video's issue time at ``age_days``, where that is not after ``as_of``."""
    at = pl.col("published_at") + pl.duration(milliseconds=round(age_days * DAY_MS))
    return catalogue.videos.select("video_id", as_of=at).filter(pl.col("as_of") <= utc_ms(as_of))


def forecast(
    catalogue: Catalogue,
    release: Release,
    issues: pl.DataFrame,
    *,
    adaptation: Adaptation | None = None,
    progress: Progress = silent,
) -> pl.DataFrame:
    """Return one row a video, issue time and target, in the order of ``issues`` (``video_id, as_of``) and of ``TARGETS``.

    ``point`` is the median; ``p2_5`` … ``p97_5`` the quantiles, in the unit of the target (views, percent, USD); ``point_mrse`` the point
    that minimises E[(x/Y - 1)²]; ``typical`` the channel-format's typical value; ``p_beats_typical``, ``p_low``, ``p_medium``,
    ``p_high`` probabilities, which never contradict each other or the quantiles; ``class_source`` says where the last three are from:
    ``distribution``, ``classifier``, or ``observed``; ``confidence`` P(within a factor of two); ``p_above_zero`` P(any at all): of revenue,
    that the video earns. ``model_type`` says what served: ``ensemble``, ``typical`` (no skill), ``prior`` (cold start), ``observed`` (the
    value is already known) or ``not_monetised`` (known to earn nothing: a revenue of exactly 0).

    Each row uses what was known at its own ``as_of`` alone. With an ``adaptation`` (see
    :func:`~foreview.forecasting.adapting.follow`) that includes what had come by then of the release's own forecasts: ``adapted_outcomes``
    of them (0: the uncertainty is as released) shifted the distribution by ``adapted_shift`` standard deviations and stretched it by the
    factor ``adapted_stretch``.

    Raises
    ------
    UsageError
        Where a video is not in the catalogue, ``as_of`` lies before its publication, or the adaptation followed another release.
    ReleaseFeaturesDiffer
        Where the catalogue lacks a declared column that the release was trained with.

    """
    inputs = inputs_table(catalogue, release, issues, adaptation=adaptation)
    return forecast_inputs(release, inputs, progress=progress).select(_COLUMNS)


def forecast_inputs(release: Release, inputs: pl.DataFrame, *, progress: Progress = silent) -> pl.DataFrame:
    """Return :func:`forecast` of the rows of an :func:`inputs table <foreview.forecasting.inputs.inputs_table>`.

    With :func:`all columns <foreview.forecasting.history.history_columns>`. It is a function of the two alone: a row gives the same forecast, bit
    for bit, alone or in a batch, today or read back from where it was written down.
    """
    known, corrections = settled_of(inputs), corrections_of(inputs)
    models = models_of(release)
    parts = []
    for start in range(0, max(inputs.height, 1), _CHUNK):
        part = slice(start, start + _CHUNK)
        found = predicted(models, inputs[part], _cut(known, part), _cut(corrections, part))
        parts.append(_forecast_part(release, inputs[part], _cut(known, part), found))
        progress("forecasts", min(start + _CHUNK, inputs.height), inputs.height)
    return pl.concat(parts)


def _forecast_part(
    release: Release, table: pl.DataFrame, known: Mapping[Target, Known], found: Mapping[Target, Predicted]
) -> pl.DataFrame:
    models = models_of(release)
    frames = []
    columns: dict[Target, dict[str, npt.NDArray[np.generic]]] = {}
    for position, target in enumerate(TARGETS):
        kind = KIND_OF_TARGET[target]
        columns[target] = history_columns(models[kind], table, target, found[target].values, known[target])
        columns[target]["confidence"] = _confidence(found[target].values)
        for_relative = relative_points(models[kind], table, target, found[target].values)
        columns[target] |= _amounts(found[target].values, for_relative, known[target])
        columns[target]["p_above_zero"] = above_zero(models, table, target, found[target].values, known[target])
        if target == "views_30d":  # equal on the scale of the models may differ by rounding in views
            week = columns["views_7d"]
            columns[target] |= {name: np.maximum(columns[target][name], week[name]) for name in _AMOUNTS}
        served = np.where(found[target].at.skilled, "ensemble", _without_skill(release, kind))
        served = np.where(known[target].because == "", served, known[target].because)
        frames.append(
            table.select("video_id", "as_of", "issue_age_days").with_columns(
                target=pl.lit(target),
                **{name: pl.Series(values) for name, values in columns[target].items()},
                model_version=pl.lit(release.manifest.model_version),
                model_type=pl.Series(served, dtype=pl.String),
                **_adapted(found[target].by),
                _row=pl.int_range(table.height) * len(TARGETS) + position,
            )
        )
    return pl.concat(frames, how="diagonal").sort("_row").select(*_COLUMNS, pl.exclude(*_COLUMNS, "_row"))


def _amounts(values: Vector, for_relative: Vector, known: Known) -> dict[str, Vector]:
    """Return point, quantiles and mRSE point in the unit of the target; at a bound exactly the count that set it."""
    found = {"point_mrse": np.clip(for_relative, known.lower, known.upper)}
    for name, level in QUANTILES.items():
        at = quantile(values, level)
        raw = np.clip(np.expm1(at), known.lower, known.upper)
        raw = np.where(at <= np.log1p(known.lower), known.lower, raw)
        found[name] = np.where(at >= np.log1p(known.upper), known.upper, raw)
    settled = {name: np.where(np.isnan(known.value), raw, known.value) for name, raw in found.items()}
    return {"point": settled["p50"], **settled}


def _confidence(values: Vector) -> Vector:
    return confidence(values, np.expm1(quantile(values, QUANTILES["p50"])))


def _adapted(by: Correction) -> dict[str, pl.Series]:
    return {
        "adapted_outcomes": pl.Series(by.outcomes),
        "adapted_shift": pl.Series(by.shift),
        "adapted_stretch": pl.Series(by.stretch),
    }


def _without_skill(release: Release, kind: ModelKind) -> str:
    return "prior" if release.manifest.kinds[kind].state == "prior" else "typical"


def _cut(facts: Mapping[Target, OfRows], part: slice) -> dict[Target, OfRows]:
    """Return ``facts`` of the rows of a part."""
    return {target: type(of)(*(getattr(of, item.name)[part] for item in fields(of))) for target, of in facts.items()}
