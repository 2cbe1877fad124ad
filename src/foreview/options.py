"""Frozen settings of the core, each with its unit. The figures in the measurements are those of the defaults."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

Embargo: TypeAlias = Literal["full", "none"]


@dataclass(frozen=True, slots=True)
class LabelOptions:
    """When a label is known and not a guess."""

    max_gap_days: tuple[tuple[int, float], ...] = ((7, 2.0), (30, 4.0))
    """For each horizon [d], the widest gap [d] between the two observations around it."""


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
    min_videos: int = 30
    """Mature videos below which no model is fitted and the prior is served, shifted by what is known."""
    labels: LabelOptions = field(default_factory=LabelOptions)


Progress: TypeAlias = Callable[[str, int, int], None]
"""What long work calls as it goes: the step, how much of it is done, of how much."""


def silent(step: str, done: int, total: int) -> None:
    """Report nothing."""
