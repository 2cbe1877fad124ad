"""Replay the past: learn what could be learnt at a cutoff, forecast every later video, and put what happened beside it."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Generic, TypeVar

import polars as pl

from foreview.backtest.compared import Fitted, fit_baselines, predict_baselines
from foreview.backtest.scores import SliceScores, score
from foreview.backtest.splits import Split, split
from foreview.curves.curve import age_ms
from foreview.errors import NotEnoughHistory, UsageError
from foreview.options import Embargo, Progress, TrainingOptions, silent
from foreview.tables.catalogue import Catalogue
from foreview.vocabulary import TARGETS

ReleaseT = TypeVar("ReleaseT")


def not_told(_: object) -> Mapping[str, int]:
    """Return nothing: a method need not say what it was calibrated on."""
    return {}


@dataclass(frozen=True, slots=True)
class Method(Generic[ReleaseT]):
    """What is replayed. The replay lies below training and forecasting, so both are handed in."""

    train: Callable[..., ReleaseT]
    """``train(catalogue, as_of, options, *, created_at, progress)`` → a release."""
    forecast: Callable[[Catalogue, ReleaseT, pl.DataFrame], pl.DataFrame]
    """Catalogue, release and issues (``video_id, as_of``) → forecasts. Columns ``low_third, high_third`` (the bounds of the
    classes, in the target's unit), where it gives them, let the classes be scored."""
    describe: Callable[[ReleaseT], Mapping[str, Any]]
    """What the report says of the release, as values for JSON."""
    calibrated: Callable[[ReleaseT], Mapping[str, int]] = not_told
    """How many videos the release calibrated each slice (``target/format/days seen``) on."""


@dataclass(frozen=True, slots=True)
class Plan:
    """Until when is learnt, from when is tested, at which ages [d], and whether only mature labels may be used."""

    train_until: date
    test_from: date
    ages: tuple[float, ...]
    embargo: Embargo


@dataclass(frozen=True, slots=True)
class Backtest:
    """A finished replay.

    ``predictions`` has one row a video, issue age and target with a known outcome: the columns of a forecast, ``actual``, one
    column a baseline (null where it is undefined), ``format`` and ``channel_id``.
    """

    plan: Plan
    predictions: pl.DataFrame
    scores: tuple[SliceScores, ...]
    release: Mapping[str, Any]
    baselines: tuple[Fitted, ...]
    sentences: tuple[str, ...]
    """What a reader must know before the figures."""
    created_at: datetime


def backtest(
    catalogue: Catalogue,
    method: Method[ReleaseT],
    *,
    train_until: date,
    test_from: date,
    ages: Sequence[float] = (0.0, 1.0, 3.0, 7.0),
    embargo: Embargo = "full",
    options: TrainingOptions | None = None,
    created_at: datetime,
    progress: Progress = silent,
) -> Backtest:
    """Train on what was known at the end of ``train_until`` (UTC), forecast the videos published from ``test_from`` on, and score.

    Every test video is forecast as of its publication plus each of ``ages`` [d]. With ``embargo="none"`` the labels of the training
    videos may have matured later than the cutoff, and the report says so.

    Raises
    ------
    UsageError
        If the test does not begin after the training, or an age is negative, repeated or absent.
    NotEnoughHistory
        If no label is mature at the cutoff, or no video is left to test on.

    """
    plan = Plan(train_until, test_from, _checked_ages(ages), embargo)
    options = dataclasses.replace(options or TrainingOptions(), embargo=embargo)
    parts = split(catalogue, train_until=train_until, test_from=test_from, embargo=embargo, options=options.labels)
    release = method.train(parts.training, parts.as_of, options, created_at=created_at, progress=progress)
    progress("fit baselines", 0, 1)
    fitted = fit_baselines(parts.training, plan.ages, options.labels, seed=options.seed)
    progress("fit baselines", 1, 1)
    forecasts = []
    for done, age in enumerate(plan.ages):
        progress("forecast test videos", done, len(plan.ages))
        forecasts.append(_forecasts_at(age, catalogue, release, method, parts.test))
    progress("forecast test videos", len(plan.ages), len(plan.ages))
    baselines = predict_baselines(catalogue, parts.test["video_id"], plan.ages, fitted)
    predictions = _with_outcomes(pl.concat(forecasts), parts.test, baselines)
    return Backtest(
        plan=plan,
        predictions=predictions,
        scores=score(predictions, method.calibrated(release), seed=options.seed, progress=progress),
        release=method.describe(release),
        baselines=fitted,
        sentences=_sentences(plan, parts, predictions),
        created_at=created_at,
    )


def _checked_ages(ages: Sequence[float]) -> tuple[float, ...]:
    if not ages or min(ages) < 0 or len(set(ages)) < len(ages):
        raise UsageError("issue ages are different, not negative, and at least one", f"found {list(ages)}")
    return tuple(sorted(float(age) for age in ages))


def _forecasts_at(
    age: float, catalogue: Catalogue, release: ReleaseT, method: Method[ReleaseT], test: pl.DataFrame
) -> pl.DataFrame:
    issues = test.select("video_id", as_of=pl.col("published_at") + pl.duration(milliseconds=age_ms(age)))
    # The age as it was asked for: it is what baselines and slices are keyed by.
    return method.forecast(catalogue, release, issues).with_columns(issue_age_days=pl.lit(age))


def _with_outcomes(forecasts: pl.DataFrame, test: pl.DataFrame, baselines: pl.DataFrame) -> pl.DataFrame:
    outcomes = test.unpivot(TARGETS, index="video_id", variable_name="target", value_name="actual").drop_nulls("actual")
    facts = test.select("video_id", "format", "channel_id")
    joined = (
        forecasts.join(outcomes, on=["video_id", "target"], how="inner", maintain_order="left")
        .join(baselines, on=["video_id", "issue_age_days", "target"], how="left", maintain_order="left")
        .join(facts, on="video_id", how="left", maintain_order="left")
    )
    if joined.is_empty():
        raise NotEnoughHistory("a forecast meets a known outcome", "none of the forecasts has one")
    return joined


def _sentences(plan: Plan, parts: Split, predictions: pl.DataFrame) -> tuple[str, ...]:
    videos = predictions["video_id"].n_unique()
    learnt = parts.training.videos.height
    said = [
        f"Learnt from {learnt:,} videos published until {plan.train_until}, tested on {videos:,} from {plan.test_from} on (UTC days)."
    ]
    if plan.embargo == "none":
        said.append(
            "NO EMBARGO: labels of training videos that matured after the training cutoff were used, and so do the baselines. "
            "Videos are split by publication date alone: a world that changed in between is not tested."
        )
    else:
        said.append("Full embargo: only labels that were mature and known at the training cutoff were used.")
    if missing := [target for target in TARGETS if target not in predictions["target"].to_list()]:
        said.append(f"No test video has a known outcome for {', '.join(missing)}.")
    if predictions["channel_id"].null_count():
        said.append(
            f"{predictions.filter(pl.col('channel_id').is_null())['video_id'].n_unique():,} test videos have no channel: the bootstrap "
            "draws each of them on its own, and they take no part in the order within channels."
        )
    return tuple(said)
