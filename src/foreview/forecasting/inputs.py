"""What a forecast is made from, as one table: with the release it determines every digit of the forecast.

A row holds the features of a video at an issue time, what is settled there, and how the release's distributions are corrected by what came of
earlier forecasts. It can be written down as JSON and read back exactly, so a forecast can be made again when the catalogue has long moved on.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final, TypeAlias

import numpy as np
import polars as pl

from foreview.errors import InputError, ReleaseFeaturesDiffer
from foreview.features.matrix import feature_table
from foreview.features.spec import features_with
from foreview.forecasting.adapting import Adaptation, check_adaptation
from foreview.forecasting.known import Known, known_at_issue
from foreview.learners.structure import column, slices_of
from foreview.releases.manifest import Release
from foreview.tables.catalogue import Catalogue
from foreview.tables.schema import TIME
from foreview.uncertainty.adaptive import Correction, correction
from foreview.vocabulary import TARGETS, Target

Record: TypeAlias = Mapping[str, Any]
"""One row of inputs in JSON's own types, but for the issue time: ``video_id, as_of, issue_age_days, features, settled, corrected``."""

SETTLED: Final = ("value", "lower", "upper", "because")
CORRECTED: Final = ("outcomes", "shift", "stretch")
_AS_RELEASED: Final = {"outcomes": 0.0, "shift": 0.0, "stretch": 1.0}
_NAMES: Final = {"settled": SETTLED, "corrected": CORRECTED}


def inputs_table(
    catalogue: Catalogue, release: Release, issues: pl.DataFrame, *, adaptation: Adaptation | None = None
) -> pl.DataFrame:
    """Return what the forecasts of ``issues`` (``video_id, as_of``) are made from, one row an issue.

    Columns: those of the feature table; for each target ``settled/<target>/value``, ``…/lower``, ``…/upper`` (in its unit; null: not known,
    no bound) and ``…/because`` (``model_type`` of a known value); ``corrected/<target>/outcomes``, ``…/shift``, ``…/stretch``, which are 0, 0
    and 1 without an ``adaptation``. The row depends on the release for the correction alone.

    Raises
    ------
    UsageError
        Where a video is not in the catalogue, ``as_of`` lies before its publication, or the adaptation followed another release.
    ReleaseFeaturesDiffer
        Where the catalogue lacks a declared column that the release was trained with.

    """
    check_declared(catalogue, release)
    table = feature_table(catalogue, issues.select("video_id", pl.col("as_of").cast(TIME)))
    known = known_at_issue(catalogue, table)
    settled = [
        pl.Series(_name("settled", target, part), getattr(known[target], part))
        for target in TARGETS
        for part in SETTLED
    ]
    found = table.hstack(settled).with_columns(_nothing_is_null(target, part) for target in TARGETS for part in SETTLED)
    released = {_name("corrected", t, part): pl.lit(value) for t in TARGETS for part, value in _AS_RELEASED.items()}
    found = found.with_columns(**released)
    return found if adaptation is None else adapted(found, release, adaptation)


def adapted(inputs: pl.DataFrame, release: Release, adaptation: Adaptation) -> pl.DataFrame:
    """Return ``inputs`` with the correction that an adaptation of ``release`` makes, by what had matured at each issue time.

    Raises
    ------
    UsageError
        Where the adaptation followed another release.

    """
    check_adaptation(adaptation, release)
    moments = inputs["as_of"].dt.timestamp("ms").to_numpy().astype(np.int64)
    by = {target: correction(adaptation.courses, slices_of(inputs, target), moments) for target in TARGETS}
    return inputs.with_columns(
        pl.Series(_name("corrected", target, part), getattr(by[target], part))
        for target in TARGETS
        for part in CORRECTED
    )


def settled_of(inputs: pl.DataFrame) -> dict[Target, Known]:
    """Return what is settled for each row of ``inputs``."""
    found = {}
    for target in TARGETS:
        value, lower, upper = (column(inputs, _name("settled", target, part)) for part in SETTLED[:3])
        because = inputs[_name("settled", target, "because")].fill_null("").to_numpy().astype(np.str_)
        found[target] = Known(value, lower, np.where(np.isnan(upper), np.inf, upper), because)
    return found


def corrections_of(inputs: pl.DataFrame) -> dict[Target, Correction]:
    """Return how the forecasts of each row of ``inputs`` are corrected."""
    return {
        target: Correction(*(column(inputs, _name("corrected", target, part)) for part in CORRECTED))
        for target in TARGETS
    }


def records_of(inputs: pl.DataFrame, release: Release) -> Iterator[Record]:
    """Yield each row of ``inputs`` as a record of what ``release`` can read; what is null is left out."""
    names = [feature.name for feature in features_with(release.manifest.declared)]
    clean = inputs.with_columns(pl.col(pl.Float64).fill_nan(None))
    for row in clean.iter_rows(named=True):
        yield {
            **{name: row[name] for name in ("video_id", "as_of", "issue_age_days")},
            "features": {name: row[name] for name in names if row[name] is not None},
            **{kind: {target: _part(row, kind, target) for target in TARGETS} for kind in _NAMES},
        }


def inputs_of(records: Sequence[Record], release: Release) -> pl.DataFrame:
    """Return the inputs that ``records`` were written from, as read back from JSON (the issue time as ISO 8601 or a datetime).

    Raises
    ------
    InputError
        Where a record holds a feature or a target that ``release`` does not know, or lacks a part.

    """
    try:
        return _inputs_of(records, release)
    except (KeyError, TypeError, ValueError, AttributeError, pl.exceptions.PolarsError) as error:
        raise InputError(
            "a record of inputs has video_id, as_of, issue_age_days, features, settled and corrected",
            f"found another: {error!r:.300}",
        ) from None


def _inputs_of(records: Sequence[Record], release: Release) -> pl.DataFrame:
    features = features_with(release.manifest.declared)
    if unknown := {name for record in records for name in record["features"]} - {f.name for f in features}:
        raise ValueError(f"release {release.manifest.model_version} does not know {', '.join(sorted(unknown))}")
    columns = [
        pl.Series("video_id", [record["video_id"] for record in records], dtype=pl.String),
        pl.Series("as_of", [_time(record["as_of"]) for record in records], dtype=TIME),
        pl.Series("issue_age_days", [record["issue_age_days"] for record in records], dtype=pl.Float64),
    ]
    for feature in features:
        dtype = pl.String if feature.kind in ("category", "text") else pl.Float64
        columns.append(pl.Series(feature.name, [r["features"].get(feature.name) for r in records], dtype=dtype))
    for kind, parts in _NAMES.items():
        for target in TARGETS:
            for part in parts:
                dtype = pl.String if part == "because" else pl.Float64
                values = [record[kind][target].get(part) for record in records]
                columns.append(pl.Series(_name(kind, target, part), values, dtype=dtype))
    return pl.DataFrame(columns)


def check_declared(catalogue: Catalogue, release: Release) -> None:
    """Raise ReleaseFeaturesDiffer where the catalogue lacks a declared column that the release was trained with."""
    needed, given = set(release.manifest.declared), set(catalogue.declared)
    if missing := sorted(column.name for column in needed - given):
        raise ReleaseFeaturesDiffer(
            "a catalogue declares the columns that its release was trained with, with the same unit, kind and known_after_days",
            f"missing or different: {', '.join(missing)}",
            "Add them to catalogue.json and videos.parquet, or train a release on this catalogue",
        )


def _name(kind: str, target: Target, part: str) -> str:
    return f"{kind}/{target}/{part}"


def _nothing_is_null(target: Target, part: str) -> pl.Expr:
    """Return a settled column with null for what is not known and for a bound that is none."""
    values = pl.col(_name("settled", target, part))
    if part == "because":
        return pl.when(values != "").then(values).alias(_name("settled", target, part))
    return pl.when(values.is_finite()).then(values).alias(_name("settled", target, part))


def _part(row: Mapping[str, Any], kind: str, target: Target) -> dict[str, Any]:
    named = ((part, row[_name(kind, target, part)]) for part in _NAMES[kind])
    return {part: value for part, value in named if value is not None}


def _time(said: datetime | str) -> datetime:
    return datetime.fromisoformat(said) if isinstance(said, str) else said
