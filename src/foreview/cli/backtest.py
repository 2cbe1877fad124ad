"""``foreview backtest``: the past replayed, forecast and scored."""

from __future__ import annotations

import argparse
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from foreview.cli.arguments import Subparsers, add_catalogue, add_tuned, ages, command, day, seed, threads
from foreview.cli.outcome import Outcome, Table
from foreview.cli.output import check_new_folder
from foreview.cli.progress import reported
from foreview.errors import UsageError

if TYPE_CHECKING:
    from foreview.backtest.replay import Backtest
    from foreview.backtest.scores import SliceScores

_BASELINES: Final = {"typical": "typical", "szabo_huberman": "S–H", "pinto_ml": "Pinto ML", "pinto_mrbf": "MRBF"}
_EXAMPLE = """\
  foreview backtest world --train-until 2026-03-31 --test-from 2026-04-01 --ages 0,7 --out report
"""


def add_parser(subparsers: Subparsers) -> argparse.ArgumentParser:
    """Return the parser of the command."""
    parser = command(subparsers, "backtest", "replay the past: train, forecast, wait, score", _EXAMPLE)
    add_catalogue(parser)
    parser.add_argument(
        "--train-until", type=day, required=True, metavar="D", help="last day of publication of the videos to train on"
    )
    parser.add_argument(
        "--test-from", type=day, required=True, metavar="D", help="first day of publication of the videos to test on"
    )
    parser.add_argument(
        "--ages", type=ages, default=(0.0, 1.0, 3.0, 7.0), metavar="A,B,…", help="issue ages [d] (default 0,1,3,7)"
    )
    parser.add_argument(
        "--embargo",
        choices=("full", "none"),
        default="full",
        help="full: train only on labels mature at the end of --train-until (default); none: for panels shorter than the horizon, and the report says so",
    )
    parser.add_argument("--seed", type=seed, default=0, metavar="S", help="of the training (default 0)")
    add_tuned(parser)
    parser.add_argument("--threads", type=threads, default=2, metavar="N", help="threads of the learners (default 2)")
    parser.add_argument(
        "--out",
        type=Path,
        required=True,
        metavar="REPORT",
        help="new folder for report.html, report.md, report.json and predictions.parquet",
    )
    return parser


def run(args: argparse.Namespace) -> Outcome:
    """Replay, score and write the report."""
    check_new_folder(args.out)
    if args.test_from <= args.train_until:
        raise UsageError("--test-from lies after --train-until", f"found {args.test_from} and {args.train_until}")
    from foreview.backtest.replay import Method, backtest
    from foreview.backtest.report import write_report
    from foreview.backtest.splits import end_of_day
    from foreview.forecasting.classes import forecast_with_bounds
    from foreview.options import DEFAULTS, TrainingOptions
    from foreview.releases.manifest import calibration_videos, summary_of
    from foreview.tables.folder import read_catalogue
    from foreview.training.study import hyperparameters_for
    from foreview.training.trainer import train

    tuned = DEFAULTS if args.tuned is None else hyperparameters_for(args.tuned, end_of_day(args.train_until))
    catalogue = read_catalogue(args.catalogue)
    with reported() as progress:
        done = backtest(
            catalogue,
            Method(train, forecast_with_bounds, summary_of, calibration_videos),
            train_until=args.train_until,
            test_from=args.test_from,
            ages=args.ages,
            embargo=args.embargo,
            options=TrainingOptions(seed=args.seed, threads=args.threads, embargo=args.embargo, hyperparameters=tuned),
            created_at=datetime.now(UTC),
            progress=progress,
        )
    write_report(done, args.out)
    return _outcome(done, args.out)


def _outcome(done: Backtest, out: Path) -> Outcome:
    from foreview.backtest.report import report_values

    files = {name: str(out / name) for name in ("report.html", "report.md", "report.json", "predictions.parquet")}
    sentence = f"{out}: {done.predictions.height} scored forecasts in report.html, report.md, report.json and predictions.parquet"
    rows = [_row(scores) for scores in done.scores if scores.format == "all"]
    header = ("target", "age [d]", "rows", "MAE ln", *(f"÷ {name}" for name in _BASELINES.values()), "80 % covers")
    facts = {"report": str(out), "files": files, **report_values(done)}
    return Outcome(facts, sentence, (Table("Errors, and as a share of each baseline's", header, rows),), done.sentences)


def _row(scores: SliceScores) -> tuple[str, ...]:
    ratios = {comparison.baseline: comparison.mae_ln_ratio for comparison in scores.comparisons}
    shares = [f"{ratios[name].value:.2f}" if name in ratios else "–" for name in _BASELINES]
    covered = [f"{interval.covered.value:.0%}" for interval in scores.intervals if interval.level == 80]
    age, rows, error = f"{scores.issue_age_days:g}", str(scores.rows), f"{scores.alone.mae_ln:.3f}"
    return (scores.target, age, rows, error, *shares, *covered)
