"""Which loss the boosted trees are fitted with: each on the same rows of the Youku panel, published features and counts alike."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

import numpy as np
import polars as pl

from benchmarks.panels import DATA, youku_catalogue
from foreview.curves.labels import labels
from foreview.features.matrix import feature_table
from foreview.learners import xgb
from foreview.learners.ensemble import MIN_SCALE
from foreview.learners.matrix import Encoder, Matrix, Vector

AGES = (0, 1, 3, 7)
UNTIL = datetime(2015, 12, 15, tzinfo=UTC)
VIDEOS = 40_000
"""Videos drawn for training: enough to tell losses apart, few enough for a minute."""
SHAPE = {"eta": 0.08, "max_depth": 7}
LOSSES: dict[str, tuple[bool, dict[str, object]]] = {
    "squared error": (False, {"objective": "reg:squarederror"}),
    "absolute error": (False, {"objective": "reg:absoluteerror", "min_child_weight": 5}),
    "absolute error, scaled": (True, {"objective": "reg:absoluteerror", "min_child_weight": 5}),
    "pseudo-Huber 0.1, scaled (served)": (
        True,
        {"objective": "reg:pseudohubererror", "huber_slope": 0.1, "min_child_weight": 0.5, "max_delta_step": 2},
    ),
    "pseudo-Huber 0.5, scaled": (
        True,
        {"objective": "reg:pseudohubererror", "huber_slope": 0.5, "min_child_weight": 0.5, "max_delta_step": 2},
    ),
}


def main() -> None:
    """Print the section in Markdown."""
    if not (DATA / "youku").exists():
        print("skipped: the panels are not beside the checkout")
        return
    catalogue = youku_catalogue()
    outcome = labels(catalogue).select("video_id", "views_30d").drop_nulls()
    facts = (
        catalogue.videos.select("video_id", "published_at")
        .join(outcome, on="video_id", maintain_order="left")
        .drop_nulls()
    )
    train = facts.filter(pl.col("published_at") < UNTIL)
    drawn = np.sort(np.random.default_rng(0).choice(train.height, VIDEOS, replace=False))
    parts = [train[drawn], facts.filter(pl.col("published_at") >= UNTIL)]
    tables = [
        feature_table(
            catalogue,
            pl.concat([p.select("video_id", as_of=pl.col("published_at") + timedelta(days=age)) for age in AGES]),
        ).join(facts.select("video_id", "views_30d"), on="video_id", maintain_order="left")
        for p in parts
    ]
    print(
        f"MAE ln of views at 30 d; {VIDEOS:,} videos at {len(AGES)} ages to learn from, 350 trees of depth 7, number columns only.\n"
    )
    print("| loss | " + " | ".join(f"{age} d" for age in AGES) + " | CPU s |\n|---|" + "---|" * (len(AGES) + 1))
    for name, (scaled, parameters) in LOSSES.items():
        errors, seconds = _tried(tables[0], tables[1], scaled, parameters)
        print(f"| {name} | " + " | ".join(f"{error:.3f}" for error in errors) + f" | {seconds:.0f} |")


def _tried(
    train: pl.DataFrame, test: pl.DataFrame, scaled: bool, parameters: dict[str, object]
) -> tuple[list[float], float]:
    """Return the mean absolute error at each age, and the CPU seconds of the fit."""
    columns = tuple(
        n for n, kind in train.schema.items() if kind == pl.Float64 and n not in ("views_30d", "issue_age_days")
    )
    rows, later = _matrix(columns, train), _matrix(columns, test)
    start, target = _baseline(train), np.log1p(train["views_30d"].to_numpy())
    ages, test_ages = train["issue_age_days"].to_numpy(), test["issue_age_days"].to_numpy()
    beyond = target - start
    shift = {age: float(np.median(beyond[ages == age])) for age in AGES}
    scale = {
        a: max(1.4826 * float(np.median(np.abs(beyond[ages == a] - shift[a]))), MIN_SCALE) if scaled else 1.0
        for a in AGES
    }
    fitted = (beyond - _by_age(shift, ages)) / _by_age(scale, ages)
    started = time.process_time()
    booster = xgb.boost(
        rows, fitted, rounds=350, parameters={**SHAPE, "base_score": 0.0, **parameters}, seed=0, threads=2
    )
    seconds = time.process_time() - started
    found = _baseline(test) + _by_age(shift, test_ages) + _by_age(scale, test_ages) * xgb.predict(booster, later)
    error = np.abs(found - np.log1p(test["views_30d"].to_numpy()))
    return [float(error[test_ages == age].mean()) for age in AGES], seconds


def _matrix(columns: tuple[str, ...], table: pl.DataFrame) -> Matrix:
    return Encoder(columns, {}).matrix(table)


def _baseline(table: pl.DataFrame) -> Vector:
    """Return ln(1 + what is seen), 0 where nothing is."""
    seen: Vector = np.log1p(table["initial_views"].fill_null(0.0).to_numpy())
    return seen


def _by_age(values: dict[int, float], ages: Vector) -> Vector:
    return np.array([values[int(age)] for age in AGES])[np.searchsorted(AGES, ages)]


if __name__ == "__main__":
    main()
