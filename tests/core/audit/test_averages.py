from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import polars as pl
import pytest

from foreview.audit.averages import averaging
from foreview.audit.columns import Audited
from foreview.audit.known import known_of
from foreview.audit.outcomes import Outcome
from foreview.curves.curve import view_curves
from foreview.tables.catalogue import Catalogue

VIDEOS, GROUPS = 600, 15
START = datetime(2026, 1, 1, tzinfo=UTC)
CATALOGUE = Catalogue.of(
    pl.DataFrame(
        {
            "video_id": [f"v{number:03d}" for number in range(VIDEOS)],
            "published_at": [START + timedelta(hours=number) for number in range(VIDEOS)],
        }
    )
)
KNOWN = known_of(CATALOGUE, view_curves(CATALOGUE))


def drawn(seed: int) -> tuple[np.ndarray, np.ndarray, Outcome]:
    """Each video's group and its true mean, and an outcome around it."""
    rng = np.random.default_rng(seed)
    group = rng.integers(0, GROUPS, VIDEOS)
    mean = rng.normal(8.0, 0.5, GROUPS)[group]
    values = mean + rng.normal(0.0, 0.8, VIDEOS)
    return group, mean, Outcome("the views at 30 d", values, np.full(VIDEOS, 30.0), is_views=True)


def audited(values: np.ndarray) -> Audited:
    return Audited("score", "number", 0.0, values)


def p_value(values: np.ndarray, outcome: Outcome) -> float:
    found = averaging(audited(values), [outcome], KNOWN)
    assert found is not None
    return found.p_value


def mean_of(group: np.ndarray, values: np.ndarray, more: float = 0.0) -> np.ndarray:
    """The mean of each video's group, shrunk to that of all by ``more`` videos."""
    size = np.bincount(group)
    means: np.ndarray = (np.bincount(group, weights=values) + more * values.mean()) / (size + more)
    found: np.ndarray = means[group]
    return found


@pytest.mark.parametrize("more", [0.0, 20.0])
def test_a_mean_over_these_very_videos_is_found(more: float):
    group, _, outcome = drawn(1)
    found = averaging(audited(mean_of(group, outcome.values, more)), [outcome], KNOWN)
    assert found is not None
    assert found.strong
    assert found.p_value < 1e-20
    assert (found.numbers["groups"], found.numbers["average"]) == (GROUPS, "the mean ln of the views at 30 d")


@pytest.mark.parametrize("seed", range(10))
def test_the_true_mean_is_honest(seed: int):
    _, mean, outcome = drawn(seed)
    assert p_value(mean, outcome) > 0.01


@pytest.mark.parametrize("seed", range(10))
def test_a_mean_of_other_videos_is_honest(seed: int):
    group, mean, outcome = drawn(seed)
    others = mean + np.random.default_rng(seed + 100).normal(0.0, 0.8, VIDEOS)
    assert p_value(mean_of(group, others), outcome) > 0.01


def test_values_of_one_video_each_are_no_average():
    *_, outcome = drawn(1)
    assert averaging(audited(outcome.values), [outcome], KNOWN) is None


def test_an_outcome_that_is_mostly_zero_has_no_averages():
    group, _, outcome = drawn(1)
    rarely = Outcome("the revenue", np.where(group % 2 == 0, 0.0, outcome.values), outcome.age)
    assert averaging(audited(group.astype(np.float64)), [rarely], KNOWN) is None
