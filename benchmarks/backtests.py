"""Run ``foreview backtest`` as a user would, and read what it wrote."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

import numpy as np
import polars as pl

from benchmarks.panels import BUILD, CHECKOUT
from foreview.backtest.goals import ASKED, ENOUGH, GOAL_HEAD, Verdict, goal_cells
from foreview.metrics.bootstrap import Estimate, bootstrap_means
from foreview.metrics.point import ln_errors

_GOALS: Final[tuple[tuple[str, Callable[[Verdict], bool]], ...]] = (
    (
        f"coverage within 2 points of the level (calibration and test ≥ {ENOUGH:,})",
        lambda one: one.subject == "coverage" and "points" in one.goal,
    ),
    (
        "coverage of smaller slices not refuted by the exact binomial test",
        lambda one: one.subject == "coverage" and "points" not in one.goal,
    ),
    ("interval score ≤ 0.90 × the best constant width", lambda one: one.subject == "interval_score"),
    (
        "CRPS ≤ 0.95 × the best single shape around the same points",
        lambda one: one.subject == "crps" and one.of == "residuals",
    ),
    (
        "CRPS ≤ 0.95 × each baseline with its residuals around it",
        lambda one: one.subject == "crps" and one.of != "residuals",
    ),
    (f"expected calibration error ≤ 0.03 (test ≥ {ENOUGH:,})", lambda one: one.subject == "calibration_error"),
)
"""What is asked, in words, and which verdicts answer it."""


def run_backtest(catalogue: Path, *arguments: str) -> tuple[Path, str]:
    """Run the command on ``catalogue``; return the report's folder and the command as one would type it."""
    report = BUILD / f"{catalogue.name}-report"
    shutil.rmtree(report, ignore_errors=True)
    command = ["foreview", "backtest", str(catalogue.relative_to(CHECKOUT)), *arguments]
    command += ["--out", str(report.relative_to(CHECKOUT))]
    subprocess.run(
        [Path(sys.executable).parent / command[0], *command[1:]], cwd=CHECKOUT, check=True, stdout=sys.stderr
    )
    return report, " ".join(command)


def read_report(report: Path) -> tuple[dict[str, Any], pl.DataFrame]:
    """Return ``report.json`` and ``predictions.parquet``."""
    values: dict[str, Any] = json.loads((report / "report.json").read_text(encoding="utf-8"))
    return values, pl.read_parquet(report / "predictions.parquet")


def errors_table(report: dict[str, Any], format_: str) -> str:
    """Return the errors of every method of one format, by target and issue age, as a Markdown table."""
    lines = [
        "| target | age d | rows | method | MAE ln | forecast ÷ it (95 %) | mRSE | Spearman |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for part in report["slices"]:
        if part["format"] == format_:
            lines += _errors(part)
    return "\n".join(lines)


def intervals_table(report: dict[str, Any], format_: str) -> str:
    """Return coverage, CRPS and the calibration of probabilities of one format as a Markdown table."""
    lines = [
        "| target | age d | rows | 50 % covers | 80 % covers | 95 % covers | CRPS ln | low AUC | high AUC | beats typical AUC | ECE | confidence ECE |",
        "|---|---|---|---|---|---|---|---|---|---|---|---|",
    ]
    for part in report["slices"]:
        if part["format"] == format_:
            covered = [_share(found["covered"]) for found in part["intervals"]]
            beats = part["beats_typical"]
            classes = {found["name"]: found["auc"] for found in part["classes"]}
            figures = (
                part["crps_ln"],
                classes.get("low"),
                classes.get("high"),
                beats["auc"],
                beats["calibration_error"],
                part["confidence"]["error"],
            )
            cells = [*covered, *(number(figure) for figure in figures)]
            lines.append(f"| {part['target']} | {part['issue_age_days']:g} | {part['rows']:,} | {' | '.join(cells)} |")
    return "\n".join(lines)


def goals_section(report: dict[str, Any]) -> str:
    """Return whether the slices keep what is asked of their uncertainty, formats told apart: goal by goal, then as a table."""
    head = ["target", "age d", "format", "calibrated on", "tested on", *GOAL_HEAD]
    lines = [_summary(report, *goal) for goal in _GOALS]
    lines += ["", ASKED, "", f"| {' | '.join(head)} |", "|---" * len(head) + "|"]
    for part in _told_apart(report):
        counts = (f"{part['calibration_videos']:,}", f"{part['rows']:,}")
        lines.append(f"| {' | '.join([*_where(part), *counts, *goal_cells(_verdicts(part))])} |")
    return "\n".join(lines)


def _summary(report: dict[str, Any], says: str, asks: Callable[[Verdict], bool]) -> str:
    missed, judged = [], 0
    for part in _told_apart(report):
        asked = [one for one in _verdicts(part) if asks(one) and one.met is not None]
        judged += len(asked)
        target, age, format_ = _where(part)
        missed += [
            f"{target} {format_} {age} d {one.of.replace('_', ' ')}: {_figure(one)}" for one in asked if not one.met
        ]
    if not judged:
        return f"- {says}: no slice is large enough to tell."
    verdict = f"NOT met by {'; '.join(missed)}" if missed else "met"
    return f"- {says}: {judged - len(missed)} of {judged}, {verdict}."


def _figure(one: Verdict) -> str:
    return f"{100 * one.figure:.1f}" if one.subject == "coverage" else number(one.figure)


def _told_apart(report: dict[str, Any]) -> Iterator[dict[str, Any]]:
    return (part for part in report["slices"] if part["format"] != "all")


def _where(part: dict[str, Any]) -> tuple[str, str, str]:
    return part["target"], f"{part['issue_age_days']:g}", part["format"]


def _verdicts(part: dict[str, Any]) -> list[Verdict]:
    """Return the verdicts of a slice; a figure that JSON cannot say is nan."""
    found = [{**one, "figure": float("nan") if one["figure"] is None else one["figure"]} for one in part["verdicts"]]
    return [Verdict(**one) for one in found]


def number(value: float | None, digits: int = 3) -> str:
    """Return a figure, or a dash where there is none."""
    return "–" if value is None else f"{value:.{digits}f}"


def ratio_by_channel(rows: pl.DataFrame, method: str, other: str) -> Estimate:
    """Return the MAE ln of column ``method`` over that of ``other``, with a 95 % interval that draws whole channels."""
    actual = rows["actual"].cast(pl.Float64).to_numpy()
    losses = [ln_errors(actual, rows[name].cast(pl.Float64).to_numpy()) for name in (method, other)]
    owner = pl.coalesce("channel_id", pl.format("video {}", "video_id"))
    cluster = rows.select(owner.rank("dense")).to_series().to_numpy()
    return bootstrap_means(np.column_stack(losses), cluster, draws=2_000).ratio(0, 1)


def _errors(part: dict[str, Any]) -> list[str]:
    ratios = {found["baseline"]: found["mae_ln_ratio"] for found in part["comparisons"]}
    lines = []
    for method in part["compared"]:
        ratio = ratios.get(method["method"])
        shown = f"{number(ratio['value'])} ({number(ratio['low'])} – {number(ratio['high'])})" if ratio else ""
        cells = [
            part["target"],
            f"{part['issue_age_days']:g}",
            f"{method['rows']:,}",
            method["method"].replace("_", " "),
            number(method["mae_ln"]),
            shown,
            number(method["mrse"]),
            number(method["spearman"]["value"]),
        ]
        lines.append(f"| {' | '.join(cells)} |")
    return lines


def _share(found: dict[str, Any]) -> str:
    share = 100 * found["hits"] / found["n"]
    return f"{share:.1f} ({100 * found['low']:.1f} – {100 * found['high']:.1f})"
