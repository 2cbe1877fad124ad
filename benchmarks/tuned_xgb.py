"""A well-tuned single XGBoost: a seeded search whose trials are judged on the last part of the training videos.

The space holds squared error, absolute error and pseudo-Huber, which lies between. The first trial is the setting that served Foreview
well; then settings are drawn at large, and in the second half near the best so far. Trials learn from a draw of rows; the best few try again
on every row before the later window, and the best of these is fitted on all rows with as many trees as served it best there.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import polars as pl

from benchmarks.autogluon_run import BEYOND, KEYS
from foreview.learners.matrix import Matrix, Vector, fit_encoder_with_words

LATER_SHARE: Final = 0.25
"""Of the training videos, the last published ones, on which trials are judged."""
MOST_TRIED: Final = 50_000
"""Rows that a trial learns from."""
FINALISTS: Final = 3
ROUNDS: Final = 2_500
PATIENCE: Final = 40
"""Trees without improvement after which a fit stops."""
THREADS: Final = 2
LOSSES: Final[tuple[dict[str, Any], ...]] = (
    {"objective": "reg:absoluteerror"},
    {"objective": "reg:pseudohubererror", "huber_slope": 0.1, "max_delta_step": 2.0},
    {"objective": "reg:squarederror"},
    {"objective": "reg:pseudohubererror", "huber_slope": 0.5, "max_delta_step": 2.0},
)
START: Final[dict[str, Any]] = {
    **LOSSES[1],
    "eta": 0.08,
    "max_depth": 7,
    "min_child_weight": 0.5,
    "subsample": 0.8,
    "colsample_bytree": 0.7,
    "lambda": 1.0,
}


@dataclass(frozen=True, slots=True)
class Tuned:
    """The forecasts of ln(1 + views) beyond the base for the test rows, and what was chosen."""

    beyond: Vector
    chosen: dict[str, Any]


@dataclass(frozen=True, slots=True)
class _Window:
    """Rows to learn from and later rows to be judged on; targets in units of the training rows' spread."""

    rows: Matrix
    target: Vector
    later: Matrix
    later_target: Vector


@dataclass(frozen=True, slots=True)
class _Trial:
    """The mean absolute error on the later rows with the number of trees that had the least."""

    error: float
    trees: int
    parameters: dict[str, Any]


def fit_tuned(train: pl.DataFrame, test: pl.DataFrame, *, trials: int, seed: int = 0) -> Tuned:
    """Return what the best of ``trials`` settings, fitted on all of ``train``, says of ``test``."""
    features = [name for name in train.columns if name not in {*KEYS, BEYOND}]
    beyond = train[BEYOND].to_numpy()
    scale = 1.4826 * float(np.median(np.abs(beyond - np.median(beyond))))
    stream = np.random.default_rng(seed)
    ordered = train.sort("published_at", "video_id").with_columns(pl.col(BEYOND) / scale)
    cut = ordered.height - int(ordered.height * LATER_SHARE)
    early, later = ordered[:cut], ordered[cut:]
    drawn = early[np.sort(stream.choice(cut, min(cut, MOST_TRIED), replace=False))]
    small, large = _window(drawn, later, features), _window(early, later, features)
    best = _search(small, trials, stream)[:FINALISTS]
    if drawn.height < cut:
        best = sorted((_tried(large, trial.parameters) for trial in best), key=lambda trial: trial.error)
    rounds, parameters = best[0].trees, best[0].parameters
    final = _window(ordered, test.with_columns(pl.col(BEYOND) / scale), features)
    booster = _boost(final, parameters, rounds)
    found = scale * np.asarray(booster.inplace_predict(final.later), dtype=np.float64)
    return Tuned(found, {**parameters, "trees": rounds, "later_mae_ln": scale * best[0].error})


def _window(rows: pl.DataFrame, later: pl.DataFrame, features: list[str]) -> _Window:
    target = rows[BEYOND].to_numpy()
    encoder, matrix = fit_encoder_with_words(rows.select(features), target)
    return _Window(matrix, target, encoder.matrix(later), later[BEYOND].to_numpy())


def _search(window: _Window, trials: int, stream: np.random.Generator) -> list[_Trial]:
    """Return all trials, the best first."""
    tried: list[_Trial] = []
    for trial in range(trials):
        if not trial:
            parameters = dict(START)
        elif trial <= trials // 2:
            parameters = _drawn(LOSSES[trial % len(LOSSES)], stream)
        else:
            parameters = _near(tried[int(stream.integers(min(FINALISTS, len(tried))))].parameters, stream)
        tried = sorted([*tried, _tried(window, parameters)], key=lambda trial: trial.error)
    return tried


def _drawn(loss: dict[str, Any], stream: np.random.Generator) -> dict[str, Any]:
    """Return a setting drawn at large."""
    return {
        **loss,
        "eta": float(np.exp(stream.uniform(np.log(0.03), np.log(0.15)))),
        "max_depth": int(stream.integers(4, 11)),
        "min_child_weight": float(np.exp(stream.uniform(np.log(0.3), np.log(30.0)))),
        "subsample": float(stream.uniform(0.5, 1.0)),
        "colsample_bytree": float(stream.uniform(0.3, 1.0)),
        "lambda": float(np.exp(stream.uniform(np.log(0.1), np.log(20.0)))),
    }


def _near(parameters: dict[str, Any], stream: np.random.Generator) -> dict[str, Any]:
    """Return a setting near another, with the same loss."""
    moved = {name: parameters[name] * float(np.exp(stream.normal(0.0, 0.4))) for name in ("min_child_weight", "lambda")}
    shares = {
        name: float(np.clip(parameters[name] + stream.normal(0.0, 0.1), 0.3, 1.0))
        for name in ("subsample", "colsample_bytree")
    }
    eta = float(np.clip(parameters["eta"] * np.exp(stream.normal(0.0, 0.3)), 0.02, 0.2))
    depth = int(np.clip(parameters["max_depth"] + stream.integers(-1, 2), 3, 11))
    return {**parameters, **moved, **shares, "eta": eta, "max_depth": depth}


def _tried(window: _Window, parameters: dict[str, Any]) -> _Trial:
    booster = _boost(window, parameters, ROUNDS, judged=True)
    trial = _Trial(float(booster.best_score), int(booster.best_iteration) + 1, parameters)
    print(f"  {trial}", file=sys.stderr, flush=True)
    return trial


def _boost(window: _Window, parameters: dict[str, Any], rounds: int, *, judged: bool = False) -> Any:
    import xgboost

    data = xgboost.QuantileDMatrix(window.rows, window.target, nthread=THREADS)
    fixed = {"base_score": float(np.median(window.target)), "seed": 0, "nthread": THREADS, "verbosity": 0}
    if not judged:
        return xgboost.train({**fixed, **parameters}, data, rounds)
    later = xgboost.QuantileDMatrix(window.later, window.later_target, ref=data, nthread=THREADS)
    return xgboost.train(
        {**fixed, **parameters, "eval_metric": "mae"},
        data,
        rounds,
        evals=[(later, "later")],
        early_stopping_rounds=PATIENCE,
        verbose_eval=False,
    )
