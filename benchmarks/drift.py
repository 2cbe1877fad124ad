"""Is coverage lost when shorts are counted anew and nobody says so, and when is it back? ``python -m benchmarks.drift``. Prints Markdown.

In worlds of forty channels a release is trained, and fifteen days later every view of a short counts as 1.31. The same worlds without that
are the control. The catalogue knows of nothing: platform and dates are such that no declared redefinition concerns them.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

import numpy as np
import polars as pl

from benchmarks.drift_schemes import SCHEMES, Past
from foreview.curves.labels import labels
from foreview.forecasting.adapting import Adaptation, follow, matured_outcomes
from foreview.forecasting.forecaster import forecast_inputs, issues_at_age
from foreview.forecasting.inputs import adapted as adapted_by
from foreview.forecasting.inputs import inputs_table
from foreview.metrics.bootstrap import bootstrap_means
from foreview.options import Hyperparameters, TrainingOptions
from foreview.releases.manifest import Release
from foreview.releases.models import models_of
from foreview.simulation.scenarios import with_redefinition
from foreview.simulation.world import World, simulate
from foreview.tables.catalogue import Catalogue
from foreview.training.trainer import train
from foreview.uncertainty.conformal import LEVELS

CALM, ORDINARY = 0.2, 1.0
"""What multiplies all by which the videos of a channel differ."""
FIRST_SEED: Final = 300
"""Half-life and weights were set on seeds 1 to 6; none of them is measured here."""
SEEDS: Final = {CALM: 10, ORDINARY: 4}
CHANNELS, VIDEOS, DAYS = 40, 4800, 400
END: Final = datetime(2026, 6, 1, tzinfo=UTC)
CUTOFF: Final = END - timedelta(days=200)
REDEFINED: Final = CUTOFF + timedelta(days=15)
AGES: Final = (0.0, 3.0, 7.0)
LIGHT: Final = Hyperparameters(forest_trees=20, boosting_size=0.4, xgb_size=0.4)
OPTIONS: Final = TrainingOptions(
    issue_ages=(0.0, 1.0, 3.0, 7.0), max_forest_rows=2000, threads=1, hyperparameters=LIGHT
)
"""Fewer trees than usual: what is asked is not how good the forecasts are, but whether they hold what they say."""
TARGETS: Final = ("views_7d", "views_30d")
BINS: Final = ((0, 1), (1, 50), (50, 100), (100, 150), (150, 300), (300, 10_000))
BINS_OF_SCHEMES: Final = ((0, 1), (1, 100), (100, 300), (300, 10_000))
LOW, HIGH = 7, 71


@dataclass(frozen=True, slots=True)
class Replayed:
    """One world: its forecasts with their outcomes, and how each scheme did in it."""

    forecasts: pl.DataFrame
    schemes: pl.DataFrame


def main() -> None:
    """Print the section."""
    seeds = {variety: range(FIRST_SEED, FIRST_SEED + n) for variety, n in SEEDS.items()}
    runs = {variety: [one for seed in chosen for one in replay(variety, seed)] for variety, chosen in seeds.items()}
    forecasts = {variety: pl.concat(run.forecasts for run in found) for variety, found in runs.items()}
    calm = forecasts[CALM].filter("redefined")
    print(
        f"{CHANNELS} channels, {VIDEOS:,} videos in {DAYS} days, {SEEDS[CALM]} worlds; intervals resample whole worlds.\n"
    )
    print("### Calm channels, shorts published after the redefinition, forecast at publication\n")
    _print_return(calm.filter(pl.col("format") == "short", ~pl.col("straddles"), age=0.0))
    print("\n### The same worlds without a redefinition\n")
    _print_control(forecasts[CALM].filter(~pl.col("redefined")))
    print("\n### Which forecasts are hurt\n")
    _print_hurt(forecasts)
    print("\n### Ways that were tried\n")
    _print_schemes(pl.concat(run.schemes for run in runs[CALM]))


def replay(variety: float, seed: int) -> Iterator[Replayed]:
    """Yield the world of ``seed`` with the redefinition and without it, forecast by one release."""
    print(f"variety {variety}, seed {seed}", file=sys.stderr, flush=True)
    world = simulate(channels=CHANNELS, videos=VIDEOS, days=DAYS, end=END, seed=seed, variety=variety)
    release = train(world.catalogue, CUTOFF, OPTIONS, created_at=CUTOFF)
    for redefined, lived in ((True, with_redefinition(world, at=REDEFINED.date())), (False, world)):
        yield replayed(lived, release, seed=seed, redefined=redefined)


def replayed(world: World, release: Release, *, seed: int, redefined: bool) -> Replayed:
    """Return what ``release`` forecast in ``world`` and what came of it, as released and adapted."""
    adaptation = follow(world.catalogue, release)
    facts = [pl.lit(seed).alias("seed"), pl.lit(redefined).alias("redefined")]
    found = pl.concat(_scored(world.catalogue, release, adaptation, age) for age in AGES).with_columns(facts)
    return Replayed(found, _schemes(world.catalogue, release, adaptation).with_columns(facts))


def _scored(catalogue: Catalogue, release: Release, adaptation: Adaptation, age: float) -> pl.DataFrame:
    """Return the later videos' forecasts of views at ``age`` whose outcome is known, as released and adapted, one row each."""
    later = catalogue.videos.filter(pl.col("published_at") > CUTOFF)["video_id"]
    issues = issues_at_age(catalogue, END, age).filter(pl.col("video_id").is_in(later.implode()))
    inputs = inputs_table(catalogue, release, issues)
    static = forecast_inputs(release, inputs)
    adapted = forecast_inputs(release, adapted_by(inputs, release, adaptation))
    both = pl.concat([_ends(static, "static"), _ends(adapted, "adapted")], how="horizontal")
    rows = adapted.select("video_id", "as_of", "target", "model_type", "adapted_outcomes").hstack(both)
    rows = rows.filter(pl.col("target").is_in(TARGETS), pl.col("model_type") != "observed")
    return _with_scores(_with_outcomes(rows, catalogue)).with_columns(age=pl.lit(age))


def _ends(forecasts: pl.DataFrame, name: str) -> pl.DataFrame:
    return forecasts.select(pl.col(end).log1p().alias(f"{name}_{end}") for end in ("p10", "p90"))


def _with_outcomes(rows: pl.DataFrame, catalogue: Catalogue) -> pl.DataFrame:
    """Return ``rows`` whose outcome is known, with it [ln] and how many shorts published after the redefinition had matured when issued."""
    known = labels(catalogue).join(catalogue.videos.select("video_id", "published_at", "format"), on="video_id")
    parts = []
    for target in TARGETS:
        mine = known.select("video_id", "published_at", "format", actual=target, matured_at=f"{target}_matured_at")
        mine = mine.drop_nulls("actual")
        new = mine.filter(pl.col("format") == "short", pl.col("published_at") >= REDEFINED)["matured_at"].sort()
        joined = rows.filter(target=target).join(mine.drop("matured_at"), on="video_id", maintain_order="left")
        count = np.searchsorted(new.to_numpy(), joined["as_of"].to_numpy(), side="right")
        parts.append(joined.with_columns(pl.col("actual").log1p(), matured=pl.Series(count)))
    return pl.concat(parts).with_columns(straddles=pl.col("published_at") < REDEFINED)


def _with_scores(rows: pl.DataFrame) -> pl.DataFrame:
    """Return ``rows`` with coverage, width and interval score [ln] of both 80 % intervals (Gneiting and Raftery 2007)."""
    columns = []
    for name in ("static", "adapted"):
        low, high, actual = pl.col(f"{name}_p10"), pl.col(f"{name}_p90"), pl.col("actual")
        miss = pl.max_horizontal(low - actual, actual - high, pl.lit(0.0))
        columns += [
            (miss == 0).cast(pl.Float64).alias(f"{name}_covers"),
            (high - low).alias(f"{name}_width"),
            (high - low + 10 * miss).alias(f"{name}_score"),
        ]
    return rows.with_columns(columns)


def _schemes(catalogue: Catalogue, release: Release, adaptation: Adaptation) -> pl.DataFrame:
    """Return coverage and interval score [ln] of each scheme for the shorts forecast at publication, one row a forecast and scheme."""
    published = catalogue.videos.select("video_id", "published_at")
    outcomes = matured_outcomes(catalogue, release).join(published, on="video_id", maintain_order="left")
    calibration = models_of(release)["views"].calibration
    parts = []
    for target in TARGETS:
        mine = outcomes.filter(pl.col("slice") == f"{target}/short/0", pl.col("as_of") == pl.col("published_at"))
        issued, matured = (mine[name].dt.timestamp("ms").to_numpy() for name in ("as_of", "matured_at"))
        past = Past(
            f"{target}/short/0", calibration.quantiles[f"{target}/short/0"], issued, matured, mine["score"].to_numpy()
        )
        new = np.sort(matured[issued >= REDEFINED.timestamp() * 1000])
        facts = mine.select(
            target=pl.lit(target),
            matured=pl.Series(np.searchsorted(new, issued, side="right")),
            straddles=pl.col("published_at") < REDEFINED,
        )
        for name, scheme in SCHEMES.items():
            quantiles = scheme(past, adaptation.courses, issued)
            scores = _interval_scores(quantiles, past.scores, mine["spread"].to_numpy())
            parts.append(facts.with_columns(scheme=pl.lit(name), **scores))
    return pl.concat(parts)


def _interval_scores(quantiles: np.ndarray, scores: np.ndarray, spread: np.ndarray) -> dict[str, pl.Series]:
    low, high = quantiles[:, LOW], quantiles[:, HIGH]
    miss = np.maximum(np.maximum(low - scores, scores - high), 0.0)
    away = scores[:, None] - quantiles
    pinball = np.maximum(LEVELS * away, (LEVELS - 1) * away).mean(axis=1)
    return {
        "covers": pl.Series((miss == 0).astype(np.float64)),
        "score": pl.Series(spread * (high - low + 10 * miss)),
        "crps": pl.Series(2 * spread * pinball),
    }


def _print_return(rows: pl.DataFrame) -> None:
    print(
        "| horizon | shorts matured | forecasts | as released covers | adapted covers (95 %) | width, × as released |"
    )
    print("|---|---|---:|---:|---|---:|")
    for target in TARGETS:
        for low, high in BINS:
            part = rows.filter(pl.col("matured").is_between(low, high, closed="left"), target=target)
            label = "0" if high == 1 else f"{low} – {high - 1}" if high < BINS[-1][1] else f"{low} and more"
            print(f"| {_days(target)} | {label} | {_compared(part)} |")


def _print_control(rows: pl.DataFrame) -> None:
    print(
        "| horizon | format | forecasts | as released covers | adapted covers (95 %) | width, × as released |", end=""
    )
    print(" interval score, × as released | worlds, as released | worlds, adapted |")
    print("|---|---|---:|---:|---|---:|---:|---|---|")
    for target in TARGETS:
        for kind in ("short", "long"):
            part = rows.filter(pl.col("adapted_outcomes") > 0, target=target, format=kind, age=0.0)
            worlds = part.group_by("seed").agg(pl.mean("static_covers", "adapted_covers"))
            ranges = " | ".join(_range(worlds[f"{name}_covers"]) for name in ("static", "adapted"))
            score = f"{_mean(part, 'adapted_score') / _mean(part, 'static_score'):.3f}"
            print(f"| {_days(target)} | {kind} | {_compared(part)} | {score} | {ranges} |")


def _print_hurt(forecasts: dict[float, pl.DataFrame]) -> None:
    print(
        "80 % intervals of shorts. *After*: published after the redefinition and forecast before 100 of them had matured;"
    )
    print("*none*: the same in the worlds without it; *across*: published before it, with a horizon after it.\n")
    print("| channels | age | horizon | forecasts after | none | across: as released | adapted |", end="")
    print(" after: as released | adapted |")
    print("|---|---|---|---:|---:|---:|---:|---:|---:|")
    for variety, name in ((CALM, "calm"), (ORDINARY, "ordinary")):
        for age in AGES:
            for target in TARGETS if age < 7 else TARGETS[1:]:
                rows = forecasts[variety].filter(
                    pl.col("format") == "short", pl.col("matured") < 100, target=target, age=age
                )
                across = rows.filter("redefined", "straddles", pl.col("published_at") > REDEFINED - _horizon(target))
                after = rows.filter(pl.col("redefined"), ~pl.col("straddles"))
                control = rows.filter(~pl.col("redefined"), ~pl.col("straddles"))
                shares = [_percent(control, "static_covers")]
                shares += [
                    _percent(part, f"{kind}_covers") for part in (across, after) for kind in ("static", "adapted")
                ]
                print(f"| {name} | {age:g} d | {_days(target)} | {after.height:,} | {' | '.join(shares)} |")


def _print_schemes(rows: pl.DataFrame) -> None:
    print(
        "Calm channels, shorts at publication; scored before views are bounded by what was counted. CRPS in ln units.\n"
    )
    labels_of_bins = ["0", *(f"{low} – {high - 1}" for low, high in BINS_OF_SCHEMES[1:-1]), "more"]
    head = [f"{label} matured" for label in labels_of_bins]
    print(
        "| horizon | way | "
        + " | ".join(head)
        + " | interval score | CRPS | no drift: covers | interval score | CRPS |"
    )
    print("|---|---|" + "---:|" * (len(head) + 5))
    for target in TARGETS:
        for name in SCHEMES:
            mine = rows.filter(target=target, scheme=name)
            drift, calm = mine.filter("redefined", ~pl.col("straddles")), mine.filter(~pl.col("redefined"))
            parts = [drift.filter(pl.col("matured").is_between(a, b, closed="left")) for a, b in BINS_OF_SCHEMES]
            cells = [_percent(part, "covers") for part in parts]
            cells += [f"{_mean(drift, 'score'):.3f}", f"{_mean(drift, 'crps'):.4f}", _percent(calm, "covers")]
            cells += [f"{_mean(calm, 'score'):.3f}", f"{_mean(calm, 'crps'):.4f}"]
            print(f"| {_days(target)} | {name} | {' | '.join(cells)} |")


def _compared(part: pl.DataFrame) -> str:
    drawn = bootstrap_means(part.select("static_covers", "adapted_covers").to_numpy(), part["seed"].to_numpy()).draws
    low, high = np.quantile(drawn[:, 1], [0.025, 0.975])
    width = _mean(part, "adapted_width") / _mean(part, "static_width")
    covers = f"{_percent(part, 'static_covers')} | **{_percent(part, 'adapted_covers')}** ({low:.1%} – {high:.1%})"
    return f"{part.height:,} | {covers} | {width:.3f}"


def _range(shares: pl.Series) -> str:
    return f"{min(shares.to_list()):.1%} – {max(shares.to_list()):.1%}"


def _percent(rows: pl.DataFrame, column: str) -> str:
    return f"{_mean(rows, column):.1%}"


def _mean(rows: pl.DataFrame, column: str) -> float:
    return float(np.mean(rows[column].to_numpy()))


def _days(target: str) -> str:
    return f"{_horizon(target).days} d"


def _horizon(target: str) -> timedelta:
    return timedelta(days=7 if target == "views_7d" else 30)


if __name__ == "__main__":
    main()
