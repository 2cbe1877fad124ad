"""The features of a release in order of what they are worth, by two methods that see different things, and whether these agree."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl

from foreview.explain.contributions import contributions, mean_absolute
from foreview.explain.importance import Importance, permutation_importance
from foreview.explain.placing import Locations, placing, placing_beyond
from foreview.explain.window import Window
from foreview.features.spec import Feature
from foreview.options import Progress, silent
from foreview.vocabulary import KIND_OF_TARGET

SHAP_ROWS: Final = 1_000
"""Rows whose mean |SHAP| is taken: Shapley values take milliseconds a row."""


@dataclass(frozen=True, slots=True)
class Agreement:
    """Rank correlations over the features that both rank, -1..1; nan where a ranking is constant or fewer than two are shared."""

    spearman: float
    kendall: float
    features: int


@dataclass(frozen=True, slots=True)
class Ranking:
    """What the groups and the single features are worth in a window, largest first, and the mean |SHAP| [ln units] of each feature."""

    groups: tuple[Importance, ...]
    features: tuple[Importance, ...]
    beyond: tuple[Importance, ...]
    """The part of a feature's importance that lies beyond the baseline, of the features that the ensemble was given."""
    shap: Mapping[str, float]
    """Of the same features; both are empty where no ensemble serves."""
    agreement: Agreement


def rank_features(
    models: Locations,
    window: Window,
    features: Sequence[Feature],
    *,
    repeats: int = 5,
    seed: int = 0,
    progress: Progress = silent,
) -> Ranking:
    """Return the permutation importance of ``features`` and their groups in a window, beside their mean |SHAP|.

    A permuted column is another video's for the whole forecast, and so moves a baseline that is made of it. SHAP knows the correction beyond
    the baseline alone; so the two are held against each other where the baselines stay as they are.
    """
    target = window.target
    shap = mean_absolute(contributions(models[KIND_OF_TARGET[target]], _some(window, seed), target))
    whole, beyond = placing(models, target), placing_beyond(models, window.table, target)
    singles = {feature.name: (feature.name,) for feature in features}
    known = {name: columns for name, columns in singles.items() if name in shap}
    groups, single, corrected = (
        _sorted(permutation_importance(place, window, parts, repeats=repeats, seed=seed, progress=progress))
        for place, parts in ((whole, _groups(features)), (whole, singles), (beyond, known))
    )
    agreed = agreement({part.name: part.increase.value for part in corrected}, shap)
    return Ranking(groups, single, corrected, shap, agreed)


def agreement(first: Mapping[str, float], second: Mapping[str, float]) -> Agreement:
    """Return how far two importances order the same features alike (ties shared: Spearman 1904; Kendall's tau-b, 1945).

    Examples
    --------
    >>> found = agreement({"a": 3.0, "b": 2.0, "c": 1.0}, {"a": 0.9, "b": 0.1, "c": 0.5, "d": 7.0})
    >>> round(found.spearman, 3), round(found.kendall, 3), found.features
    (0.5, 0.333, 3)

    """
    from scipy.stats import kendalltau, spearmanr

    shared = [name for name in first if name in second]
    one, other = (np.array([ranking[name] for name in shared]) for ranking in (first, second))
    if len(shared) < 2 or np.ptp(one) == 0 or np.ptp(other) == 0:
        return Agreement(float("nan"), float("nan"), len(shared))
    return Agreement(float(spearmanr(one, other).statistic), float(kendalltau(one, other).statistic), len(shared))


def _groups(features: Sequence[Feature]) -> dict[str, tuple[str, ...]]:
    """Return one part a group. Features that are alike stand in for each other; a group has nothing to hide behind."""
    groups = dict.fromkeys(feature.group for feature in features)
    return {group: tuple(feature.name for feature in features if feature.group == group) for group in groups}


def _sorted(parts: Sequence[Importance]) -> tuple[Importance, ...]:
    return tuple(sorted(parts, key=lambda part: -part.increase.value))


def _some(window: Window, seed: int) -> pl.DataFrame:
    return window.table if window.table.height <= SHAP_ROWS else window.table.sample(SHAP_ROWS, seed=seed)
