"""Is the reference table of the method reproduced? The baselines on the raw Youku panel, without a catalogue.

``python -m benchmarks.youku_reference``: about six seconds. What the reference rests on, found by trying: the counts at the issue age
are the counters *as read*, the outcome is their running maximum, and the shift is the *median* of ln(outcome/count) (the mean
of the paper gives 0.591, 0.369, 0.254).
"""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path

import numpy as np
import polars as pl

from foreview.learners.baselines import (
    Floats,
    fit_pinto_ml,
    fit_szabo_huberman,
    predict_pinto_ml,
    predict_szabo_huberman,
    predict_szabo_huberman_mrse,
)
from foreview.learners.pinto_mrbf import fit_pinto_mrbf, predict_pinto_mrbf
from foreview.metrics.point import mae_ln, mrse

PANEL = Path(__file__).resolve().parents[1].parent / "shared" / "data" / "youku" / "snapshots.parquet"
LAST_TRAINING_DAY = date(2015, 12, 14)
REFERENCE = {
    (1, "Szabo–Huberman"): (0.546, 0.193),
    (3, "Szabo–Huberman"): (0.338, 0.104),
    (7, "Szabo–Huberman"): (0.229, 0.061),
    (1, "Pinto ML"): (0.564, 0.193),
    (3, "Pinto ML"): (0.331, 0.101),
    (7, "Pinto ML"): (0.220, 0.057),
}


def errors_at(age: int, counters: Floats, training: np.ndarray) -> dict[str, tuple[float, float, int, int]]:
    """Return for each method MAE ln, mRSE and the rows it was fitted and tested on, at issue age ``age`` [d]."""
    counts, outcome = counters[:, :age], np.maximum.accumulate(counters, axis=1)[:, 29]
    usable = (counts[:, -1] >= 1) & (outcome >= 1)
    fit, test = usable & training, usable & ~training
    szabo = fit_szabo_huberman(counts[fit, -1], outcome[fit])
    pinto = predict_pinto_ml(fit_pinto_ml(counts[fit], outcome[fit]), counts[test])
    mrbf = predict_pinto_mrbf(fit_pinto_mrbf(counts[fit], outcome[fit]), counts[test])
    last = counts[test, -1]
    points = {
        "Szabo–Huberman": (predict_szabo_huberman(szabo, last), predict_szabo_huberman_mrse(szabo, last)),
        "Pinto ML": (pinto, pinto),
        "Pinto MRBF": (mrbf, mrbf),
    }
    rows = int(fit.sum()), int(test.sum())
    return {
        name: (mae_ln(outcome[test], point), mrse(outcome[test], fair), *rows) for name, (point, fair) in points.items()
    }


def main() -> int:
    """Print measured beside reference; 1 where they differ by more than a rounding, 0 also where there is no panel."""
    if not PANEL.exists():
        print(f"skipped: there is no {PANEL.name} of the Youku panel beside the checkout")
        return 0
    panel = pl.read_parquet(PANEL).drop_nulls().sort("publish_date", "video_id")
    training = (panel["publish_date"] <= LAST_TRAINING_DAY).to_numpy()
    counters = panel.select(f"n{k}" for k in range(1, 31)).to_numpy().astype(np.float64)
    worst = 0.0
    print("| issue age → 30 d | method | fitted on | rows | MAE ln | reference | mRSE | reference |")
    print("|---|---|---|---|---|---|---|---|")
    for age in (1, 3, 7):
        for name, (mae, relative, fitted_on, rows) in errors_at(age, counters, training).items():
            shown = ["–", "–"]
            if wanted := REFERENCE.get((age, name)):
                worst = max(worst, abs(mae - wanted[0]), abs(relative - wanted[1]))
                shown = [f"{figure:.3f}" for figure in wanted]
            print(
                f"| {age} d | {name} | {fitted_on:,} | {rows:,} | {mae:.3f} | {shown[0]} | {relative:.3f} | {shown[1]} |"
            )
    return int(worst > 0.001)


if __name__ == "__main__":
    sys.exit(main())
