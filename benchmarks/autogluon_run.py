"""AutoGluon on the tables of :mod:`benchmarks.opponent_tables`, in an interpreter of its own: its requirements conflict with Foreview's.

``PYTHON benchmarks/autogluon_run.py FOLDER SECONDS THREADS`` reads ``train.parquet`` and ``test.parquet`` of the folder and writes
``autogluon.parquet`` (``video_id, beyond``) and ``autogluon.json``, what was fitted. It stands alone: it must run where Foreview is not installed.
"""

from __future__ import annotations

import importlib.util
import json
import platform
import sys
import tempfile
import time
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

KEYS: Final = ("video_id", "published_at", "base", "actual")
"""Columns of the tables that are no feature: whose row, when published, ln(1 + last count), views at the horizon."""
BEYOND: Final = "beyond"
"""The column to be learnt: ln(1 + views at the horizon) beyond ``base``."""
PROSE: Final = "wording"
PRESET: Final = "medium_quality"


def main() -> None:
    """Fit on the training table, predict the test table."""
    from autogluon.tabular import TabularPredictor

    folder, seconds, threads = Path(sys.argv[1]), float(sys.argv[2]), int(sys.argv[3])
    started = time.perf_counter()
    train, test = _table(folder / "train.parquet"), _table(folder / "test.parquet")
    with tempfile.TemporaryDirectory(dir=folder) as models:
        predictor = TabularPredictor(
            label=BEYOND, problem_type="regression", eval_metric="mean_absolute_error", path=models
        )
        predictor.fit(train.drop(columns=list(KEYS)), presets=PRESET, time_limit=seconds, num_cpus=threads)
        found = test[["video_id"]].assign(**{BEYOND: predictor.predict(test.drop(columns=[*KEYS, BEYOND]))})
        members = [name for name in predictor.model_names() if name != predictor.model_best]
        best = predictor.model_best
    facts = {
        "version": version("autogluon.tabular"),
        "python": platform.python_version(),
        "preset": PRESET,
        "best": best,
        "fitted": members,
        "neural_networks": importlib.util.find_spec("torch") is not None,
        "time_limit_s": seconds,
        "took_s": time.perf_counter() - started,
    }
    (folder / "autogluon.json").write_text(json.dumps(facts, indent=1), encoding="utf-8")
    draft = folder / "autogluon.partial"
    found.to_parquet(draft)
    draft.replace(folder / "autogluon.parquet")


def _table(path: Path) -> Any:
    """Return a table whose text columns are categories but for the wording: a column of few words must not be taken for prose."""
    import pandas as pd

    table = pd.read_parquet(path)
    text = [name for name in table.select_dtypes(include="object").columns if name not in {*KEYS, PROSE}]
    return table.astype(dict.fromkeys(text, "category"))


if __name__ == "__main__":
    main()
