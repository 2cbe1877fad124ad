"""What came later: the quantities of a video that a leak may have been made from."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from foreview.curves.curve import Curves, Floats, age_ms
from foreview.tables.catalogue import Catalogue
from foreview.vocabulary import DAY_MS


@dataclass(frozen=True, slots=True)
class Outcome:
    """``values`` (n): ln(1 + y) of each video, NaN where unknown; ``age`` (n): the age [d] at which that was counted."""

    says: str
    values: Floats
    age: Floats
    is_views: bool = False


def outcomes(catalogue: Catalogue, curves: Curves) -> tuple[Outcome, ...]:
    """Return views at 7 and 30 d, and all that had been counted of a video when the catalogue was made."""
    n = catalogue.videos.height
    last = np.where(curves.starts[1:] > curves.starts[:-1], curves.starts[1:] - 1, -1)
    seen = last >= 0
    age = np.where(seen, curves.age[np.maximum(last, 0)] / DAY_MS, np.nan) if curves.age.size else np.full(n, np.nan)
    found = [
        Outcome(f"the views at {day} d", views_at(curves, float(day)), np.full(n, float(day)), is_views=True)
        for day in (7, 30)
    ]
    totals = _totals(catalogue)
    found += [
        Outcome(f"the {name} up to the export", np.log1p(totals[name]), age, is_views=name == "views")
        for name in totals
    ]
    interactions = sum(totals[name] for name in ("likes", "comments", "shares"))
    with np.errstate(invalid="ignore", divide="ignore"):
        rate = np.where(totals["views"] > 0, 100.0 * interactions / totals["views"], np.nan)
    return (*found, Outcome("the engagement rate up to the export", np.log1p(rate), age))


def views_at(curves: Curves, age: float) -> Floats:
    """Return ln(1 + views) of each video at an age [d], NaN where it was not observed so long."""
    n = len(curves.starts) - 1
    if not curves.age.size:
        return np.full(n, np.nan)
    ages = np.full(n, age_ms(age), dtype=np.int64)
    return np.log1p(curves.at(curves.peak, np.arange(n), ages, curves.starts[1:] - 1))


def _totals(catalogue: Catalogue) -> dict[str, Floats]:
    """Return the totals of each video: the highest counter read, else the sum of its days; NaN where there is neither."""
    names = ("views", "likes", "comments", "shares")
    read = catalogue.snapshots.group_by("video_id").agg(pl.max(name) for name in names)
    days = catalogue.daily.group_by("video_id").agg(
        pl.when(pl.col(name).count() > 0).then(pl.sum(name)).alias(name) for name in names
    )
    earned = catalogue.earnings.group_by("video_id").agg(revenue=pl.sum("revenue_usd").clip(0.0))
    joined = catalogue.videos.select("video_id")
    for table, suffix in ((read, "_read"), (days, "_days"), (earned, "")):
        joined = joined.join(table.rename({c: c + suffix for c in table.columns[1:]}), on="video_id", how="left")
    joined = catalogue.videos.select("video_id").join(joined, on="video_id", how="left", maintain_order="left")
    found = joined.select(
        *(pl.coalesce(f"{name}_read", f"{name}_days").clip(0.0).alias(name) for name in names), "revenue"
    )
    return {name: found[name].fill_null(np.nan).to_numpy().astype(np.float64) for name in found.columns}
