"""Is the loss known before labels mature? ``python -m benchmarks.expected_loss``. Prints Markdown.

The trending panel, a release trained at the end of each month on what was mature then. Each forecasts the later videos whose outcome became known; the
forecasts are kept in ``build`` and made again where that is empty.
"""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from typing import Final

import polars as pl

from benchmarks.panels import BUILD, panel_folder
from foreview.curves.labels import labels
from foreview.forecasting.forecaster import forecast, issues_at_age
from foreview.options import Hyperparameters, TrainingOptions
from foreview.tables.catalogue import Catalogue
from foreview.tables.folder import read_catalogue
from foreview.training.trainer import train
from foreview.vocabulary import HORIZON_DAYS, QUANTILES

CUTOFFS: Final = tuple(datetime(2026, month, 1, tzinfo=UTC) for month in (2, 3, 4, 5))
END: Final = datetime(2026, 6, 1, tzinfo=UTC)
AGES: Final = (0.0, 1.0, 3.0, 7.0)
LIGHT: Final = Hyperparameters(forest_trees=20, boosting_size=0.4, xgb_size=0.4)
OPTIONS: Final = TrainingOptions(issue_ages=AGES, max_forest_rows=10_000, threads=1, hyperparameters=LIGHT)
"""Fewer trees than usual: what is asked is not how good the forecasts are, but whether that is known."""
TARGETS: Final = ("views_7d", "views_30d", "engagement_rate")
COLUMNS: Final = ("video_id", "as_of", "issue_age_days", "target", "point", *QUANTILES, "typical", "model_type")


def trending_forecasts() -> pl.DataFrame:
    """Return every forecast with a known outcome, by each release of the videos published after it: a ledger's columns and ``cutoff``."""
    catalogue = read_catalogue(panel_folder("trending"))
    return pl.concat(_forecasts_of(catalogue, cutoff) for cutoff in CUTOFFS)


def _forecasts_of(catalogue: Catalogue, cutoff: datetime) -> pl.DataFrame:
    kept = BUILD / f"trending-forecasts-{cutoff:%Y-%m}.parquet"
    if not kept.exists():
        print(f"training until {cutoff:%Y-%m-%d}", file=sys.stderr, flush=True)
        release = train(catalogue, cutoff, OPTIONS, created_at=cutoff)
        outcomes = _outcomes(catalogue).filter(pl.col("published_at") >= cutoff)
        parts = []
        for age in AGES:
            issues = issues_at_age(catalogue, END, age)
            issues = issues.filter(pl.col("video_id").is_in(outcomes["video_id"].unique().implode()))
            parts.append(forecast(catalogue, release, issues).select(COLUMNS))
        rows = pl.concat(parts).filter(pl.col("model_type") != "observed")
        rows = rows.join(outcomes, on=("video_id", "target"), how="inner", maintain_order="left")
        rows.with_columns(cutoff=pl.lit(cutoff)).write_parquet(kept)
    return pl.read_parquet(kept).drop_nulls("actual")


def _outcomes(catalogue: Catalogue) -> pl.DataFrame:
    """Return one row a video and target with a known outcome."""
    facts = catalogue.videos.select("video_id", "published_at", "format", "channel_id")
    known = labels(catalogue)
    parts = [
        known.select(
            "video_id", target=pl.lit(target), actual=pl.col(target).cast(pl.Float64), matured_at=f"{target}_matured_at"
        )
        for target in HORIZON_DAYS
        if target in TARGETS
    ]
    return pl.concat(parts).drop_nulls("actual").join(facts, on="video_id")


if __name__ == "__main__":
    print(trending_forecasts())
