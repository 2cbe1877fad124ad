"""Frozen settings of the core, each with its unit. The figures in the measurements are those of the defaults."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, Literal, TypeAlias

from foreview.errors import UsageError

Embargo: TypeAlias = Literal["full", "none"]


@dataclass(frozen=True, slots=True)
class LabelOptions:
    """When a label is known and not a guess."""

    max_gap_days: tuple[tuple[int, float], ...] = ((7, 2.0), (30, 4.0))
    """For each horizon [d], the widest gap [d] between the two observations around it."""


@dataclass(frozen=True, slots=True)
class Hyperparameters:
    """How models are sized and held back; the defaults were chosen by hand, ``foreview tune`` looks for better ones.

    Sizes are relative to what the number of rows asks for, so that one set of values serves much data and little.

    Raises
    ------
    UsageError
        If a value is not positive (levels may be negative), or a share is above 1.

    """

    linear_alpha: float = 10.0
    """Strength of the ridge penalty of the linear member."""
    forest_trees: int = 60
    forest_leaf: float = 1.0
    """Least rows in a leaf of the random forest, as a multiple of the usual."""
    boosting_size: float = 1.0
    """Trees of scikit-learn's boosting, as a multiple of the usual."""
    boosting_leaves: float = 1.0
    """Leaves of each of them, as a multiple of the usual."""
    xgb_size: float = 1.0
    """Trees of XGBoost, as a multiple of the usual."""
    xgb_deeper: int = 0
    """Levels of each of them beyond the usual; negative: fewer."""
    xgb_rate: float = 1.0
    """How much of each tree is taken, as a multiple of the usual."""
    xgb_min_child_weight: float = 1.0
    """Least sum of the loss's curvature in a leaf, as a multiple of the usual."""
    xgb_subsample: float = 0.8
    """Share of the rows that each tree is grown on."""
    xgb_colsample: float = 0.5
    """Share of the columns that each tree may use; where trees are grown side by side, each of their splits."""
    spread_size: float = 1.0
    """Trees of the spread model, as a multiple of the usual."""
    spread_deeper: int = 0
    """Levels of each of them beyond the usual; negative: fewer."""
    spread_min_child_weight: float = 20.0
    """Least rows in a leaf of the spread model of few rows; from 2,000 rows on, two and a half times as many."""
    parent_weight: float = 50.0
    """Scores that the parent's quantiles are worth when the calibration mixes them with a slice's own."""

    def __post_init__(self) -> None:
        for name in self.__slots__:
            value = getattr(self, name)
            most = 1.0 if name in ("xgb_subsample", "xgb_colsample") else float("inf")
            if not name.endswith("_deeper") and not 0 < value <= most:
                raise UsageError("hyperparameters are positive, and shares at most 1", f"{name} is {value}")


DEFAULTS: Final = Hyperparameters()


@dataclass(frozen=True, slots=True)
class TrainingOptions:
    """How a release is trained."""

    issue_ages: tuple[float, ...] = (0.0, 1.0, 2.0, 3.0, 5.0, 7.0, 10.0, 14.0, 21.0)
    """Ages [d] at which each mature video is replayed as if it were forecast then."""
    embargo: Embargo = "full"
    """``full``: only labels mature at the cutoff; ``none``: for panels shorter than the horizon, and said so."""
    seed: int = 0
    threads: int = 2
    max_rows: int = 900_000
    """Replayed issues (videos × issue ages) beyond this are thinned: a seeded draw of videos is replayed after publication."""
    max_forest_rows: int = 150_000
    """Rows for the random forest and scikit-learn's boosting, which do not scale as XGBoost does."""
    min_videos: int = 100
    """Mature videos below which no model is fitted: typical is served, and the count with its usual growth, as uncertain as the prior and
    the few outcomes say."""
    labels: LabelOptions = field(default_factory=LabelOptions)
    hyperparameters: Hyperparameters = DEFAULTS


@dataclass(frozen=True, slots=True)
class TuningOptions:
    """How hyperparameters are looked for; seed, threads, embargo and labels are those of :class:`TrainingOptions`."""

    trials: int = 30
    """Trials of a study in all, those of earlier runs among them. The first is the defaults."""
    max_videos: int = 5_000
    """Mature videos beyond this are thinned by a seeded draw."""
    tuning_ages: tuple[float, ...] = (0.0, 1.0, 3.0, 7.0, 14.0)
    """Ages [d] at which trials replay a video: fewer than in training, as a further age of the same video says little."""


Progress: TypeAlias = Callable[[str, int, int], None]
"""What long work calls as it goes: the step, how much of it is done, of how much."""


def silent(step: str, done: int, total: int) -> None:
    """Report nothing."""
