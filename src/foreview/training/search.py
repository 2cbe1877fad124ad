"""Which hyperparameters are tried next, which trials are stopped, and which one wins."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from statistics import fmean, median
from typing import TYPE_CHECKING, Any, Final, Literal

import numpy as np

from foreview.options import DEFAULTS, Hyperparameters
from foreview.vocabulary import Target

if TYPE_CHECKING:
    from optuna.distributions import BaseDistribution
    from optuna.trial import FrozenTrial

RANDOM_TRIALS: Final = 10
"""Trials, the defaults among them, before proposals learn from the finished ones."""
MEDIAN_FROM: Final = 4
"""Trials that must have reached an origin before their median stops others there."""


@dataclass(frozen=True, slots=True)
class Between:
    """The values of one hyperparameter that are searched, ends included.

    Evenly, evenly in their logarithm, in whole steps, or in doublings: so few that the fits of a slow member repeat.
    """

    low: float
    high: float
    steps: Literal["log", "even", "whole", "doublings"] = "log"


SPACE: Final[Mapping[str, Between]] = {
    "linear_alpha": Between(1.0, 100.0),
    "forest_leaf": Between(0.5, 2.0, "doublings"),
    "boosting_size": Between(0.5, 2.0, "doublings"),
    "boosting_leaves": Between(0.5, 1.0, "doublings"),
    "xgb_size": Between(0.5, 2.0),
    "xgb_deeper": Between(-2, 2, "whole"),
    "xgb_rate": Between(0.4, 2.5),
    "xgb_min_child_weight": Between(0.2, 8.0),
    "xgb_subsample": Between(0.5, 1.0, "even"),
    "xgb_colsample": Between(0.3, 1.0, "even"),
    "spread_size": Between(0.5, 2.0),
    "spread_deeper": Between(-2, 2, "whole"),
    "spread_min_child_weight": Between(5.0, 80.0),
    "parent_weight": Between(10.0, 250.0),
}
"""What is searched: around the defaults, about as far to either side; but more leaves of the slowest member would cost too much."""


@dataclass(frozen=True, slots=True)
class Trial:
    """One set of hyperparameters and its mean CRPS of each target, origin by origin, as far as it was tried."""

    number: int
    state: Literal["finished", "stopped"]
    hyperparameters: Hyperparameters
    crps: tuple[dict[Target, float], ...]

    @property
    def means(self) -> tuple[float, ...]:
        """The mean over targets at each origin."""
        return tuple(fmean(found.values()) for found in self.crps)

    @property
    def value(self) -> float:
        """The mean over targets and origins."""
        return fmean(self.means)


def proposed(trials: Sequence[Trial], seed: int) -> Hyperparameters:
    """Return what to try after ``trials``: first the defaults, then ten at random, then what TPE makes of those before it.

    A function of its arguments and of nothing else. TPE: Bergstra et al. 2011, as Optuna has it, over all dimensions together.
    """
    if not trials:
        return DEFAULTS
    import optuna

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    draw = int(np.random.SeedSequence([seed, len(trials)]).generate_state(1)[0])
    study = optuna.create_study(sampler=optuna.samplers.TPESampler(n_startup_trials=RANDOM_TRIALS, seed=draw))
    space = {name: _distribution(between) for name, between in SPACE.items()}
    for trial in trials:
        study.add_trial(_replayed(trial, space))
    asked: dict[str, Any] = study.ask(space).params
    return Hyperparameters(**{name: _value(SPACE[name], found) for name, found in asked.items()})


def is_hopeless(means: Sequence[float], trials: Sequence[Trial]) -> bool:
    """Whether a trial with these means at the first origins is to be stopped: it cannot win any more, or hardly.

    It cannot where it is no better than the defaults at one origin; it hardly can behind the median of the trials before it over the
    same origins (Golovin et al. 2017).
    """
    if not trials:
        return False
    if not beats(means, trials[0].means):
        return True
    n = len(means)
    others = [fmean(trial.means[:n]) for trial in trials if len(trial.means) >= n]
    return len(others) >= MEDIAN_FROM and fmean(means) > median(others)


def beats(means: Sequence[float], defaults: Sequence[float]) -> bool:
    """Whether ``means`` are lower than those of the defaults at every origin tried so far."""
    return all(own < other for own, other in zip(means, defaults, strict=False))


def best_of(trials: Sequence[Trial]) -> Trial:
    """Return the finished trial with the lowest value of those that beat the defaults at every origin; else the defaults."""
    defaults = trials[0]
    winners = [trial for trial in trials if trial.state == "finished" and beats(trial.means, defaults.means)]
    return min(winners, key=lambda trial: trial.value, default=defaults)


def _distribution(between: Between) -> BaseDistribution:
    from optuna.distributions import FloatDistribution, IntDistribution

    if between.steps in ("whole", "doublings"):
        return IntDistribution(_parameter(between, between.low), _parameter(between, between.high))
    return FloatDistribution(between.low, between.high, log=between.steps == "log")


def _replayed(trial: Trial, space: Mapping[str, BaseDistribution]) -> FrozenTrial:
    """Return a trial as Optuna knows it; a stopped one with the mean so far after each origin."""
    from optuna.trial import TrialState, create_trial

    tried = asdict(trial.hyperparameters)
    stopped = trial.state == "stopped"
    return create_trial(
        state=TrialState.PRUNED if stopped else TrialState.COMPLETE,
        value=None if stopped else trial.value,
        params={name: _parameter(SPACE[name], tried[name]) for name in space},
        distributions=dict(space),
        intermediate_values={n: fmean(trial.means[: n + 1]) for n in range(len(trial.means))},
    )


def _parameter(between: Between, value: float) -> Any:
    """Return a value as Optuna knows it: doublings by their number."""
    if between.steps == "doublings":
        return round(math.log2(value))
    return int(value) if between.steps == "whole" else value


def _value(between: Between, parameter: Any) -> Any:
    """Return the value that Optuna means, with four digits, which is finer than any difference it makes."""
    if between.steps == "doublings":
        return 2.0**parameter
    return parameter if between.steps == "whole" else float(f"{parameter:.4g}")
