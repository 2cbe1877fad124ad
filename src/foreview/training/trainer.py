"""From a catalogue to a release."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from importlib.metadata import version

import numpy as np
import polars as pl

from foreview.learners.location import LocationModel
from foreview.learners.structure import Structure
from foreview.options import Progress, TrainingOptions, silent
from foreview.releases.manifest import DataWindow, Draft, KindState, Release, seal
from foreview.releases.models import KindModel, encode_model, prior_model, prior_quantiles, prior_slices
from foreview.tables.catalogue import Catalogue
from foreview.training.classes import fit_classes
from foreview.training.fitting import Fitted, Problem, fit_out_of_time, locate_target, refit
from foreview.training.kept import associations_kept, outcomes_kept
from foreview.training.relative import fit_relative_points
from foreview.training.revenue import fit_chance_of_revenue, revenue_problem
from foreview.training.rows import Rows, check_has_labels, rows_of, training_rows
from foreview.training.split import inner_splits
from foreview.training.structure import fit_structure
from foreview.uncertainty.conformal import fit_to_prior
from foreview.vocabulary import TARGETS, ModelKind, Target

_STEPS = ("features", "views", "engagement", "revenue", "sealing")
_LIBRARIES = ("numpy", "polars", "scikit-learn", "xgboost-cpu", "skops")


@dataclass(frozen=True, slots=True)
class _Outcome:
    """What was trained for one kind, and what there is to say about it."""

    model: KindModel
    state: KindState
    scores: Mapping[str, Mapping[str, float]]
    notes: tuple[str, ...] = ()


def train(
    catalogue: Catalogue,
    as_of: datetime,
    options: TrainingOptions | None = None,
    *,
    created_at: datetime,
    progress: Progress = silent,
) -> Release:
    """Return a release trained on what ``catalogue`` held at ``as_of``, on labels mature by then.

    With ``options.embargo == "none"`` the videos published by ``as_of`` are used with all labels of the catalogue, whenever they matured;
    the release says so. ``created_at`` is recorded and changes nothing else: equal content, options and seed give an
    equal ``model_version``.

    Raises
    ------
    NotEnoughHistory
        If no label of a video's views is mature at ``as_of``.

    """
    options = options or TrainingOptions()
    known = training_catalogue(catalogue, as_of, options)
    check_has_labels(known, as_of)
    progress(_STEPS[0], 0, len(_STEPS))
    table = training_rows(known, options)
    rows: dict[Target, Rows] = {target: rows_of(target, table) for target in TARGETS}
    structure = fit_structure(list(rows.values()))
    outcomes: dict[ModelKind, _Outcome] = {}
    progress(_STEPS[1], 1, len(_STEPS))
    outcomes["views"], views = _fit_views(rows, structure, options)
    progress(_STEPS[2], 2, len(_STEPS))
    outcomes["engagement"] = _fit_engagement(rows["engagement_rate"], structure, options)
    progress(_STEPS[3], 3, len(_STEPS))
    outcomes["revenue"] = _fit_revenue(rows["revenue_30d"], structure, views, options)
    progress(_STEPS[4], 4, len(_STEPS))
    release = _seal(known, table, outcomes, as_of=as_of, created_at=created_at, options=options)
    progress(_STEPS[4], len(_STEPS), len(_STEPS))
    return release


def training_catalogue(catalogue: Catalogue, as_of: datetime, options: TrainingOptions) -> Catalogue:
    """Return what may be learnt from at ``as_of``; without the embargo that is all that became of the videos published by then."""
    if options.embargo == "full":
        return catalogue.as_of(as_of)
    return catalogue.only(catalogue.as_of(as_of).videos["video_id"])


def _fit_views(
    rows: Mapping[Target, Rows], structure: Structure, options: TrainingOptions
) -> tuple[_Outcome, LocationModel]:
    """Return the outcome of both horizons together, and the model before it was fitted again on everything."""
    problems = [plain_problem(rows[target]) for target in ("views_7d", "views_30d")]
    if not enough(problems, options):
        outcome = _without_members("views", problems, structure)
        return outcome, outcome.model.location
    judged, notes = judge(problems, options)
    final = refit(problems, structure, judged, options)
    outcome = _finished(judged, final, notes, options)
    splits = inner_splits([p.rows for p in problems], options.embargo)
    relative = fit_relative_points(problems, splits, judged, options)
    classes, compared = fit_classes(problems, splits, judged, options)
    held = associations_kept(problems, judged, final, seed=options.seed)
    model = replace(outcome.model, relative=relative, classes=classes, associations=held)
    scores = {name: {**score, **compared.get(name, {})} for name, score in outcome.scores.items()}
    return replace(outcome, model=model, scores=scores), judged.location


def _fit_engagement(rows: Rows, structure: Structure, options: TrainingOptions) -> _Outcome:
    problems = [plain_problem(rows)]
    if not enough(problems, options):
        return _without_members("engagement", problems, structure)
    judged, notes = judge(problems, options)
    return _finished(judged, refit(problems, structure, judged, options), notes, options)


def _fit_revenue(rows: Rows, structure: Structure, views: LocationModel, options: TrainingOptions) -> _Outcome:
    problems = [revenue_problem(rows, views)]
    chance, said = fit_chance_of_revenue(rows, options)
    if enough(problems, options):
        judged, notes = judge(problems, options)
        outcome = _finished(judged, refit(problems, structure, judged, options), notes, options)
    else:
        outcome = _without_members("revenue", problems, structure)
    state = KindState(outcome.state.state, f"{outcome.state.reason}; {said}")
    return replace(outcome, model=replace(outcome.model, chance=chance), state=state)


def plain_problem(rows: Rows) -> Problem:
    """Return the problem of ln(1+y), as all targets but revenue have it."""
    outcome = np.log1p(rows.actual)
    return Problem(rows, outcome, outcome, locate_target(rows))


def enough(problems: Sequence[Problem], options: TrainingOptions) -> bool:
    """Whether there are videos to learn from, and for each target late ones to calibrate on."""
    videos = np.concatenate([p.rows.video for p in problems])
    if np.unique(videos).size < options.min_videos or not all(p.rows.published.size for p in problems):
        return False
    splits = inner_splits([p.rows for p in problems], options.embargo)
    return all(split.calibrate(p.rows).any() for p, split in zip(problems, splits, strict=True))


def judge(problems: Sequence[Problem], options: TrainingOptions) -> tuple[Fitted, tuple[str, ...]]:
    """Return the model fitted and judged out of time inside its rows, and what there is to say about it."""
    splits = inner_splits([p.rows for p in problems], options.embargo)
    before = fit_structure([p.rows.part(s.fit(p.rows)) for p, s in zip(problems, splits, strict=True)])
    notes: tuple[str, ...] = ()
    if options.embargo == "full" and not splits[0].embargoed:
        target = problems[0].rows.target
        notes = (f"{target}: history too short for an embargo inside training; split by publication alone",)
    return fit_out_of_time(problems, before, splits, options), notes


def _finished(judged: Fitted, final: Fitted, notes: tuple[str, ...], options: TrainingOptions) -> _Outcome:
    skilled = [name for name, score in judged.scores.items() if score["skill"]]
    if skilled:
        state = KindState(
            "ensemble", f"beats its baseline out of time in {len(skilled)} of {len(judged.scores)} slices"
        )
    else:
        state = KindState("typical", "no skill: no slice beats its baseline out of time, which is served instead")
    kept = outcomes_kept(judged, final, seed=options.seed)
    return _Outcome(KindModel(final.location, final.calibration, record=kept), state, judged.scores, notes)


def _without_members(kind: ModelKind, problems: Sequence[Problem], structure: Structure) -> _Outcome:
    """Return the baseline with the uncertainty of the few outcomes there are, mixed with the documented prior's."""
    videos = np.concatenate([p.rows.video for p in problems])
    if not (n := int(np.unique(videos).size)):
        return _Outcome(prior_model(kind, structure), KindState("prior", "no mature label: the prior is served"), {})
    location = LocationModel(structure)
    placed = [(p, p.place(location, p.rows.table)) for p in problems]
    scores = np.concatenate([p.final - at.location for p, at in placed])
    slices = np.concatenate([at.slices for _, at in placed])
    priors = {name: prior_quantiles(name) for name in prior_slices(kind)}
    model = KindModel(location, fit_to_prior(scores, slices, videos, priors))
    return _Outcome(model, KindState("typical", f"{n} videos with a mature label are too few to judge a model"), {})


def _seal(
    known: Catalogue,
    table: pl.DataFrame,
    outcomes: Mapping[ModelKind, _Outcome],
    *,
    as_of: datetime,
    created_at: datetime,
    options: TrainingOptions,
) -> Release:
    times = table["published_at"]
    window = DataWindow(times[0], times[-1], table["video_id"].n_unique(), table.height)
    scores: dict[str, dict[str, Mapping[str, float]]] = {}
    for outcome in outcomes.values():
        for name, score in outcome.scores.items():
            scores.setdefault(name.split("/")[0], {})[name] = score
    notes = [*known.notes, *(note for outcome in outcomes.values() for note in outcome.notes)]
    if options.embargo == "none":
        notes.append("trained WITHOUT embargo: labels that matured after the cutoff were used")
    draft = Draft(
        as_of=as_of,
        created_at=created_at,
        data_window=window,
        catalogue_fingerprint=known.fingerprint(),
        options=_plain(options),
        kinds={kind: outcome.state for kind, outcome in outcomes.items()},
        libraries={name: version(name) for name in _LIBRARIES},
        scores=scores,
        declared=known.declared,
        notes=tuple(notes),
    )
    return seal(draft, {kind: encode_model(outcome.model) for kind, outcome in outcomes.items()})


def _plain(options: TrainingOptions) -> dict[str, object]:
    found = asdict(options)
    found["issue_ages"] = list(options.issue_ages)
    found["labels"] = {"max_gap_days": [list(pair) for pair in options.labels.max_gap_days]}
    return found
