"""A release that takes a second to make and answers questions: a linear model of views at publication, judged out of time by the real code."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import numpy as np
import polars as pl

from foreview.learners.ensemble import Ensemble
from foreview.learners.location import LocationModel
from foreview.learners.matrix import fit_encoder_with_words
from foreview.learners.remembered import fit_once
from foreview.learners.slices import in_stage
from foreview.learners.structure import Structure, baseline
from foreview.options import DEFAULTS, TrainingOptions
from foreview.releases.manifest import Draft, Release, seal
from foreview.releases.models import KindModel, encode_model
from foreview.releases.prior import prior_release
from foreview.tables.catalogue import Catalogue
from foreview.training.fitting import Fitted, Problem
from foreview.training.kept import associations_kept, outcomes_kept
from foreview.training.rows import rows_of, training_rows
from foreview.training.split import inner_splits
from foreview.training.structure import fit_structure
from foreview.training.trainer import plain_problem
from foreview.uncertainty.conformal import fit_calibration
from foreview.vocabulary import DAY_MS

CUTOFF = datetime(2026, 4, 1, tzinfo=UTC)
OPTIONS = TrainingOptions(issue_ages=(0.0, 2.0))


def linear_release(catalogue: Catalogue, cutoff: datetime, **changes: Any) -> Release:
    """Views by a linear model at publication and by the baseline afterwards; engagement and revenue by the documented prior."""
    table = training_rows(catalogue.as_of(cutoff), OPTIONS)
    problems = [plain_problem(rows_of(target, table)) for target in ("views_7d", "views_30d")]
    splits = inner_splits([p.rows for p in problems], "full")
    early = [p.part(s.fit(p.rows)) for p, s in zip(problems, splits, strict=True)]
    last = [p.part(p.rows.published > s.origin) for p, s in zip(problems, splits, strict=True)]
    structure = fit_structure([p.rows for p in early])
    location = LocationModel(structure, {"unseen": _linear(early, structure)})
    placed = [p.place(location, p.rows.table) for p in last]
    scores = np.concatenate([(p.final - at.location) / at.spread for p, at in zip(last, placed, strict=True)])
    calibration = fit_calibration(
        scores, np.concatenate([at.slices for at in placed]), np.concatenate([p.rows.published // DAY_MS for p in last])
    )
    judged = Fitted(location, calibration, {}, last, scores)
    model = KindModel(
        location,
        calibration,
        record=outcomes_kept(judged, judged, seed=0),
        associations=associations_kept(problems, judged, judged, seed=0),
    )
    return sealed(replace(model, **changes), cutoff)


def sealed(views: KindModel, cutoff: datetime) -> Release:
    """A release of this model of views."""
    prior = prior_release()
    said = {name: getattr(prior.manifest, name) for name in Draft.__dataclass_fields__}
    draft = Draft(**{**said, "as_of": cutoff})
    return seal(draft, {**prior.models, "views": encode_model(views)})


def _linear(problems: Sequence[Problem], structure: Structure) -> Ensemble:
    unseen = [p.part(in_stage(p.slices, "unseen")) for p in problems]
    table = pl.concat([p.rows.table for p in unseen])
    beyond = np.concatenate([p.outcome - baseline(structure, p.rows.table, p.rows.target) for p in unseen])
    encoder, rows = fit_encoder_with_words(table, beyond)
    fitted = fit_once("linear", rows, beyond, seed=0, threads=1, tuned=DEFAULTS)
    return Ensemble(encoder, {"linear": fitted}, {"": {"linear": 1.0}}, {"": 1.0})
