"""What was tried for forecasts at publication → 7 d on Youku, and what each gave. ``python -m benchmarks.at_publication``.

One booster on the videos with publication facts, trained to 2015-12-14, tested from 12-15; each idea changes one thing.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import numpy as np
import polars as pl

from benchmarks.panels import DATA, youku_catalogue
from foreview.curves.curve import age_ms, take, view_curves
from foreview.curves.labels import labels
from foreview.features.matrix import feature_table
from foreview.learners import boosting, xgb
from foreview.learners.matrix import Vector, fit_encoder
from foreview.tables.catalogue import Catalogue
from foreview.training.rows import WEEKDAY

SINCE: Final = datetime(2015, 12, 15, tzinfo=UTC)
STANDING: Final = ("channel_views_per_video", "channel_followers_per_video", "channel_views_per_follower")
LOSS: Final = {"objective": "reg:pseudohubererror", "huber_slope": 0.1, "max_delta_step": 2}
COLUMNS: Final = {"colsample_bytree": 1.0, "colsample_bynode": 0.5}
SERVED: Final[Mapping[str, Any]] = {
    **LOSS,
    **COLUMNS,
    "eta": 0.04,
    "max_depth": 8,
    "min_child_weight": 3,
    "num_parallel_tree": 2,
}
ROUNDS: Final = 400
ALONE: Final[Mapping[str, Any]] = {"eta": 0.03, "num_parallel_tree": 1, "colsample_bytree": 0.5, "colsample_bynode": 1}
"""One tree a round, which draws its columns once."""
NOT_FEATURES: Final = ("video_id", "as_of", "issue_age_days", "published_at", "channel_id", "views_7d")
EFFECT_WEIGHT: Final = 1.0
"""Videos that no effect of the channel is worth when it is mixed with the mean residual of its own."""


def main() -> None:
    """Print the table."""
    if not (DATA / "youku").exists():
        print("skipped: the panels are not beside the checkout")
        sys.exit(0)
    catalogue = youku_catalogue()
    table = _at_publication(catalogue)
    train, test = table.filter(pl.col("published_at") < SINCE), table.filter(pl.col("published_at") >= SINCE)
    print(f"{train.height:,} videos to learn from, {test.height:,} to be judged on.\n")
    print("| idea | MAE ln | median of actual − forecast | s |\n|---|---|---|---|")
    plain = _tried("as served: 400 rounds of two trees of depth 8 at rate 0.04, leaves of weight 3", train, test)
    _tried("500 rounds of one tree at rate 0.03", train, test, rounds=500, **ALONE)
    _tried("1,000 rounds of one tree at rate 0.03", train, test, rounds=1000, **ALONE)
    _tried("500 rounds of three trees at rate 0.03", train, test, rounds=500, eta=0.03, num_parallel_tree=3)
    _tried("without what channels stood at, per video", train.drop(STANDING), test.drop(STANDING))
    _tried("faster: rate 0.08, leaves of weight 0.5", train, test, eta=0.08, min_child_weight=0.5)
    _tried("shallower: depth 6, rate 0.08", train, test, eta=0.08, max_depth=6)
    _tried("squared error", train, test, objective="reg:squarederror")
    _tried("absolute error of XGBoost's own", train, test, objective="reg:absoluteerror")
    recent = _latest_counts(catalogue, table)
    _tried("and the latest counts of the channel's earlier videos", *_split(table.hstack([recent])))
    _tried("and an effect of each channel, from its other training videos", *_with_effects(train, test))
    other = _boosted(train, test)
    _row("mean of it and of scikit-learn's boosting", (plain + other) / 2, test, 0.0)
    _row("not allowed: each test day's own median error taken off", plain + _day_shift(plain, test), test, 0.0)


def _at_publication(catalogue: Catalogue) -> pl.DataFrame:
    """Return the feature rows at publication of the videos that have facts and all 30 snapshots, with their outcome."""
    told = pl.read_parquet(DATA / "youku" / "videos.parquet", columns=["video_id"])
    complete = pl.read_parquet(DATA / "youku" / "snapshots.parquet").drop_nulls().select("video_id")
    videos = catalogue.videos.join(told, on="video_id", how="semi", maintain_order="left")
    videos = videos.join(complete, on="video_id", how="semi", maintain_order="left")
    outcomes = labels(catalogue).select("video_id", "views_7d")
    facts = videos.select("video_id", "published_at", "channel_id").join(outcomes, on="video_id", maintain_order="left")
    facts = facts.drop_nulls("views_7d")
    table = feature_table(catalogue, facts.select("video_id", as_of="published_at"))
    return table.drop(WEEKDAY).hstack(facts.drop("video_id"))


def _tried(idea: str, train: pl.DataFrame, test: pl.DataFrame, *, rounds: int = ROUNDS, **changes: Any) -> Vector:
    """Print what one booster gave with some parameters changed; return its forecasts [ln(1+views)]."""
    started = time.perf_counter()
    parameters = {**SERVED, **changes}
    if "objective" in changes:
        parameters = {
            name: value for name, value in parameters.items() if name not in ("huber_slope", "max_delta_step")
        }
    rows, later, target, (middle, scale) = _matrices(train, test)
    booster = xgb.boost(rows, target, rounds=rounds, parameters={**parameters, "base_score": 0.0}, seed=0, threads=2)
    found = middle + scale * xgb.predict(booster, later)
    _row(idea, found, test, time.perf_counter() - started)
    return found


def _boosted(train: pl.DataFrame, test: pl.DataFrame) -> Vector:
    rows, later, target, (middle, scale) = _matrices(train, test)
    return middle + scale * boosting.predict(boosting.fit(rows, target, seed=0, threads=2), later)


def _matrices(train: pl.DataFrame, test: pl.DataFrame) -> tuple[Any, Any, Vector, tuple[float, float]]:
    outcome = np.log1p(train["views_7d"].to_numpy())
    middle = float(np.median(outcome))
    scale = 1.4826 * float(np.median(np.abs(outcome - middle)))
    target = (outcome - middle) / scale
    features, asked = (part.drop(name for name in NOT_FEATURES if name in part.columns) for part in (train, test))
    encoder = fit_encoder(features, target)
    return encoder.matrix(features), encoder.matrix(asked), target, (middle, scale)


def _row(idea: str, found: Vector, test: pl.DataFrame, seconds: float) -> None:
    error = np.log1p(test["views_7d"].to_numpy()) - found
    print(f"| {idea} | {np.abs(error).mean():.3f} | {np.median(error):.3f} | {seconds:.0f} |", flush=True)


def _split(table: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    return table.filter(pl.col("published_at") < SINCE), table.filter(pl.col("published_at") >= SINCE)


def _latest_counts(catalogue: Catalogue, table: pl.DataFrame) -> pl.Series:
    """Return the median ln(1+count) that was last known, at publication, of each channel's videos of the days before."""
    curves = view_curves(catalogue)
    place = catalogue.videos.select("video_id").with_row_index("place")
    own = table.select("video_id", "channel_id", "published_at").with_row_index("row").drop_nulls("channel_id")
    earlier = own.select("channel_id", other="video_id", before="published_at")
    pairs = own.join(earlier, on="channel_id").filter(pl.col("before") + timedelta(days=1) <= pl.col("published_at"))
    pairs = pairs.join(place, left_on="other", right_on="video_id")
    age = (pairs["published_at"] - pairs["before"]).dt.total_milliseconds().to_numpy().astype(np.int64)
    video = pairs["place"].to_numpy().astype(np.int64)
    last = curves.last_known(video, np.minimum(age, age_ms(30)))
    counts = np.where(last >= curves.starts[video], take(curves.peak, np.maximum(last, 0)), np.nan)
    known = pairs.with_columns(count=pl.Series(np.log1p(counts))).drop_nans("count")
    medians = known.group_by("row").agg(pl.col("count").median().alias("latest"))
    return table.with_row_index("row").join(medians, on="row", how="left", maintain_order="left")["latest"]


def _with_effects(train: pl.DataFrame, test: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Add the shrunken mean residual of a channel's training videos, for a training video that of the others."""
    channels, code = np.unique(train["channel_id"].to_numpy(), return_inverse=True)
    fold = np.random.default_rng(0).integers(0, 4, channels.size)[code]
    residual = np.zeros(train.height)
    outcome = np.log1p(train["views_7d"].to_numpy())
    for held_out in range(4):
        mine = fold == held_out
        rows, later, target, (middle, scale) = _matrices(train.filter(pl.Series(~mine)), train.filter(pl.Series(mine)))
        booster = xgb.boost(rows, target, rounds=200, parameters={**SERVED, "eta": 0.08}, seed=0, threads=2)
        residual[mine] = outcome[mine] - middle - scale * xgb.predict(booster, later)
    total, count = np.bincount(code, weights=residual), np.bincount(code)
    others = (total[code] - residual) / (count[code] - 1 + EFFECT_WEIGHT)
    place = np.clip(np.searchsorted(channels, test["channel_id"].to_numpy()), 0, channels.size - 1)
    known = channels[place] == test["channel_id"].to_numpy()
    effect = np.where(known, total[place] / (count[place] + EFFECT_WEIGHT), 0.0)
    return train.with_columns(effect=pl.Series(others)), test.with_columns(effect=pl.Series(effect))


def _day_shift(found: Vector, test: pl.DataFrame) -> Vector:
    errors = test.select(day=pl.col("published_at").dt.date(), error=np.log1p(pl.col("views_7d")) - pl.Series(found))
    return errors.select(pl.col("error").median().over("day")).to_series().to_numpy()


if __name__ == "__main__":
    main()
