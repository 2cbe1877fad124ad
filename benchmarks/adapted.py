"""Are forecasts of the trending panel better where the outcomes of their release correct them? ``python -m benchmarks.adapted``. Prints Markdown.

A release is trained at the end of each month on what was mature then, with the fewer trees of :mod:`benchmarks.expected_loss`, and forecasts the later videos as
released and adapted, from the same inputs.
"""

from __future__ import annotations

import sys
from datetime import datetime
from typing import Final

import numpy as np
import polars as pl

from benchmarks.expected_loss import AGES, CUTOFFS, END, OPTIONS, TARGETS, outcomes_of
from benchmarks.panels import DATA, panel_folder
from foreview.forecasting.adapting import follow
from foreview.forecasting.forecaster import forecast_inputs, issues_at_age
from foreview.forecasting.inputs import adapted as adapted_by
from foreview.forecasting.inputs import inputs_table
from foreview.metrics.bootstrap import bootstrap_means
from foreview.metrics.interval import interval_losses
from foreview.tables.catalogue import Catalogue
from foreview.tables.folder import read_catalogue
from foreview.training.trainer import train

ENDS: Final = {0.5: ("p25", "p75"), 0.8: ("p10", "p90"), 0.95: ("p2_5", "p97_5")}
LEAST: Final = 200
"""Forecasts that a line needs."""


def main() -> None:
    """Print the section."""
    if not (DATA / "trending").exists():
        print("skipped: the panels are not beside the checkout")
        sys.exit(0)
    catalogue = read_catalogue(panel_folder("trending"))
    rows = pl.concat(_forecasts(catalogue, cutoff) for cutoff in CUTOFFS)
    first = rows.filter(cutoff=CUTOFFS[0])
    monthly = rows.filter(pl.col("as_of").dt.truncate("1mo") == pl.col("cutoff"))
    print(
        "The 80 % intervals as released and adapted, and mean interval scores of the adapted as a share of those as released (paired bootstrap by channel, 95 %): "
        "below 1 adapting helps. *Outcomes*: how many had corrected a forecast, in the middle.\n"
    )
    for title, part in (("A new release each month", monthly), ("One release for four months", first)):
        print(f"**{title}**\n")
        print("| target | age d | forecasts | outcomes | as released covers | adapted covers | 50 % | 80 % | 95 % |")
        print("|---|---:|---:|---:|---:|---:|---|---|---|")
        for target in TARGETS:
            for age in AGES:
                mine = part.filter(target=target, issue_age_days=age)
                if mine.height >= LEAST:
                    print(f"| {target} | {age:g} | {_line(mine)} |", flush=True)
        print()


def _forecasts(catalogue: Catalogue, cutoff: datetime) -> pl.DataFrame:
    """Return each forecast with a known outcome, as released (``p10`` …) and adapted (``adapted_p10`` …) [views or share]."""
    print(f"training until {cutoff:%Y-%m-%d} …", file=sys.stderr, flush=True)
    release = train(catalogue, cutoff, OPTIONS, created_at=cutoff)
    adaptation = follow(catalogue, release)
    known = outcomes_of(catalogue).filter(pl.col("published_at") >= cutoff)
    parts = []
    for age in AGES:
        issues = issues_at_age(catalogue, END, age).filter(pl.col("video_id").is_in(known["video_id"].implode()))
        inputs = inputs_table(catalogue, release, issues)
        released = forecast_inputs(release, inputs)
        corrected = forecast_inputs(release, adapted_by(inputs, release, adaptation))
        columns = [name for ends in ENDS.values() for name in ends]
        both = corrected.select("adapted_outcomes", pl.col(columns).name.prefix("adapted_"))
        kept = released.select("video_id", "as_of", "issue_age_days", "target", "model_type", *columns)
        parts.append(kept.hstack(both))
    rows = pl.concat(parts).filter(pl.col("model_type") != "observed")
    rows = rows.join(known, on=("video_id", "target"), how="inner", maintain_order="left").drop_nulls("actual")
    return rows.with_columns(cutoff=pl.lit(cutoff))


def _line(rows: pl.DataFrame) -> str:
    channel = rows["channel_id"].fill_null(rows["video_id"]).to_numpy()
    cells = [f"{rows.height:,}", f"{np.median(rows['adapted_outcomes'].to_numpy()):,.0f}"]
    cells += [f"{_covers(rows, prefix):.1%}" for prefix in ("", "adapted_")]
    for level in ENDS:
        losses = np.column_stack([_losses(rows, prefix, level) for prefix in ("", "adapted_")])
        ratio = bootstrap_means(losses, channel).ratio(1, 0)
        cells.append(f"{ratio.value:.3f} ({ratio.low:.3f} – {ratio.high:.3f})")
    return " | ".join(cells)


def _covers(rows: pl.DataFrame, prefix: str) -> float:
    inside = pl.col("actual").is_between(pl.col(f"{prefix}p10"), pl.col(f"{prefix}p90"))
    return float(rows.select(inside.mean()).item())


def _losses(rows: pl.DataFrame, prefix: str, level: float) -> np.ndarray:
    low, high = ENDS[level]
    scale = rows.select(pl.col("actual", f"{prefix}{low}", f"{prefix}{high}").log1p())
    actual, bottom, top = (scale[name].to_numpy() for name in scale.columns)
    return interval_losses(actual, bottom, top, level)


if __name__ == "__main__":
    main()
