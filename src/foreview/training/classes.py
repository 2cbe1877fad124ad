"""Low, medium or high: a classifier beside the distribution, and which of them serves where, tried out of time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np
import polars as pl

from foreview.learners.classifier import (
    Classifier,
    answers,
    fit_booster,
    fit_pool,
    log_odds,
    passing,
    pool_of,
    questions,
)
from foreview.learners.ensemble import draw
from foreview.learners.matrix import Encoder, Vector, fit_encoder
from foreview.learners.structure import column, thirds, typical
from foreview.metrics.bootstrap import bootstrap_means
from foreview.metrics.classes import log_losses
from foreview.options import TrainingOptions
from foreview.training.fitting import MIN_CHANNELS, Fitted, Problem
from foreview.training.split import InnerSplit
from foreview.uncertainty.classes import (
    Chances,
    Marks,
    class_probabilities,
    classes_of,
    kept_within,
    read_off,
    undecided,
)
from foreview.uncertainty.conformal import score_quantiles
from foreview.uncertainty.distribution import bounded

MAX_ROWS = 100_000
"""Rows whose two questions the booster is fitted to; more are drawn from."""
MIN_ROWS = 500
"""Rows below which no classifier is fitted."""
MIN_SLICE = 300
"""Rows below which the formats of a slice are judged together."""

Scores: TypeAlias = Mapping[str, Mapping[str, float]]


@dataclass(frozen=True, slots=True)
class Asked:
    """n rows of a problem with the distributions (n, 79) of judged models, their marks, and what is read off."""

    problem: Problem
    values: Vector
    marks: Marks
    chances: Chances

    def part(self, chosen: np.ndarray) -> Asked:
        """Return the rows for which ``chosen`` (n booleans) holds."""
        marks, chances = self.marks, self.chances
        return Asked(
            self.problem.part(chosen),
            self.values[chosen],
            Marks(
                marks.low[chosen], marks.typical[chosen], marks.high[chosen], marks.least[chosen], marks.most[chosen]
            ),
            Chances(chances.low[chosen], chances.typical[chosen], chances.high[chosen]),
        )


def fit_classes(
    problems: Sequence[Problem], splits: Sequence[InnerSplit], judged: Fitted, options: TrainingOptions
) -> tuple[Classifier | None, Scores]:
    """Return the classifier, serving where it beat the distribution out of time, and the scores of both by slice.

    The booster learns from labels known when calibration began, the pools from the first half of the videos calibrated on, and the
    second half decides. None, and no scores, where rows are few or an answer never differs.
    """
    begin = min(split.calibrate_from for split in splits)
    fitted = _fit([p.part(s.known(p.rows, begin)) for p, s in zip(problems, splits, strict=True)], judged, options)
    if fitted is None:
        return None, {}
    last = [_asked(p.part(s.calibrate(p.rows)), judged) for p, s in zip(problems, splits, strict=True)]
    earlier = [a.problem.rows.published <= _middle(a.problem.rows.published) for a in last]
    first = [a.part(chosen) for a, chosen in zip(last, earlier, strict=True)]
    second = [a.part(~chosen) for a, chosen in zip(last, earlier, strict=True)]
    classifier = Classifier(*fitted, {}, frozenset())
    classifier = replace(classifier, pools={k: v for a in first for k, v in _pools(a, classifier).items()})
    scores = {name: score for a in second for name, score in _scores(a, classifier).items()}
    served = frozenset(name for name, score in scores.items() if score["classifier"])
    return replace(classifier, slices=served), scores


def _middle(published: np.ndarray) -> int:
    times = np.unique(published)
    return int(times[(times.size - 1) // 2]) if times.size else 0


def _fit(problems: Sequence[Problem], judged: Fitted, options: TrainingOptions) -> tuple[Encoder, object] | None:
    asked, answered = [], []
    for problem in problems:
        kept = np.zeros(problem.outcome.size, dtype=np.bool_)
        kept[draw(kept.size, MAX_ROWS // len(problems), options.seed)] = True
        part = problem.part(kept)
        marks = _marks(part, judged)
        for mark, high, open_ in zip((marks.low, marks.high), (False, True), undecided(marks), strict=True):
            asked.append(questions(part.rows.table, mark, high=high).filter(pl.Series(open_)))
            answered.append(_passed(part, mark, high=high)[open_])
    table, passed = pl.concat(asked), np.concatenate(answered)
    if table.height < 2 * MIN_ROWS or passed.min() == passed.max():
        return None
    encoder = fit_encoder(table, passed)
    return encoder, fit_booster(encoder, table, passed, seed=options.seed, threads=options.threads)


def _marks(problem: Problem, judged: Fitted) -> Marks:
    table, target = problem.rows.table, problem.rows.target
    low, high = thirds(judged.location.structure, table, target)
    seen = np.log1p(np.nan_to_num(column(table, "initial_views")))
    usual = typical(judged.location.structure, table, target)
    return Marks(low, usual, high, seen, np.full(seen.size, np.inf))


def _passed(problem: Problem, mark: Vector, *, high: bool) -> Vector:
    return np.asarray(problem.final > mark if high else problem.final >= mark, dtype=np.float64)


def _asked(problem: Problem, judged: Fitted) -> Asked:
    at, marks = problem.place(judged.location, problem.rows.table), _marks(problem, judged)
    values = at.location[:, None] + at.spread[:, None] * score_quantiles(judged.calibration, at.slices)
    values = bounded(values, marks.least, marks.most)
    return Asked(problem, values, marks, read_off(values, marks))


def _pools(asked: Asked, classifier: Classifier) -> dict[str, tuple[float, float, float]]:
    """Return the pool of each age, from the questions at both marks that counts leave open."""
    names = np.array([pool_of(str(name)) for name in asked.problem.slices])
    table, marks, chances = asked.problem.rows.table, asked.marks, asked.chances
    inputs = []
    for high, open_ in zip((False, True), undecided(marks), strict=True):
        mark, chance = (marks.high, chances.high) if high else (marks.low, chances.low)
        said = answers(classifier.encoder, classifier.booster, questions(table, mark, high=high))
        inputs.append((log_odds(chance), said, _passed(asked.problem, mark, high=high), open_, names))
    of_distribution, of_booster, passed, left_open, named = map(np.concatenate, zip(*inputs, strict=True))
    chosen = {str(name): left_open & (named == name) for name in np.unique(names)}
    return {name: fit_pool(of_distribution[mine], of_booster[mine], passed[mine]) for name, mine in chosen.items()}


def _scores(asked: Asked, classifier: Classifier) -> dict[str, dict[str, float]]:
    """Return the scores of each slice; the classifier serves where the whole interval of its ratio lies below 1."""
    problem, marks, chances = asked.problem, asked.marks, asked.chances
    names = problem.slices
    low = passing(classifier, problem.rows.table, names, marks.low, chances.low, high=False)
    high = passing(classifier, problem.rows.table, names, marks.high, chances.high, high=True)
    happened = classes_of(problem.final, marks)
    ways = (kept_within(low, high, asked.values, marks), chances)
    losses = np.column_stack([log_losses(happened, np.column_stack(class_probabilities(way))) for way in ways])
    pools = np.array([pool_of(str(name)) for name in names])
    found = {}
    for name in np.unique(names):
        mine = names == name
        together = mine if mine.sum() >= MIN_SLICE else pools == pool_of(str(name))
        serves = _compared(losses, problem, together).get("log_loss_ratio_high", 1.0) < 1
        found[str(name)] = {**_compared(losses, problem, mine), "classifier": float(serves)}
    return found


def _compared(losses: Vector, problem: Problem, mine: np.ndarray) -> dict[str, float]:
    """Return the mean log loss [nats] of the classifier and of the distribution over some rows, and their ratio with its 95 % interval."""
    owner, video = problem.rows.owner[mine], problem.rows.video[mine]
    means = bootstrap_means(losses[mine], owner if np.unique(owner).size >= MIN_CHANNELS else video, draws=200)
    of_classifier, of_distribution = means.means.tolist()
    score = {"classes_n": int(mine.sum()), "log_loss": of_classifier, "log_loss_distribution": of_distribution}
    if means.clusters < 2 or not means.draws[:, 1].all():
        return score
    ratio = means.ratio(0, 1)
    return {**score, "log_loss_ratio": ratio.value, "log_loss_ratio_low": ratio.low, "log_loss_ratio_high": ratio.high}
