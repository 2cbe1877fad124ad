"""A5: the trending videos forecast the first time they were seen, at most 1.5 d old, to 7 d; calendar cut-offs and the full embargo.

``python -m benchmarks.first_seen`` prints Markdown and keeps its forecasts in the ignored folder ``build``; about four minutes.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Final

import numpy as np
import polars as pl

from benchmarks.backtests import number, ratio_by_channel
from benchmarks.panels import BUILD, panel_folder
from foreview.backtest.splits import end_of_day, split
from foreview.curves.labels import labels
from foreview.forecasting.forecaster import forecast
from foreview.learners.baselines import (
    Floats,
    fit_pinto_ml,
    fit_szabo_huberman,
    predict_pinto_ml,
    predict_szabo_huberman,
)
from foreview.learners.pinto_mrbf import fit_pinto_mrbf, predict_pinto_mrbf
from foreview.metrics.point import mae_ln
from foreview.options import LabelOptions
from foreview.tables.catalogue import Catalogue
from foreview.tables.folder import read_catalogue
from foreview.training.trainer import train
from foreview.vocabulary import Target

OLDEST_DAYS: Final = 1.5
TARGET: Final[Target] = "views_7d"
GOAL: Final = 0.85
PREDICTIONS: Final = BUILD / "first-seen" / "predictions.parquet"
BASELINES: Final = {
    "typical": "typical",
    "szabo_huberman": "Szabo–Huberman",
    "pinto_ml": "Pinto ML",
    "pinto_mrbf": "Pinto MRBF",
}


@dataclass(frozen=True, slots=True)
class Origin:
    """A calendar cut-off: the last day to learn from, and the days of publication that are forecast (UTC)."""

    train_until: date
    test_from: date
    test_until: date


ORIGINS: Final = (
    Origin(date(2026, 2, 28), date(2026, 3, 1), date(2026, 3, 31)),
    Origin(date(2026, 3, 31), date(2026, 4, 1), date(2026, 4, 30)),
    Origin(date(2026, 4, 30), date(2026, 5, 1), date(2026, 5, 31)),
)


@dataclass(frozen=True, slots=True)
class Parts:
    """What may be learnt at an origin and what is forecast.

    ``fit`` and ``test`` have a row a video in order of publication: ``video_id, as_of`` (when it was first seen), ``count`` (views
    read then), ``published_at, channel_id`` and ``actual`` (views at 7 d); both counts at least 1.
    """

    training: Catalogue
    as_of: datetime
    fit: pl.DataFrame
    test: pl.DataFrame


def main() -> None:
    """Print the section."""
    predictions = replay(read_catalogue(panel_folder("trending")))
    age = float(np.median(predictions["issue_age_days"].to_numpy()))
    print(
        f"Each video is forecast when it was first seen, if it was at most {OLDEST_DAYS} d old then (the median was "
        f"{age:.2f} d), to 7 d. Learnt from what was known at the end of the training, labels too; tested "
        "on the month after. The baselines are fitted on the count at the same first sight.\n\nMAE ln of the same rows, and Foreview's as a "
        "share of the better baseline's (paired bootstrap by channel):\n"
    )
    heads = ["train until", "videos with an outcome", "test rows", "Foreview", *BASELINES.values()]
    print(f"| {' | '.join(heads)} | Foreview ÷ the better (95 %) | at most {GOAL} |")
    print("|---" * (len(heads) + 2) + "|")
    for origin in ORIGINS:
        rows = predictions.filter(pl.col("train_until") == origin.train_until)
        print(_line(str(origin.train_until), f"{rows['fitted_on'][0]:,}", rows))
    print(_line("**all three**", "", predictions))
    for format_ in ("short", "long"):
        print(_line(f"all three, {format_}", "", predictions.filter(pl.col("format") == format_)))


def replay(catalogue: Catalogue) -> pl.DataFrame:
    """Train at each origin and forecast the month after; return and keep one row a test video with every method's point."""
    found = []
    for origin in ORIGINS:
        print(f"training until {origin.train_until} …", file=sys.stderr, flush=True)
        found.append(_replayed(catalogue, origin))
    predictions = pl.concat(found)
    PREDICTIONS.parent.mkdir(parents=True, exist_ok=True)
    draft = PREDICTIONS.with_suffix(".partial")
    predictions.write_parquet(draft)
    draft.replace(PREDICTIONS)
    return predictions


def parts_of(catalogue: Catalogue, origin: Origin) -> Parts:
    """Return what may be learnt at ``origin``, and the videos of the days after it."""
    cut = split(
        catalogue,
        train_until=origin.train_until,
        test_from=origin.test_from,
        embargo="full",
        options=LabelOptions(),
    )
    ids = cut.test.filter(pl.col("published_at") <= end_of_day(origin.test_until))["video_id"]
    return Parts(cut.training, cut.as_of, _first_seen(cut.training), _first_seen(catalogue.only(ids)))


def _first_seen(catalogue: Catalogue) -> pl.DataFrame:
    first = catalogue.snapshots.sort("video_id", "observed_at").unique("video_id", keep="first", maintain_order=True)
    facts = catalogue.videos.select("video_id", "published_at", "channel_id", "format")
    outcomes = labels(catalogue).select("video_id", actual=TARGET).drop_nulls()
    old = pl.duration(milliseconds=round(OLDEST_DAYS * 86_400_000))
    return (
        facts.join(first.select("video_id", as_of="observed_at", count="views"), on="video_id", maintain_order="left")
        .join(outcomes, on="video_id", maintain_order="left")
        .filter(pl.col("as_of") - pl.col("published_at") <= old, pl.col("count") >= 1, pl.col("actual") >= 1)
    )


def _replayed(catalogue: Catalogue, origin: Origin) -> pl.DataFrame:
    parts = parts_of(catalogue, origin)
    release = train(parts.training, parts.as_of, created_at=datetime.now(UTC))
    points = forecast(catalogue, release, parts.test.select("video_id", "as_of")).filter(pl.col("target") == TARGET)
    return parts.test.join(points.drop("as_of"), on="video_id", maintain_order="left").with_columns(
        *_baselines(parts), train_until=pl.lit(origin.train_until), fitted_on=pl.lit(parts.fit.height)
    )


def _baselines(parts: Parts) -> list[pl.Series]:
    """Return the point of each published method for each test row, fitted on the training videos as they were first seen."""
    counts, outcomes, seen = (
        _numbers(parts.fit, "count"),
        _numbers(parts.fit, "actual"),
        _numbers(parts.test, "count"),
    )
    days, seen_days = counts[:, None], seen[:, None]
    points = {
        "szabo_huberman": predict_szabo_huberman(fit_szabo_huberman(counts, outcomes), seen),
        "pinto_ml": predict_pinto_ml(fit_pinto_ml(days, outcomes), seen_days),
        "pinto_mrbf": predict_pinto_mrbf(fit_pinto_mrbf(days, outcomes), seen_days),
    }
    return [pl.Series(name, point) for name, point in points.items()]


def _line(name: str, fitted_on: str, rows: pl.DataFrame) -> str:
    actual = _numbers(rows, "actual")
    errors = {method: mae_ln(actual, _numbers(rows, method)) for method in ("point", *BASELINES)}
    better = min(BASELINES, key=lambda method: errors[method])
    ratio = ratio_by_channel(rows, "point", better)
    cells = [name, fitted_on, f"{rows.height:,}", *(number(error) for error in errors.values())]
    verdict = "met" if ratio.value <= GOAL else "NOT met"
    shown = f"{ratio.value:.3f} ({ratio.low:.3f} – {ratio.high:.3f}) × {BASELINES[better]}"
    return f"| {' | '.join(cells)} | {shown} | {verdict} |"


def _numbers(rows: pl.DataFrame, column: str) -> Floats:
    return rows[column].cast(pl.Float64).to_numpy().astype(np.float64)


if __name__ == "__main__":
    main()
