"""C1: 30 trials and a calibrated release of 5,000 videos, timed; and what tuning is worth on videos that came later.

``python -m benchmarks.tuning [VIDEOS [TRIALS]]`` prints Markdown (default 5000 30). The world is simulated. Tuning and training see it as of
the start of one day; the videos published after that day are forecast with the defaults and with the tuned release, on the same rows.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections import Counter
from dataclasses import asdict
from datetime import date, timedelta
from pathlib import Path
from typing import Final

import numpy as np
import polars as pl

from benchmarks.panels import CHECKOUT
from benchmarks.scale import Measured, run_alone
from foreview.metrics.bootstrap import bootstrap_means
from foreview.metrics.interval import crps_from_quantiles
from foreview.options import DEFAULTS
from foreview.simulation.world import simulate
from foreview.tables.folder import write_catalogue
from foreview.training.study import read_trials, read_tuned
from foreview.vocabulary import QUANTILES, TARGETS

CHANNELS, DAYS, LATER_DAYS = 25, 320, 80
"""Length of the world [d], of which the last ones are later than the cutoff: 50 to test on, 30 for the outcomes."""
GOAL_MINUTES, GOAL_MB = 10, 1536
COMMAND: Final = (sys.executable, "-c", "from foreview.cli.main import main; raise SystemExit(main())")
GRID: Final = np.array(list(QUANTILES.values()))


def main() -> None:
    """Print the section."""
    asked = [int(argument.replace(",", "")) for argument in sys.argv[1:]]
    videos, trials = (*asked, *(5_000, 30)[len(asked) :])
    world = simulate(channels=CHANNELS, videos=round(videos * DAYS / (DAYS - LATER_DAYS)), seed=1, days=DAYS)
    published = world.catalogue.videos["published_at"].dt.date()
    cutoff = sorted(published)[videos - 1] + timedelta(days=1)
    known = int((published < cutoff).sum())
    with tempfile.TemporaryDirectory(prefix="foreview-tuning-") as place:
        folder = Path(place)
        write_catalogue(world.catalogue, folder / "world")
        steps = _timed(folder, cutoff, trials)
        print(
            f"A simulated world of {CHANNELS} channels; {known:,} videos are known at the cutoff, all targets, two threads.\n"
        )
        _print_cost(steps, trials)
        _print_trials(folder / "study")
        _print_later(folder, cutoff)


def _timed(folder: Path, cutoff: date, trials: int) -> dict[str, Measured]:
    known = ["--as-of", cutoff.isoformat()]
    tune = ["tune", "world", *known, "--trials", str(trials), "--out", "study"]
    train = ["train", "world", *known, "--tuned", "study/best.json", "--out", "release"]
    return {f"{trials} trials": _run(folder, tune), "train and calibrate a release": _run(folder, train)}


def _print_cost(steps: dict[str, Measured], trials: int) -> None:
    print("| step, each a process of its own | wall time s | CPU s | peak memory MB |\n|---|---|---|---|")
    for name, found in steps.items():
        print(f"| {name} | {found.seconds:,.0f} | {found.cpu_seconds:,.0f} | {found.megabytes:,.0f} |")
    minutes = sum(found.seconds for found in steps.values()) / 60
    most = max(found.megabytes for found in steps.values())
    met = "met" if minutes <= GOAL_MINUTES and most <= GOAL_MB else "NOT met"
    print(f"\n{trials} trials and a release: **{minutes:.1f} minutes, {most / 1024:.2f} GB** ", end="")
    print(f"(goal: at most {GOAL_MINUTES} minutes and {GOAL_MB / 1024:.1f} GB on two idle cores, {met}).\n")


def _print_trials(study: Path) -> None:
    trials, tuned = read_trials(study), read_tuned(study / "best.json")
    ends = Counter(len(trial.crps) for trial in trials if trial.state == "stopped")
    told = ", ".join(f"{count} after origin {origin}" for origin, count in sorted(ends.items())) or "none"
    print(f"Stopped early: {told}. ", end="")
    usual, best = asdict(DEFAULTS), asdict(tuned.hyperparameters)
    changed = ", ".join(f"`{name}` {value:g}" for name, value in best.items() if value != usual[name])
    gain = 1 - tuned.crps / tuned.crps_of_defaults
    print(f"Best: trial {tuned.best_trial}, whose CRPS inside the training data is {gain:.1%} lower ({changed}).\n")


def _run(folder: Path, arguments: list[str]) -> Measured:
    path = os.pathsep.join(str(CHECKOUT / part) for part in ("", "src"))
    return run_alone([*COMMAND, *arguments], os.environ | {"PYTHONPATH": path}, folder)


def _print_later(folder: Path, cutoff: date) -> None:
    """Print what both do with the videos published after the day of the cutoff, which no trial saw."""
    rows = _backtest(folder, cutoff, "defaults", []).join(
        _backtest(folder, cutoff, "tuned", ["--tuned", "study/best.json"]),
        on=["video_id", "channel_id", "issue_age_days", "target", "actual"],
        suffix="_tuned",
        maintain_order="left",
    )
    print("| later videos | rows | CRPS with the defaults | tuned | ratio (95 %, by channel) |\n|---|---|---|---|---|")
    for target in (*TARGETS, "all"):
        mine = rows if target == "all" else rows.filter(target=target)
        errors = mine.select("crps_tuned", "crps").to_numpy()
        means = bootstrap_means(errors, mine["channel_id"].to_numpy(), draws=1000)
        ratio = means.ratio(0, 1)
        print(f"| {target} | {mine.height:,} | {means.means[1]:.4f} | {means.means[0]:.4f} |", end="")
        print(f" {ratio.value:.3f} ({ratio.low:.3f} – {ratio.high:.3f}) |")


def _backtest(folder: Path, cutoff: date, name: str, more: list[str]) -> pl.DataFrame:
    """Return the CRPS of ln(1+y) of each scored forecast, from the served quantiles."""
    window = ["--train-until", cutoff.isoformat(), "--test-from", (cutoff + timedelta(days=1)).isoformat()]
    _run(folder, ["backtest", "world", *window, "--out", name, *more])
    found = pl.read_parquet(folder / name / "predictions.parquet")
    quantiles = np.log1p(found.select(*QUANTILES).to_numpy())
    actual = np.log1p(found["actual"].to_numpy())
    crps = [crps_from_quantiles(actual[n : n + 1], quantiles[n : n + 1], GRID) for n in range(found.height)]
    keys = ("video_id", "channel_id", "issue_age_days", "target", "actual")
    return found.select(*keys, crps=pl.Series(crps, dtype=pl.Float64))


if __name__ == "__main__":
    main()
