"""A6: Foreview beside a well-tuned single XGBoost and AutoGluon, on the same rows with the same features.

``python -m benchmarks.opponents`` prints Markdown. Foreview's forecasts are those of the last reports of ``benchmarks.youku`` and
``benchmarks.first_seen``. AutoGluon runs in the interpreter that ``FOREVIEW_AUTOGLUON_PYTHON`` names, one in which
``autogluon.tabular[lightgbm,catboost,xgboost]`` is installed; without it, its column says so. What an opponent said of a table is kept in
``build/benchmarks/opponents`` and not computed twice; delete it to compute again. ``A1 A5 --rows 5000 --trials 3 --seconds 60`` tries these
problems on a small draw.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import numpy as np
import polars as pl

from benchmarks.autogluon_run import BEYOND
from benchmarks.backtests import number, ratio_by_channel
from benchmarks.opponent_tables import GOALS, Problem, judged_releases, problems
from benchmarks.panels import BUILD, CHECKOUT
from benchmarks.tuned_xgb import fit_tuned
from foreview.metrics.point import mae_ln

WORST: Final = 1.02
"""Upper bound of the 95 % interval of Foreview's MAE ln over an opponent's."""
TRIALS: Final = 25
SECONDS: Final = 1_800
THREADS: Final = 2
PYTHON: Final = "FOREVIEW_AUTOGLUON_PYTHON"
OPPONENTS: Final = {"xgboost": "tuned XGBoost", "autogluon": "AutoGluon"}


def main() -> None:
    """Print the section."""
    arguments = _arguments()
    rows: dict[str, list[pl.DataFrame]] = {}
    titles: dict[str, str] = {}
    chosen = []
    for problem in problems(arguments.goals):
        small = problem.only(arguments.rows) if arguments.rows else problem
        print(f"{small.title} {small.part}: {small.train.height:,} rows to learn from …", file=sys.stderr, flush=True)
        folder = small.write(f"{arguments.trials} trials, {arguments.seconds} s")
        rows.setdefault(problem.goal, []).append(_beside(small, folder, arguments))
        titles[problem.goal] = problem.title
        chosen.append(f"| {problem.goal} {problem.part} | {small.train.height:,} | {_chosen(folder)} |")
    _print_intro(arguments)
    print(
        "| | problem | rows | MAE ln: Foreview | tuned XGBoost | Foreview ÷ it (95 %) | | AutoGluon | Foreview ÷ it (95 %) | |"
    )
    print("|---" * 10 + "|")
    for goal, parts in rows.items():
        print(_line(goal, titles[goal], pl.concat(parts, how="diagonal")))
    print("\nWhat they chose:\n\n| | learnt from | XGBoost | AutoGluon |\n|---|---|---|---|")
    print("\n".join(chosen))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("goals", nargs="*", default=GOALS, help="of A1 … A5, all if none is named")
    parser.add_argument("--rows", type=int, help="training rows of a problem, at most: a trial run without a verdict")
    parser.add_argument("--trials", type=int, default=TRIALS, help="settings of XGBoost that are tried")
    parser.add_argument("--seconds", type=int, default=SECONDS, help="AutoGluon's time limit for a problem")
    return parser.parse_args()


def _print_intro(arguments: argparse.Namespace) -> None:
    if arguments.rows:
        print(
            f"**A trial run on {arguments.rows:,} training rows, {arguments.trials} trials, {arguments.seconds} s: it judges nothing.**\n"
        )
    print(
        f"Foreview {judged_releases(arguments.goals)}. The opponents have the same features and learn, at exactly this issue age, growth of ln(1 + views) "
        f"beyond the last count; their forecasts are never below it. XGBoost: the best of {arguments.trials} settings on the last quarter "
        f"of the training videos, then fitted on all. AutoGluon: `medium_quality`, mean absolute error, at most {arguments.seconds:,} s and "
        f"{THREADS} threads a problem. Goal: the upper bound of the ratio, paired bootstrap by channel, is at most {WORST}.\n"
    )


def _beside(problem: Problem, folder: Path, arguments: argparse.Namespace) -> pl.DataFrame:
    """Return ``video_id, channel_id, actual``, Foreview's ``point`` and a column an opponent, in views."""
    _run_xgboost(problem, folder, arguments.trials)
    _run_autogluon(folder, arguments.seconds)
    base = problem.test["base"].to_numpy()
    found = problem.foreview.with_columns(problem.test["actual"])
    for name, said in _said(folder):
        beyond = problem.test.select("video_id").join(said, on="video_id", maintain_order="left")[BEYOND].to_numpy()
        found = found.with_columns(pl.Series(name, np.expm1(base + np.maximum(beyond, 0.0))))
    return found


def _said(folder: Path) -> Iterator[tuple[str, pl.DataFrame]]:
    for name in OPPONENTS:
        if (folder / f"{name}.parquet").exists():
            yield name, pl.read_parquet(folder / f"{name}.parquet").with_columns(pl.col(BEYOND).cast(pl.Float64))


def _run_xgboost(problem: Problem, folder: Path, trials: int) -> None:
    if (folder / "xgboost.parquet").exists():
        return
    tuned = fit_tuned(problem.train, problem.test, trials=trials)
    (folder / "xgboost.json").write_text(json.dumps(tuned.chosen, indent=1), encoding="utf-8")
    draft = folder / "xgboost.partial"
    problem.test.select("video_id").with_columns(pl.Series(BEYOND, tuned.beyond)).write_parquet(draft)
    draft.replace(folder / "xgboost.parquet")


def _run_autogluon(folder: Path, seconds: int) -> None:
    if (folder / "autogluon.parquet").exists() or PYTHON not in os.environ:
        return
    script = CHECKOUT / "benchmarks" / "autogluon_run.py"
    # Isolated: neither this checkout nor its environment may be seen by the other interpreter.
    command = [os.environ[PYTHON], "-I", str(script), str(folder), str(seconds), str(THREADS)]
    subprocess.run(command, cwd=BUILD, check=True, stdout=sys.stderr)


def _line(goal: str, title: str, rows: pl.DataFrame) -> str:
    cells = [goal, title, f"{rows.height:,}", number(_mae(rows, "point"))]
    for name in OPPONENTS:
        if name not in rows.columns or rows[name].null_count():
            cells += ["not run", "", ""]
            continue
        ratio = ratio_by_channel(rows, "point", name)
        verdict = "met" if ratio.high <= WORST else "NOT met"
        cells += [number(_mae(rows, name)), f"{ratio.value:.3f} ({ratio.low:.3f} – {ratio.high:.3f})", verdict]
    return f"| {' | '.join(cells)} |"


def _mae(rows: pl.DataFrame, method: str) -> float:
    return mae_ln(rows["actual"].to_numpy(), rows[method].to_numpy())


def _chosen(folder: Path) -> str:
    """Return what each opponent says it fitted, as two cells."""
    tuned: dict[str, Any] = json.loads((folder / "xgboost.json").read_text(encoding="utf-8"))
    settings = ", ".join(
        f"{name} {value:.3g}" if isinstance(value, float) else f"{name} {value}" for name, value in tuned.items()
    )
    if not (folder / "autogluon.parquet").exists():
        return f"{settings} | not run"
    facts: dict[str, Any] = json.loads((folder / "autogluon.json").read_text(encoding="utf-8"))
    networks = "" if facts["neural_networks"] else "; without neural networks, as torch was not installed there"
    return f"{settings} | {facts['version']}: {facts['best']} of {', '.join(facts['fitted'])}, {facts['took_s']:,.0f} s{networks}"


if __name__ == "__main__":
    main()
