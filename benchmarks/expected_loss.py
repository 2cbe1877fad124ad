"""Is the loss known before labels mature? ``python -m benchmarks.expected_loss``. Prints Markdown.

The trending panel, a release trained at the end of each month on what was mature then. Each forecasts the later videos whose outcome became known; the
forecasts are kept in ``build`` and made again where that is empty.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Final

import numpy as np
import polars as pl
from scipy.special import ndtr, ndtri

from benchmarks.panels import BUILD, panel_folder
from foreview.curves.labels import labels
from foreview.forecasting.forecaster import forecast, issues_at_age
from foreview.metrics.bootstrap import bootstrap_means
from foreview.metrics.point import ln_errors
from foreview.monitoring.expected_loss import expected_loss
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
LEAST: Final = 50
"""Outcomes that a window needs to be counted at all."""
ALLOWED: Final = 0.15
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
        outcomes = outcomes_of(catalogue).filter(pl.col("published_at") >= cutoff)
        parts = []
        for age in AGES:
            issues = issues_at_age(catalogue, END, age)
            issues = issues.filter(pl.col("video_id").is_in(outcomes["video_id"].unique().implode()))
            parts.append(forecast(catalogue, release, issues).select(COLUMNS))
        rows = pl.concat(parts).filter(pl.col("model_type") != "observed")
        rows = rows.join(outcomes, on=("video_id", "target"), how="inner", maintain_order="left")
        rows.with_columns(cutoff=pl.lit(cutoff)).write_parquet(kept)
    return pl.read_parquet(kept).drop_nulls("actual")


def outcomes_of(catalogue: Catalogue) -> pl.DataFrame:
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


def said(rows: pl.DataFrame) -> pl.DataFrame:
    """Return what the distributions say, uncorrected."""
    return expected_loss(rows, rows.clear()).with_columns(expected_error="said_error")


def by_any_release(rows: pl.DataFrame) -> pl.DataFrame:
    """Return the expected errors where the outcomes of every release correct each."""
    alike = rows.with_columns(model_version=pl.lit("any"))
    return expected_loss(alike, alike)


def by_the_week(rows: pl.DataFrame) -> pl.DataFrame:
    """Return the expected errors where the outcomes at 7 days correct those at 30 days too."""
    week = rows.filter(target="views_7d")
    return expected_loss(rows, pl.concat([rows, week.with_columns(target=pl.lit("views_30d"))]))


WAYS: Final[Mapping[str, Callable[[pl.DataFrame], pl.DataFrame]]] = {
    "corrected by the same release (serves)": lambda rows: expected_loss(rows, rows),
    "as said": said,
    "corrected by all releases": by_any_release,
    "30 days also by 7 days": by_the_week,
}


def main() -> None:
    """Print the section."""
    rows = trending_forecasts().with_columns(
        month=pl.col("as_of").dt.strftime("%Y-%m"),
        model_version=pl.col("cutoff").dt.strftime("%Y-%m"),
        estimated_at="as_of",
    )
    schedules = {
        "a new release each month": rows.filter(pl.col("month") == pl.col("model_version")),
        "one release for four months": rows.filter(pl.col("cutoff") == CUTOFFS[0]),
    }
    print(
        "A window is a month of forecasts of one target, format and issue age, by issue time. Each error is estimated when the forecast is made, from what had matured by "
        f"then. Windows have at least {LEAST} outcomes. A window *can tell* where the 95 % interval of its realised MAE ln (bootstrap by channel) lies within "
        f"± {ALLOWED:.0%} of it: else an estimate may be right and look wrong.\n"
    )
    print(
        f"Windows whose estimate lies within ± {ALLOWED:.0%} of the realised MAE ln, of all and of those that can tell:\n"
    )
    print("| releases | way | " + " | ".join(f"{target}: all | can tell" for target in TARGETS) + " |")
    print("|---|---|" + "---:|" * (2 * len(TARGETS)))
    for schedule, part in schedules.items():
        for way, estimate in WAYS.items():
            found = windows(estimate(part))
            print(
                f"| {schedule} | {way} | "
                + " | ".join(_counted(found.filter(target=target)) for target in TARGETS)
                + " |"
            )
    served = windows(WAYS["corrected by the same release (serves)"](schedules["a new release each month"]))
    print(f"\nAsked for are 80 % of the windows. {_judged(served)}")
    print(_allowed(served), _covered(schedules["a new release each month"]))
    print(
        "30-day outcomes of this panel are of the few videos that still chart after a month: a release learns from some 400 to 1,000 of them, and at the issue time none of its "
        "own forecasts at 30 days has matured, so that nothing can correct it but releases that had learnt from fewer.\n"
    )
    print("The way that serves, a new release each month:\n")
    _print_windows(served)


def windows(estimated: pl.DataFrame) -> pl.DataFrame:
    """Return the windows with what was estimated and what came."""
    errors = ln_errors(estimated["actual"].to_numpy(), estimated["point"].to_numpy())
    rows = estimated.with_columns(error=pl.Series(errors), owner=pl.coalesce("channel_id", "video_id"))
    keys = ["target", "format", "issue_age_days", "month"]
    found = []
    for key, part in rows.group_by(keys):
        if part.height >= LEAST:
            drawn = bootstrap_means(part.select("error").to_numpy(), part["owner"].to_numpy()).mean(0)
            found.append(
                (*key, part.height, np.mean(part["expected_error"].to_numpy()), drawn.value, drawn.low, drawn.high)
            )
    table = pl.DataFrame(found, schema=[*keys, "outcomes", "expected", "came", "low", "high"], orient="row")
    return table.sort(keys).with_columns(
        off=pl.col("expected") / pl.col("came") - 1,
        tells=(pl.col("high") <= pl.col("came") * (1 + ALLOWED)) & (pl.col("low") >= pl.col("came") * (1 - ALLOWED)),
    )


def _judged(found: pl.DataFrame) -> str:
    within = pl.col("off").abs() <= ALLOWED
    shares = {target: float(np.mean(found.filter(target=target).select(within).to_numpy())) for target in TARGETS}
    told = ", ".join(
        f"{target}: {share:.0%} ({'met' if share >= 0.8 else 'NOT met'})" for target, share in shares.items()
    )
    return f"{told}; all together {float(np.mean(found.select(within).to_numpy())):.0%}."


def _allowed(found: pl.DataFrame) -> str:
    """Say in how many windows even the true expected loss would be near enough, for realised ones vary by luck."""
    luck = (found["high"] - found["low"]) / (2 * float(ndtri(0.975)) * found["came"])
    near = found.with_columns(near=pl.Series(2 * ndtr(ALLOWED / luck.to_numpy()) - 1))
    means = {target: float(np.mean(near.filter(target=target)["near"].to_numpy())) for target in TARGETS}
    told = ", ".join(f"{target} {share:.0%}" for target, share in means.items())
    return f"Were the true expected loss known, it would be that near in these shares of the windows: {told}."


def _covered(rows: pl.DataFrame) -> str:
    """Say how often the 80 % intervals held the outcome after publication: an interval that is too wide expects too much."""
    later = rows.filter(pl.col("issue_age_days") > 0)
    inside = later.group_by("target").agg(pl.col("actual").is_between("p10", "p90").mean())
    shares = dict(inside.iter_rows())
    told = ", ".join(f"{target} {shares[target]:.0%}" for target in TARGETS)
    return f"After publication the 80 % intervals of these forecasts held: {told}.\n"


def _counted(found: pl.DataFrame) -> str:
    parts = (found, found.filter("tells"))
    return " | ".join(f"{part.filter(pl.col('off').abs() <= ALLOWED).height} of {part.height}" for part in parts)


def _print_windows(found: pl.DataFrame) -> None:
    print("| target | format | age d | month | outcomes | realised MAE ln (95 %) | estimated | off | can tell |")
    print("|---|---|---|---|---:|---|---:|---:|---|")
    for row in found.iter_rows(named=True):
        print(
            f"| {row['target']} | {row['format']} | {row['issue_age_days']:g} | {row['month']} | {row['outcomes']:,} | {row['came']:.3f} "
            f"({row['low']:.3f} – {row['high']:.3f}) | {row['expected']:.3f} | {row['off']:+.1%} | {'yes' if row['tells'] else 'no'} |"
        )


if __name__ == "__main__":
    main()
