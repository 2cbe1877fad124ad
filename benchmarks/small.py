"""Issue 3, S1: 200 channels of 30 videos, each its owner's only one. ``python -m benchmarks.small`` prints Markdown; about four minutes.

Each channel is a world of its own with a catalogue and a training of its own; the fifteen videos after the cutoff are forecast. What the
weights of the documented prior are was chosen on seeds 0 to 99; seeds 1000 and up were looked at once, at the end.
"""

from __future__ import annotations

import multiprocessing
import os
import time
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from datetime import datetime, timedelta
from itertools import repeat
from typing import Final

import numpy as np
import polars as pl

from foreview.curves.labels import labels
from foreview.forecasting.forecaster import forecast_inputs
from foreview.forecasting.inputs import inputs_table
from foreview.learners.structure import baseline
from foreview.options import TrainingOptions
from foreview.releases.manifest import Release
from foreview.releases.models import models_of
from foreview.releases.prior import prior_release
from foreview.simulation.world import World, simulate
from foreview.training.trainer import train
from foreview.vocabulary import INTERVALS, Target

AGES: Final = (0.0, 1.0, 3.0, 7.0)
TARGETS: Final[tuple[Target, ...]] = ("views_7d", "views_30d", "engagement_rate")
TEST: Final = 15
"""Videos of each channel that are forecast: the first published after the cutoff."""
EVERY_DAYS: Final = 8
"""A channel publishes a video every so many days on average."""
SETS: Final = {"seeds 0 – 199": (30, range(200)), "seeds 1000 – 1199": (30, range(1000, 1200))}
OTHER_SIZES: Final = {0: range(50), 5: range(50), 10: range(50), 60: range(50), 120: range(30), 240: range(20)}
CLEARLY: Final = 1.1


def main() -> None:
    """Print the section."""
    print(HOW)
    for title, (size, seeds) in SETS.items():
        _print_channels(title, measured(size, seeds))
    print("\n### Fewer and more videos\n")
    print(
        "| mature videos | channels | served | views at 0 d: MAE ln | ÷ typical | views at 3 d | ÷ growth | 80 % covers | 95 % | s |"
    )
    print("|---|---|---|---|---|---|---|---|---|---|")
    for size, seeds in OTHER_SIZES.items():
        _print_size(size, measured(size, seeds))


HOW: Final = """\
*Typical* is the column of that name; *growth* the structural baseline, which is typical until something is counted and afterwards the
count with its usual growth: what serves where there is no skill. Views at 7 d are left out where they were known already."""


def measured(size: int, seeds: Iterable[int]) -> pl.DataFrame:
    """Return the forecasts of the channels of these seeds, each trained with ``size`` mature videos, beside what the videos came to."""
    os.environ |= {"OMP_NUM_THREADS": "1", "POLARS_MAX_THREADS": "1"}
    with ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("spawn")) as pool:
        return pl.concat(pool.map(of_channel, seeds, repeat(size), chunksize=4))


def of_channel(seed: int, size: int) -> pl.DataFrame:
    """Return the forecasts of the later videos of one channel, with ``actual``, ``growth``, ``state`` and ``seconds`` of the training."""
    videos = size + 2 * TEST
    world = simulate(channels=1, videos=videos, seed=seed, days=EVERY_DAYS * videos)
    cutoff = _cutoff(world, size)
    started = time.perf_counter()
    release = prior_release()
    if size:
        release = train(world.catalogue, cutoff, TrainingOptions(threads=1), created_at=cutoff)
    seconds = time.perf_counter() - started
    later = world.catalogue.videos.filter(pl.col("published_at") > cutoff).head(TEST)
    return pl.concat(_at_age(world, release, later, age) for age in AGES).with_columns(
        seed=pl.lit(seed), state=pl.lit(release.manifest.kinds["views"].state), seconds=pl.lit(seconds)
    )


def _cutoff(world: World, size: int) -> datetime:
    """Return when the label of the ``size``-th video matured; before the first video where none should have."""
    matured: list[datetime] = labels(world.catalogue)["views_30d_matured_at"].drop_nulls().sort().to_list()
    first: datetime = world.catalogue.videos["published_at"][0]
    return matured[size - 1] if size else first - timedelta(days=1)


def _at_age(world: World, release: Release, later: pl.DataFrame, age: float) -> pl.DataFrame:
    issues = later.select("video_id", as_of=pl.col("published_at") + timedelta(days=age))
    table = inputs_table(world.catalogue, release, issues)
    kinds = models_of(release)
    served = {"views_7d": "views", "views_30d": "views", "engagement_rate": "engagement"}
    growth = [
        issues.select("video_id", target=pl.lit(target)).with_columns(
            growth=pl.Series(np.expm1(baseline(kinds[kind].location.structure, table, target)))  # type: ignore[index, arg-type]  # a dictionary of literals is one of texts
        )
        for target, kind in served.items()
    ]
    actual = world.truth.unpivot(TARGETS, index="video_id", variable_name="target", value_name="actual")
    found = forecast_inputs(release, table).with_columns(age=pl.lit(age))
    beside = found.join(pl.concat(growth), on=["video_id", "target"]).join(actual, on=["video_id", "target"])
    return beside.filter(pl.col("model_type") != "observed").drop_nulls("actual")


def _print_channels(title: str, rows: pl.DataFrame) -> None:
    rows = _with_errors(rows)
    views = rows.filter(pl.col("target").str.starts_with("views"))
    print(f"\n### 30 mature videos, {title}\n")
    print(
        "| target | age d | rows | MAE ln | typical | ÷ | growth | ÷ | 50 % covers | 80 % | 95 % |\n|---|---|---|---|---|---|---|---|---|---|---|"
    )
    for target in TARGETS:
        for age in AGES:
            _print_row(target, f"{age:g}", rows.filter(target=target, age=age))
    _print_row("**views**", "all", views)
    by_channel = views.group_by("seed").agg(pl.mean("error", "typical_error", "growth_error"))
    worse = {
        name: (by_channel["error"] > CLEARLY * by_channel[name]).sum() for name in ("typical_error", "growth_error")
    }
    told = views.group_by("seed").agg(pl.first("state", "seconds"))
    states = ", ".join(f"{state} {n}" for state, n in told["state"].value_counts(sort=True).iter_rows())
    print(
        f"\nChannels more than 10 % worse than typical: {worse['typical_error']} of {by_channel.height}; than growth: "
        f"{worse['growth_error']}. What serves views: {states}. A training took {_median(told, 'seconds'):.1f} s (median)."
    )


def _print_row(target: str, age: str, rows: pl.DataFrame) -> None:
    error, typical, growth = rows.select(pl.mean("error", "typical_error", "growth_error")).row(0)
    covered = [f"{100 * _covered(rows, level):.1f}" for level in INTERVALS]
    cells = [target, age, f"{rows.height:,}", f"{error:.3f}", f"{typical:.3f}", f"{error / typical:.3f}"]
    print(f"| {' | '.join([*cells, f'{growth:.3f}', f'{error / growth:.3f}', *covered])} |", flush=True)


def _print_size(size: int, rows: pl.DataFrame) -> None:
    views = _with_errors(rows).filter(pl.col("target").str.starts_with("views"))
    unseen, seen = views.filter(age=0.0), views.filter(age=3.0)
    states = ", ".join(f"{state} {n}" for state, n in views.unique("seed")["state"].value_counts(sort=True).iter_rows())
    cells = [
        f"{size}",
        f"{views['seed'].n_unique()}",
        states,
        f"{_mean(unseen, 'error'):.3f}",
        f"{_ratio(unseen, 'typical_error'):.3f}",
        f"{_mean(seen, 'error'):.3f}",
        f"{_ratio(seen, 'growth_error'):.3f}",
        *(f"{100 * _covered(views, level):.1f}" for level in (80, 95)),
        f"{_median(views, 'seconds'):.1f}",
    ]
    print(f"| {' | '.join(cells)} |", flush=True)


def _with_errors(rows: pl.DataFrame) -> pl.DataFrame:
    actual = pl.col("actual").log1p()
    named = {"error": "point", "typical_error": "typical", "growth_error": "growth"}
    return rows.with_columns((pl.col(column).log1p() - actual).abs().alias(name) for name, column in named.items())


def _ratio(rows: pl.DataFrame, than: str) -> float:
    return _mean(rows, "error") / _mean(rows, than)


def _mean(rows: pl.DataFrame, name: str) -> float:
    return float(np.mean(rows[name].to_numpy()))


def _median(rows: pl.DataFrame, name: str) -> float:
    return float(np.median(rows[name].to_numpy()))


def _covered(rows: pl.DataFrame, level: int) -> float:
    low, high = INTERVALS[level]
    return float(rows.select(pl.col("actual").is_between(low, high).mean()).item())


if __name__ == "__main__":
    main()
