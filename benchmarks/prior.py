"""What the documented prior is rounded from: medians, spreads and growth of the Youku panel, rates of the Studio export."""

from __future__ import annotations

import re
from datetime import timedelta

import numpy as np
import polars as pl

from benchmarks.panels import DATA, youku_catalogue
from foreview.curves.labels import labels
from foreview.features.matrix import feature_table
from foreview.vocabulary import FORMATS, HORIZON_DAYS, Target

TENTHS = (0.1, 0.9)
NORMAL_TENTHS = 2.563
"""Standard deviations between the tenths of a normal distribution."""


def main() -> None:
    """Print the section in Markdown."""
    if not (DATA / "youku").exists():
        print("skipped: the panels are not beside the checkout")
        return
    whole = youku_catalogue()
    known = whole.videos.filter(pl.col("duration_s").is_not_null())
    catalogue = whole.only(known["video_id"])
    truth = labels(catalogue).join(known.select("video_id", "format"), on="video_id", maintain_order="left")
    print(
        f"{known.height:,} uploads with publication facts; ln(1 + views). Spread: a normal distribution with the same tenths.\n"
    )
    print("| target | format | days seen | median | spread, or tenths around the median |\n|---|---|---|---|---|")
    targets: tuple[Target, ...] = ("views_7d", "views_30d")
    for target in targets:
        for kind in FORMATS:
            _print_level(target, kind, truth)
    for day in (1, 3, 7, 14):
        issues = known.select("video_id", as_of=pl.col("published_at") + timedelta(days=day))
        seen = feature_table(catalogue, issues).select("video_id", "initial_views")
        for target in targets:
            if day < HORIZON_DAYS[target]:
                _print_growth(target, day, truth.join(seen, on="video_id"))
    _print_rates()


def _print_level(target: Target, kind: str, truth: pl.DataFrame) -> None:
    ln = np.log1p(truth.filter(format=kind)[target].drop_nulls().to_numpy())
    low, high = np.quantile(ln, TENTHS)
    print(f"| {target} | {kind} | 0 | {np.median(ln):.2f} | {(high - low) / NORMAL_TENTHS:.2f} |")


def _print_growth(target: Target, day: int, rows: pl.DataFrame) -> None:
    """Print the ln ratio of the outcome to what was seen."""
    rows = rows.drop_nulls([target, "initial_views"])
    for kind in FORMATS:
        mine = rows.filter(format=kind)
        ratio = np.log1p(mine[target].to_numpy()) - np.log1p(mine["initial_views"].to_numpy())
        low, high = np.quantile(ratio, TENTHS)
        middle = np.median(ratio)
        print(f"| {target} | {kind} | {day} | {middle:.2f} | −{middle - low:.2f}, +{high - middle:.2f} |")


def _print_rates() -> None:
    """Print engagement [ln(1+percent)] and revenue per thousand views [USD] of one creator's videos."""
    sheet = pl.read_csv(DATA / "studio" / "Aggregated_Metrics_By_Video.csv")
    sheet = sheet.rename({name: re.sub("\u00ad", "", name) for name in sheet.columns})
    sheet = sheet.filter((pl.col("Video") != "Total") & (pl.col("Views") > 0))
    interactions = sheet["Likes"] + sheet["Comments added"] + sheet["Shares"]
    engagement = np.log1p(100.0 * (interactions / sheet["Views"]).to_numpy())
    rpm = (1000.0 * sheet["Your estimated revenue (USD)"] / sheet["Views"]).to_numpy()
    low, middle, high = np.quantile(engagement, (0.1, 0.5, 0.9))
    print(f"\nOne creator, {sheet.height} videos: ln(1 + engagement in percent) has median {middle:.2f}, ", end="")
    print(f"spread {(high - low) / NORMAL_TENTHS:.2f}; USD per 1,000 views has 5, 50 and 95 %: ", end="")
    print(", ".join(f"{value:.2f}" for value in np.quantile(rpm, (0.05, 0.5, 0.95))) + ".")


if __name__ == "__main__":
    main()
