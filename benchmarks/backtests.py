"""Run ``foreview backtest`` as a user would, and read what it wrote."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from benchmarks.panels import BUILD, CHECKOUT
from foreview.metrics.bootstrap import Estimate, bootstrap_means
from foreview.metrics.point import ln_errors


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
