"""Make a golden release: a small one, with forecasts of stored inputs, that every later version must be able to read.

    python tests/golden/make.py tests/golden/format-1

A golden folder is made once and never changed, renewed or removed. When the format of releases, the list of features or the record of a
forecast changes, the folders that are here must go on to load and give their forecasts; a new one is made beside them by the version that
introduces the change (``format-2``, or ``format-1-more-features``). Where a change makes an old one unreadable on purpose, ``REFUSED`` in
``tests/core/releases/test_golden.py`` names it with the error that says so, and the changelog tells what its owners have to do.
"""

from __future__ import annotations

import json
import platform
import sys
from datetime import timedelta
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from foreview.drafts import whole_folder
from foreview.forecasting.adapting import follow
from foreview.forecasting.forecaster import forecast_inputs, issues_as_of, issues_at_age
from foreview.forecasting.inputs import inputs_table, records_of
from foreview.monitoring.ledger import canonical
from foreview.options import Hyperparameters, TrainingOptions
from foreview.releases.manifest import Release
from foreview.releases.store import publish_release
from foreview.simulation.world import DEFAULT_END, simulate
from foreview.training.trainer import train
from foreview.vocabulary import TARGETS

FEW_TREES = Hyperparameters(
    forest_trees=2,
    forest_leaf=8.0,
    boosting_size=0.02,
    boosting_leaves=0.2,
    xgb_size=0.04,
    xgb_deeper=-3,
    spread_size=0.04,
    spread_deeper=-2,
)
OPTIONS = TrainingOptions(threads=1, issue_ages=(0.0, 1.0, 3.0, 7.0), hyperparameters=FEW_TREES)
LIBRARIES = ("numpy", "polars", "scikit-learn", "xgboost-cpu", "scipy")


def made_with() -> dict[str, str]:
    """What the last bits of a forecast may depend on: libraries, and whether numpy's logarithms use the widest registers."""
    found = np.lib.introspect.opt_func_info(func_name="^(exp|expm1|log|log1p)$", signature="float64")
    targets = {str(facts["current"]) for by_type in found.values() for facts in by_type.values()}
    return {
        "python": ".".join(platform.python_version_tuple()[:2]),
        "machine": platform.machine(),
        "logarithms": " ".join(sorted(targets)),
        **{name: version(name) for name in LIBRARIES},
    }


def forecasts_of(release: Release, inputs: pl.DataFrame) -> list[dict[str, dict[str, Any]]]:
    """For each row of inputs: target → name → value of what was forecast; nulls are left out."""
    rows = forecast_inputs(release, inputs).drop("video_id", "as_of", "issue_age_days").rows(named=True)
    kept = [{name: value for name, value in row.items() if value is not None} for row in rows]
    return [{row["target"]: row for row in kept[at : at + len(TARGETS)]} for at in range(0, len(kept), len(TARGETS))]


def main() -> int:
    (target,) = map(Path, sys.argv[1:])
    world = simulate(channels=3, videos=260, seed=7, days=200)
    release = train(world.catalogue, DEFAULT_END - timedelta(days=40), OPTIONS, created_at=DEFAULT_END)
    ages = (issues_at_age(world.catalogue, DEFAULT_END, age)[-5:] for age in (0.0, 0.7, 3.0, 12.5))
    issues = pl.concat([*ages, issues_as_of(world.catalogue, DEFAULT_END)[:2]])
    adaptation = follow(world.catalogue, release)
    inputs = pl.concat(
        [
            inputs_table(world.catalogue, release, issues),
            inputs_table(world.catalogue, release, issues, adaptation=adaptation),
        ]
    )
    pairs = zip(records_of(inputs, release), forecasts_of(release, inputs), strict=True)
    lines = [canonical({"inputs": record, "forecast": forecast}) for record, forecast in pairs]
    with whole_folder(target) as draft:
        (draft / "forecasts.jsonl").write_text("".join(f"{line}\n" for line in lines))
        (draft / "made-with.json").write_text(json.dumps(made_with(), indent=2) + "\n")
    publish_release(release, target / "release")
    return 0


if __name__ == "__main__":
    sys.exit(main())
