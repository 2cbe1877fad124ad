"""A backtest as a folder: ``predictions.parquet``, ``report.json`` for machines, ``report.md`` and ``report.html`` for people."""

from __future__ import annotations

import json
import math
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

from foreview.backtest.compared import Fitted
from foreview.backtest.goals import verdicts
from foreview.backtest.pages import report_page
from foreview.backtest.replay import Backtest
from foreview.backtest.scores import SliceScores
from foreview.backtest.webpage import report_webpage
from foreview.drafts import whole_folder
from foreview.errors import UsageError
from foreview.tables.parquet import write_parquet

REPORT_FORMAT_VERSION: Final = 1


def write_report(backtest: Backtest, folder: Path) -> None:
    """Write ``backtest`` as a new folder; an interrupted write leaves nothing under that name.

    Raises
    ------
    UsageError
        If ``folder`` exists and is not empty.

    """
    check_can_write_report(folder)
    with whole_folder(folder) as draft:
        write_parquet(backtest.predictions, draft / "predictions.parquet")
        content = json.dumps(report_values(backtest), indent=2, ensure_ascii=False, allow_nan=False)
        (draft / "report.json").write_text(content + "\n", encoding="utf-8")
        (draft / "report.md").write_text(report_page(backtest), encoding="utf-8")
        (draft / "report.html").write_text(report_webpage(backtest), encoding="utf-8")


def check_can_write_report(folder: Path) -> None:
    """Raise UsageError where a report must not be written to ``folder``: ask before the long work."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise UsageError(
            "a report is written to a new folder",
            f"{folder} exists and is not empty",
            "Choose another name or remove it",
        )


def report_values(backtest: Backtest) -> dict[str, Any]:
    """Return the report as values for JSON; a score that does not exist is null."""
    plan = backtest.plan
    values = {
        "format_version": REPORT_FORMAT_VERSION,
        "created_at": backtest.created_at.isoformat(),
        "train_until": plan.train_until.isoformat(),
        "test_from": plan.test_from.isoformat(),
        "issue_ages_days": list(plan.ages),
        "embargo": plan.embargo,
        "sentences": list(backtest.sentences),
        "release": dict(backtest.release),
        "baselines": [_fitted_values(fitted) for fitted in backtest.baselines],
        "slices": [_slice_values(scores) for scores in backtest.scores],
    }
    return {name: _for_json(value) for name, value in values.items()}


def _slice_values(scores: SliceScores) -> dict[str, Any]:
    return {**asdict(scores), "verdicts": [asdict(verdict) for verdict in verdicts(scores)]}


def _fitted_values(fitted: Fitted) -> dict[str, Any]:
    """Return the parameters of the baselines; of the centres of Pinto MRBF their number."""
    mrbf = fitted.pinto_mrbf
    shown = {"weights": mrbf.weights.tolist(), "centres": len(mrbf.centres), "width": mrbf.width}
    return {**asdict(fitted), "pinto_mrbf": shown}


def _for_json(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(name): _for_json(part) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [_for_json(part) for part in value]
    if isinstance(value, float):
        return round(value, 6) if math.isfinite(value) else None
    return value
