"""Is a better model found, and an equal one left alone? ``python -m benchmarks.experiments``. Prints Markdown."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Final

import numpy as np
import polars as pl

from benchmarks.expected_loss import trending_forecasts
from benchmarks.sequential_ways import WAYS, t_statistics
from foreview.curves.labels import labels
from foreview.experiments.sequential import CLIP, Declaration, log_stakes, paired_differences, usual_declaration
from foreview.features.matrix import feature_table
from foreview.forecasting.forecaster import issues_at_age
from foreview.learners.location import LocationModel, locate
from foreview.learners.members import MEMBERS
from foreview.metrics.point import Floats
from foreview.options import Hyperparameters, TrainingOptions
from foreview.releases.models import models_of
from foreview.simulation.world import simulate
from foreview.training.trainer import train

DECLARED: Final = Declaration()
WORLDS, PAIRS, CHUNK = 10_000, DECLARED.most_pairs, 2_500
REFUTED: Final = math.log(2 / DECLARED.alpha)
GAIN: Final = 0.1
CORRELATIONS: Final = (0.7, 0.8, 0.85, 0.9, 0.95, 0.98)
END: Final = datetime(2026, 6, 1, tzinfo=UTC)
CUTOFF: Final = END - timedelta(days=200)
OPTIONS: Final = TrainingOptions(
    issue_ages=(0.0, 1.0, 3.0, 7.0),
    max_forest_rows=2000,
    threads=1,
    hyperparameters=Hyperparameters(forest_trees=20, boosting_size=0.4, xgb_size=0.4),
)
Draw = Callable[[np.random.Generator, int], Floats]


def main() -> None:
    """Print the section."""
    measured = dict(measured_pairs())
    print(
        f"Declared: alpha {DECLARED.alpha:g}, at least {DECLARED.least_pairs} and at most {PAIRS} pairs, clip {DECLARED.clip:g}, allowed "
        f"harm {DECLARED.allowed_harm:g}; for errors of models the clip is {CLIP:g} times the champion's MAE ln, as in the service. {WORLDS:,} experiments a row, a look after every video.\n"
    )
    print("### Two models of which neither is better\n")
    _print_nulls(measured)
    print(f"\n### A gain of {GAIN:.0%} in MAE ln\n")
    _print_power()
    print("\n### How much the errors of two models have in common\n")
    _print_measured(measured)


def bivariate(correlation: float, *, gain: float = 0.0, freedom: float = math.inf, scale: float = 0.8) -> Draw:
    """Return a draw of pairs whose ln errors are normal, or t with a common width (``freedom``), so correlated, with sd ``scale``."""

    def draw(rng: np.random.Generator, worlds: int) -> Floats:
        errors = scale * rng.standard_normal((2, worlds, PAIRS))
        errors[1] = correlation * errors[0] + math.sqrt(1 - correlation**2) * errors[1]
        if freedom < math.inf:
            errors *= np.sqrt((freedom - 2) / rng.chisquare(freedom, (worlds, PAIRS)))
        return paired_differences(np.abs(errors[0]), (1 - gain) * np.abs(errors[1]), DECLARED.clip)

    return draw


def resampled(errors: Floats, declared: Declaration, *, gain: float | None) -> Draw:
    """Return a draw from the signed ln errors (2, n) of two models on the same videos, clipped as an experiment on them would be.

    With a gain the second model's are scaled so that its MAE is less by it; without, which model is which is drawn by lot for each video.
    """
    champion, challenger = np.abs(errors)
    if gain is not None:
        challenger = challenger * (1 - gain) * champion.mean() / challenger.mean()
    differences = paired_differences(champion, challenger, declared.clip)

    def draw(rng: np.random.Generator, worlds: int) -> Floats:
        found = differences[rng.integers(0, differences.size, (worlds, PAIRS))]
        return found if gain is not None else found * rng.choice([-1.0, 1.0], found.shape)

    return draw


def _declared(errors: Floats) -> Declaration:
    """Return what an experiment on two models with these signed ln errors (2, n) declares: it knows the champion's."""
    return usual_declaration(float(np.abs(errors[0]).mean()))


def turbulent(rng: np.random.Generator, worlds: int) -> Floats:
    """Return pairs whose spread depends on the pairs before, and whose mean is 0 whatever these were."""
    found, spread = np.empty((worlds, PAIRS)), np.full(worlds, 0.2)
    for pair in range(PAIRS):
        found[:, pair] = np.clip(spread * rng.standard_normal(worlds), -1, 1)
        spread = 0.05 + 0.8 * spread + 0.15 * np.abs(found[:, pair])
    return found


def skewed(rng: np.random.Generator, worlds: int) -> Floats:
    """Return pairs of mean 0 that are seldom large and else slightly negative, one video in twenty."""
    return np.where(rng.random((worlds, PAIRS)) < 0.05, 0.95, -0.05)


def _called(draw: Draw, declared: Declaration, *, seed: int) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Yield, some experiments at a time, whether 0 was refuted from below and from above after each pair."""
    rng = np.random.default_rng(seed)
    for _ in range(WORLDS // CHUNK):
        above, below = log_stakes(draw(rng, CHUNK), declared)
        yield above >= REFUTED, below >= REFUTED


def _print_nulls(measured: Mapping[str, Floats]) -> None:
    nulls: dict[str, tuple[Draw, Declaration]] = {
        "normal, correlated 0.9": (bivariate(0.9), DECLARED),
        "t with 5 degrees of freedom, correlated 0.9": (bivariate(0.9, freedom=5), DECLARED),
        "t with 3 degrees of freedom, correlated 0.5": (bivariate(0.5, freedom=3), DECLARED),
        "skewed: 1 in 20 is 0.95, the others −0.05": (skewed, DECLARED),
        "spread that depends on earlier pairs": (turbulent, DECLARED),
    }
    nulls |= {
        f"{name}, names drawn by lot": (resampled(errors, _declared(errors), gain=None), _declared(errors))
        for name, errors in measured.items()
    }
    print(
        "| pairs | challenger called better | champion called better | either | a t-test after every video (from the 10th) |"
    )
    print("|---|---:|---:|---:|---:|")
    for name, (draw, declared) in nulls.items():
        found = list(_called(draw, declared, seed=1))
        better, worse = (np.concatenate([part[side].any(axis=1) for part in found]) for side in (0, 1))
        student = np.abs(t_statistics(draw(np.random.default_rng(2), CHUNK))).max(axis=1) > 1.96
        shares = [better.mean(), worse.mean(), (better | worse).mean(), student.mean()]
        print(f"| {name} | {shares[0]:.2%} | {shares[1]:.2%} | **{shares[2]:.2%}** | {shares[3]:.0%} |")
    print(
        f"\nAllowed: {DECLARED.alpha:.0%} for either. Counted from the first pair on, though none is called before the {DECLARED.least_pairs}th."
    )


def _print_power() -> None:
    print(
        f"Power within {PAIRS} videos by how the errors of the two models are correlated. *t-test, once*: looks at the {PAIRS}th "
        "pair only, which is as much as can be hoped for.\n"
    )
    for freedom, name in ((math.inf, "Normal errors"), (5.0, "Errors with heavy tails (t, 5 degrees of freedom)")):
        print(f"{name}:\n")
        print("| way | " + " | ".join(f"{c:g}" for c in CORRELATIONS) + " | null, 0.9 |")
        print("|---|" + "---:|" * (len(CORRELATIONS) + 1))
        draws = [bivariate(c, gain=GAIN, freedom=freedom) for c in CORRELATIONS]
        drawn = [draw(np.random.default_rng(3), CHUNK) for draw in [*draws, bivariate(0.9, freedom=freedom)]]
        for way, evidence in WAYS.items():
            shares = [(evidence(pairs, DECLARED).max(axis=1) >= REFUTED).mean() for pairs in drawn]
            print(f"| {way} | " + " | ".join(f"{share:.1%}" for share in shares) + " |")
        once = [(t_statistics(pairs)[:, -1] > 1.96).mean() for pairs in drawn]
        print("| t-test, once | " + " | ".join(f"{share:.1%}" for share in once) + " |\n")
    print(
        f"These rows are of {CHUNK:,} experiments, one-sided; the null is of one side too ({DECLARED.alpha / 2:.1%} allowed)."
    )


def _better(errors: Floats, declared: Declaration) -> np.ndarray:
    """Return for each experiment on these errors, with a gain, whether the challenger was called better after each pair."""
    called = _called(resampled(errors, declared, gain=GAIN), declared, seed=4)
    return np.concatenate([better for better, _ in called])


def _print_measured(measured: Mapping[str, Floats]) -> None:
    print(
        "Signed ln errors of two models on the same videos. Power and pairs are of experiments that draw from them, the second model's "
        f"errors scaled to a gain of {GAIN:.0%}. *Power, clip 1*: with a factor of e for every pair of models.\n"
    )
    print(
        "| models | videos | MAE ln | ratio of MAE | correlation | clip | sd of difference ÷ MAE | power | median pairs | power, clip 1 |"
    )
    print("|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|")
    for name, errors in measured.items():
        absolute = np.abs(errors)
        champion = absolute[0].mean()
        declared = _declared(errors)
        away = paired_differences(absolute[0], absolute[1], declared.clip).std() / champion
        found, wide = (_better(errors, declaration) for declaration in (declared, DECLARED))
        first = np.where(found.any(axis=1), np.maximum(found.argmax(axis=1) + 1, DECLARED.least_pairs), PAIRS + 1)
        median = f"{np.median(first):.0f}" if np.median(first) <= PAIRS else "–"
        print(
            f"| {name} | {errors.shape[1]:,} | {champion:.3f} | {absolute[1].mean() / champion:.3f} | "
            f"{np.corrcoef(*errors).ravel()[1]:.3f} | {declared.clip:.2f} | {away:.2f} | **{found.any(axis=1).mean():.1%}** | {median} | "
            f"{wide.any(axis=1).mean():.1%} |"
        )


def measured_pairs() -> Iterator[tuple[str, Floats]]:
    """Yield signed ln errors (2, n) of two models on the same videos, by name."""
    yield from _simulated_pairs()
    yield from _trending_pairs()


def _simulated_pairs() -> Iterator[tuple[str, Floats]]:
    world = simulate(channels=40, videos=4800, days=400, end=END, seed=500)
    catalogue = world.catalogue
    older = train(catalogue, CUTOFF - timedelta(days=45), OPTIONS, created_at=CUTOFF)
    release = train(catalogue, CUTOFF, OPTIONS, created_at=CUTOFF)
    later = catalogue.videos.filter(pl.col("published_at") > CUTOFF)["video_id"]
    known = labels(catalogue).select("video_id", actual=pl.col("views_7d").log1p()).drop_nulls()
    for age in (0.0, 3.0):
        issues = issues_at_age(catalogue, END, age).filter(pl.col("video_id").is_in(later.implode()))
        table = feature_table(
            catalogue, issues.join(known.select("video_id"), on="video_id", how="semi", maintain_order="left")
        )
        actual = table.select("video_id").join(known, on="video_id", maintain_order="left")["actual"].to_numpy()
        model = models_of(release)["views"].location
        ways = {name: only(model, name) for name in MEMBERS}
        ways |= {"ensemble": model, "ensemble, 45 days older": models_of(older)["views"].location}
        errors = {name: locate(way, table, "views_7d").location - actual for name, way in ways.items()}
        for one, other in (
            ("ensemble, 45 days older", "ensemble"),
            ("linear", "xgb"),
            ("forest", "xgb"),
            ("boosting", "xgb"),
            ("xgb", "ensemble"),
        ):
            yield f"simulated, age {age:g} d: {one} / {other}", np.stack([errors[one], errors[other]])


def only(model: LocationModel, member: str) -> LocationModel:
    """Return ``model`` with one member of its ensembles alone, wherever it was fitted."""
    weights = {"": {name: float(name == member) for name in MEMBERS}}
    alone = {stage: dataclasses.replace(ensemble, weights=weights) for stage, ensemble in model.ensembles.items()}
    return dataclasses.replace(model, ensembles=alone)


def _trending_pairs() -> Iterator[tuple[str, Floats]]:
    rows = trending_forecasts().filter(target="views_7d")
    cutoffs = rows["cutoff"].unique().sort().to_list()
    keys = ["video_id", "as_of", "issue_age_days"]
    old, new = (rows.filter(cutoff=cutoff).select(*keys, "actual", "point") for cutoff in cutoffs[:2])
    both = new.join(old, on=keys, suffix="_old", maintain_order="left")
    for age in (0.0, 1.0, 3.0):
        part = both.filter(issue_age_days=age)
        errors = [part[name].log1p().to_numpy() - part["actual"].log1p().to_numpy() for name in ("point_old", "point")]
        yield f"trending, age {age:g} d: release of a month before / release", np.stack(errors)


if __name__ == "__main__":
    main()
