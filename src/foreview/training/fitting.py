"""Fitting one kind: members on the past, weights and spread on what came later, scores for calibration on what came last."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, TypeAlias

import numpy as np
import polars as pl

from foreview.learners.ensemble import Ensemble, choose_weights, fit_members, member_predictions
from foreview.learners.location import Located, LocationModel, Spread, locate
from foreview.learners.matrix import Vector, fit_encoder
from foreview.learners.slices import SEEN_DAYS, Stage, in_stage
from foreview.learners.spread import fit_spread
from foreview.learners.structure import Structure, baseline, slices_of
from foreview.metrics.bootstrap import bootstrap_means
from foreview.options import TrainingOptions
from foreview.training.rows import Rows, is_told, mostly_told
from foreview.training.split import InnerSplit
from foreview.uncertainty.conformal import Calibration, fit_calibration
from foreview.vocabulary import DAY_MS, FORMATS, WORDING

Place: TypeAlias = Callable[[LocationModel, pl.DataFrame], Located]
"""Places the final outcome of a problem; for revenue that is more than its rate."""

MIN_SLICE_WEIGHTS = 500
"""Validation rows from which a slice gets weights of its own."""
MIN_SLICE_SKILL = 30
MIN_CHANNELS = 5
"""Below this many, whole channels say nothing of how much they differ."""
_DRAWS = 200
"""Resamples behind the interval of a score."""
MIN_YOUNG = 2_000
"""Rows of the first two days from which they are learnt apart from the later ones."""
HEARD: Final[tuple[Stage, ...]] = ("older", "seen")
"""Stages in which the counts have heard the words."""
MIN_VALIDATION = 40
"""Validation rows below which weights stay equal and the spread constant."""


@dataclass(frozen=True, slots=True)
class Problem:
    """Training rows of one target with the outcome of the members (n, ln scale) and the one that is calibrated (n)."""

    rows: Rows
    outcome: Vector
    final: Vector
    place: Place

    def part(self, chosen: np.ndarray) -> Problem:
        """Return the rows for which ``chosen`` holds."""
        return Problem(self.rows.part(chosen), self.outcome[chosen], self.final[chosen], self.place)

    @property
    def slices(self) -> np.ndarray:
        """The slice of each row."""
        return slices_of(self.rows.table, self.rows.target)


@dataclass(frozen=True, slots=True)
class Fitted:
    """A location model with its calibration, its scores by slice, and the later rows with the conformal scores that it comes from."""

    location: LocationModel
    calibration: Calibration
    scores: Mapping[str, Mapping[str, float]]
    last: Sequence[Problem]
    conformal: Vector


def fit_out_of_time(
    problems: Sequence[Problem], structure: Structure, splits: Sequence[InnerSplit], options: TrainingOptions
) -> Fitted:
    """Return the model fitted before the inner origin, its weights, spread and calibration from the videos after it.

    The ensemble serves a slice only if it clearly beat the baseline both where its weights were chosen and where it is calibrated.
    """
    parts = list(zip(problems, splits, strict=True))
    fitted = [p.part(s.fit(p.rows)) for p, s in parts]
    ensembles = _fit(fitted, structure, _stages(fitted), options)
    later = [p.part(s.validate(p.rows)) for p, s in parts]
    last = [p.part(s.calibrate(p.rows)) for p, s in parts]
    location = LocationModel(structure, ensembles)
    if sum(p.outcome.size for p in later) >= MIN_VALIDATION:
        location = replace(location, ensembles=_weighted(location, later, options))
        location = replace(location, spread=_spread(later, location, options))
    else:
        later = last = [p.part(p.rows.published > s.origin) for p, s in parts]
    location = replace(location, unskilled=_unskilled(location, later, last))
    conformal = np.concatenate([_scored(p, location) for p in last])
    return Fitted(location, _calibrated(last, conformal, options), _score(last, location), last, conformal)


def refit(problems: Sequence[Problem], structure: Structure, judged: Fitted, options: TrainingOptions) -> Fitted:
    """Return ``judged`` with structure and members fitted again on all rows; what was chosen out of time stays.

    Fitted again, the model has learnt the level of the rows that it is calibrated on. What it has learnt is taken from their scores, slice by
    slice, or it would be counted twice.
    """
    weights = {stage: ensemble.weights for stage, ensemble in judged.location.ensembles.items()}
    ensembles = {
        stage: replace(ensemble, weights=weights[stage])
        for stage, ensemble in _fit(problems, structure, tuple(weights), options).items()
    }
    final = replace(judged.location, structure=structure, ensembles=ensembles)
    learnt = judged.conformal - np.concatenate([_scored(p, final) for p in judged.last])
    slices = np.concatenate([p.slices for p in judged.last])
    conformal = judged.conformal - _medians(learnt, slices)
    return Fitted(final, _calibrated(judged.last, conformal, options), judged.scores, judged.last, conformal)


def _scored(problem: Problem, location: LocationModel) -> Vector:
    """Return the conformal scores (n) of the outcomes of ``problem``."""
    at = problem.place(location, problem.rows.table)
    found: Vector = (problem.final - at.location) / at.spread
    return found


def _medians(values: Vector, slices: np.ndarray) -> Vector:
    """Return for each of n values the median of its slice."""
    found = np.empty(values.size)
    for name in np.unique(slices):
        mine = slices == name
        found[mine] = np.median(values[mine])
    return found


def _fit(
    problems: Sequence[Problem], structure: Structure, stages: Sequence[Stage], options: TrainingOptions
) -> dict[Stage, Ensemble]:
    """Return an ensemble for each of ``stages`` that has rows."""
    table = pl.concat([p.rows.table for p in problems])
    target = np.concatenate([_beyond_baseline(p, structure) for p in problems])
    slices = np.concatenate([p.slices for p in problems])
    most, seed, threads = options.max_forest_rows, options.seed, options.threads
    tuned = options.hyperparameters
    found: dict[Stage, Ensemble] = {}
    told = is_told(table)
    for stage in stages:
        mine = in_stage(slices, stage)
        mine = mostly_told(mine, told, seed) if stage == "unseen" else mine
        if mine.any():
            part = table.filter(pl.Series(mine))
            part = part.drop(WORDING, strict=False) if stage in HEARD else part
            found[stage] = fit_members(
                part, target[mine], slices[mine], max_rows=most, seed=seed, threads=threads, tuned=tuned
            )
    return found


def _stages(problems: Sequence[Problem]) -> tuple[Stage, ...]:
    """Return the stages in which the rows of ``problems`` are learnt."""
    young = sum(int(in_stage(p.slices, "young").sum()) for p in problems)
    return ("unseen", "young", "older") if young >= MIN_YOUNG else ("unseen", "seen")


def _beyond_baseline(problem: Problem, structure: Structure) -> Vector:
    return problem.outcome - baseline(structure, problem.rows.table, problem.rows.target)


def _weighted(location: LocationModel, later: Sequence[Problem], options: TrainingOptions) -> dict[Stage, Ensemble]:
    """Return the ensembles with weights chosen on validation rows."""
    table = pl.concat([p.rows.table for p in later])
    slices = np.concatenate([p.slices for p in later])
    actual = np.concatenate([_beyond_baseline(p, location.structure) for p in later])
    found = {}
    for stage, ensemble in location.ensembles.items():
        mine = in_stage(slices, stage)
        part = table.filter(pl.Series(mine))
        found[stage] = _weighted_on(part, slices[mine], actual[mine], ensemble, options) if mine.any() else ensemble
    return found


def _weighted_on(
    table: pl.DataFrame, slices: np.ndarray, actual: Vector, ensemble: Ensemble, options: TrainingOptions
) -> Ensemble:
    """Return the ensemble with weights chosen on n rows, of its own for each number of days seen with enough of them."""
    predictions = member_predictions(ensemble, ensemble.encoder.matrix(table), slices)
    pooled = _seen_alike(slices)
    weights = {"": choose_weights(predictions, actual, seed=options.seed)}
    for group in sorted(set(pooled.tolist())):
        mine = pooled == group
        if mine.sum() >= MIN_SLICE_WEIGHTS:
            own = choose_weights({k: v[mine] for k, v in predictions.items()}, actual[mine], seed=options.seed)
            weights |= {str(name): own for name in np.unique(slices[mine])}
    return replace(ensemble, weights=weights)


def _unskilled(location: LocationModel, *windows: Sequence[Problem]) -> frozenset[str]:
    """Return the slices in which the ensemble did not beat the baseline in every window, or could not be tried."""
    proven = set.intersection(*(_proven(location, window) for window in windows))
    targets = [p.rows.target for p in windows[0]]
    kinds = {f"{kind}/{day}" for kind in FORMATS for day in SEEN_DAYS}
    return frozenset(f"{target}/{rest}" for target in targets for rest in kinds - proven)


def _proven(location: LocationModel, judged_on: Sequence[Problem]) -> set[str]:
    """Return the ``format/days seen`` in which the ensemble was better.

    Both horizons are judged together, as one model serves them; the formats too where rows are few.
    """
    alone = LocationModel(location.structure)
    gains, names = [], []
    for p in judged_on:
        at, without = p.place(location, p.rows.table), p.place(alone, p.rows.table)
        gains.append(p.rows.weight * (np.abs(p.final - without.location) - np.abs(p.final - at.location)))
        names.append(at.slices)
    gain, slices = np.concatenate(gains), np.concatenate(names)
    video = np.concatenate([p.rows.video for p in judged_on])
    proven = set()
    for kind in FORMATS:
        for day in SEEN_DAYS:
            seen = np.char.endswith(slices, f"/{day}")
            mine = np.char.endswith(slices, f"/{kind}/{day}")
            mine = seen if mine.sum() < MIN_SLICE_SKILL else mine
            if mine.any() and _is_better(gain[mine], video[mine]):
                proven.add(f"{kind}/{day}")
    return proven


def _is_better(gain: Vector, video: np.ndarray) -> bool:
    """Return whether the mean of n gains is above its standard error, in which the rows of a video count as one.

    Of few videos luck alone makes every second slice look better; of many a standard error is next to nothing.
    """
    _, position, rows = np.unique(video, return_inverse=True, return_counts=True)
    by_video = np.bincount(position, weights=gain) / rows
    return rows.size > 1 and bool(by_video.mean() > by_video.std(ddof=1) / np.sqrt(rows.size))


def _seen_alike(slices: np.ndarray) -> np.ndarray:
    """Return for n slices the days seen: formats and horizons share weights, for alone they follow the luck of few videos."""
    return np.array([str(name).rsplit("/", 1)[1] for name in slices], dtype=np.str_)


def _spread(later: Sequence[Problem], location: LocationModel, options: TrainingOptions) -> Spread:
    table = pl.concat([p.rows.table for p in later])
    residual = np.concatenate([p.final - p.place(location, p.rows.table).location for p in later])
    encoder = fit_encoder(table, np.abs(residual))
    rows = encoder.matrix(table)
    tuned = options.hyperparameters
    return Spread(encoder, fit_spread(rows, residual, seed=options.seed, threads=options.threads, tuned=tuned))


def _calibrated(last: Sequence[Problem], conformal: Vector, options: TrainingOptions) -> Calibration:
    slices = np.concatenate([p.slices for p in last])
    days = np.concatenate([p.rows.published // DAY_MS for p in last])
    return fit_calibration(conformal, slices, days, options.hyperparameters.parent_weight)


def _score(last: Sequence[Problem], location: LocationModel) -> dict[str, dict[str, float]]:
    """Return the scores of each slice, rows counted by their weight: see :func:`slice_score`."""
    found: dict[str, dict[str, float]] = {}
    alone = LocationModel(location.structure)
    for p in last:
        at, without = p.place(location, p.rows.table), p.place(alone, p.rows.table)
        errors = np.column_stack([np.abs(p.final - at.location), np.abs(p.final - without.location)])
        for name in np.unique(at.slices):
            mine = at.slices == name
            heavy = p.rows.weight[mine] / p.rows.weight[mine].mean()
            score = slice_score(errors[mine] * heavy[:, None], p.rows.owner[mine], p.rows.video[mine])
            found[str(name)] = {**score, "skill": float(str(name) not in location.unskilled)}
    return found


def slice_score(errors: Vector, owner: np.ndarray, video: np.ndarray) -> dict[str, float]:
    """Return n, the mean absolute error [ln units] of the model and of the baseline, and their ratio with its 95 % interval.

    ``errors`` has shape (n, 2), perhaps several rows of a video; ``videos`` says of how many. The interval draws whole channels, or
    videos where there are fewer than :data:`MIN_CHANNELS`; there is none from a single video, or where the baseline made no error.
    """
    several = np.unique(owner).size >= MIN_CHANNELS
    means = bootstrap_means(errors, owner if several else video, draws=_DRAWS)
    score = {"n": len(errors), "mae_ln": float(means.means[0]), "mae_ln_baseline": float(means.means[1])}
    score["videos"] = np.unique(video).size
    if means.clusters < 2 or not means.draws[:, 1].all():
        return score
    ratio = means.ratio(0, 1)
    return {**score, "mae_ln_ratio": ratio.value, "mae_ln_ratio_low": ratio.low, "mae_ln_ratio_high": ratio.high}


def locate_target(rows: Rows) -> Place:
    """Return the plain way to place the outcome of ``rows``: where its own model locates it."""
    target = rows.target
    return lambda model, table: locate(model, table, target)
