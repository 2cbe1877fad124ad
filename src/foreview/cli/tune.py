"""``foreview tune``: hyperparameters that forecast better, looked for inside what was known at a time."""

from __future__ import annotations

import argparse
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from foreview.cli.arguments import Subparsers, add_catalogue, command, instant, minutes, positive, seed, threads
from foreview.cli.outcome import Outcome, Table
from foreview.cli.output import check_place
from foreview.cli.progress import reported

if TYPE_CHECKING:
    from foreview.training.search import Trial
    from foreview.training.tuning import Search

_EXAMPLE = """\
  foreview tune world --as-of 2026-05-01 --trials 30 --minutes 10 --out study
"""


def add_parser(subparsers: Subparsers) -> argparse.ArgumentParser:
    """Return the parser of the command."""
    parser = command(subparsers, "tune", "look for hyperparameters that forecast better than the defaults", _EXAMPLE)
    add_catalogue(parser)
    parser.add_argument(
        "--as-of",
        type=instant,
        required=True,
        metavar="T",
        help="the cutoff: nothing that became known later is used; a day is its start in UTC",
    )
    parser.add_argument(
        "--out",
        type=Path,
        required=True,
        metavar="STUDY",
        help="folder: new, or of a study that was interrupted or killed: its finished trials are kept and gone on with",
    )
    parser.add_argument(
        "--trials",
        type=positive,
        default=30,
        metavar="N",
        help="trials in all, those of earlier runs among them (default 30)",
    )
    parser.add_argument(
        "--minutes", type=minutes, metavar="M", help="end this run after so many minutes (default: when the trials end)"
    )
    parser.add_argument(
        "--videos",
        type=positive,
        default=5000,
        metavar="V",
        help="trials learn from at most so many mature videos, drawn (default 5000)",
    )
    parser.add_argument("--seed", type=seed, default=0, metavar="S", help="same seed, same trials (default 0)")
    parser.add_argument("--threads", type=threads, default=2, metavar="N", help="threads of the learners (default 2)")
    return parser


def run(args: argparse.Namespace) -> Outcome:
    """Begin a study or go on with it."""
    check_place("--out", args.out / "study.json")
    from foreview.options import TrainingOptions, TuningOptions
    from foreview.tables.folder import read_catalogue
    from foreview.training.tuning import stopwatch, tune

    stop = stopwatch(float("inf") if args.minutes is None else args.minutes)
    catalogue = read_catalogue(args.catalogue)
    with reported() as progress:
        search = tune(
            catalogue,
            args.as_of,
            args.out,
            TuningOptions(trials=args.trials, max_videos=args.videos),
            TrainingOptions(seed=args.seed, threads=args.threads),
            stop=stop,
            progress=progress,
        )
    return _outcome(search, args.out)


def _outcome(search: Search, folder: Path) -> Outcome:
    from foreview.options import DEFAULTS
    from foreview.releases.strict import to_json

    tuned, best = search.tuned, folder / "best.json"
    facts = {"study": str(folder), "best": str(best), "tuned": to_json(tuned), "trials": to_json(search.trials)}
    values, usual = asdict(tuned.hyperparameters), asdict(DEFAULTS)
    rows = [(name, f"{usual[name]:g}", f"{value:g}") for name, value in values.items() if value != usual[name]]
    tables = [
        Table("Trials: CRPS at each origin", _header(search), [_row(trial, search) for trial in search.trials]),
        *([Table("Hyperparameters", ("", "default", "tuned"), rows)] if rows else []),
    ]
    return Outcome(facts, f"{best}: {tuned.sentence}", tables, _notes(search))


def _notes(search: Search) -> tuple[str, ...]:
    study = search.study
    if study.videos < study.mature_videos:
        seed = study.options["seed"]
        return (f"trials learn from {study.videos:,} of {study.mature_videos:,} mature videos, drawn with seed {seed}",)
    return ()


def _header(search: Search) -> tuple[str, ...]:
    return ("trial", "", *(f"{n + 1}" for n in range(len(search.trials[0].crps))), "mean")


def _row(trial: Trial, search: Search) -> tuple[str, ...]:
    origins = len(search.trials[0].crps)
    means = [f"{mean:.4f}" for mean in trial.means]
    state = "best" if trial.number == search.tuned.best_trial else trial.state
    value = f"{trial.value:.4f}" if trial.state == "finished" else "–"
    return (str(trial.number), state, *means, *(["–"] * (origins - len(means))), value)
