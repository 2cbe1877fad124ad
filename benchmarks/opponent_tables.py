"""The tables that opponents learn from: the rows that Foreview is judged on and the features it has, at one issue age a table.

Opponents are given the best formulation known: they learn ln(1 + views) beyond ln(1 + the last count), as Foreview does.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import polars as pl

from benchmarks import first_seen, youku
from benchmarks.autogluon_run import BEYOND, KEYS
from benchmarks.backtests import read_report, run_backtest
from benchmarks.panels import BUILD, DATA, panel_folder
from foreview.curves.labels import labels
from foreview.features.matrix import feature_table
from foreview.tables.catalogue import Catalogue
from foreview.tables.fingerprint import fingerprint_of
from foreview.tables.folder import read_catalogue
from foreview.training.rows import rows_of
from foreview.vocabulary import Target

YOUKU_TEST_FROM: Final = datetime(2015, 12, 15, tzinfo=UTC)
YOUKU: Final[tuple[tuple[str, str, int, Target], ...]] = (
    ("A1", "Youku, 7 → 30 d", 7, "views_30d"),
    ("A2", "Youku, 3 → 30 d", 3, "views_30d"),
    ("A3", "Youku, 1 → 30 d", 1, "views_30d"),
    ("A4", "Youku, at publication → 7 d", 0, "views_7d"),
)
GOALS: Final = (*(goal for goal, *_ in YOUKU), "A5")
YOUKU_REPORT: Final = BUILD / "youku-report"


@dataclass(frozen=True, slots=True)
class Problem:
    """One table to learn from and one to be judged on, with Foreview's forecasts of the latter.

    ``train`` and ``test`` have the columns :data:`~benchmarks.autogluon_run.KEYS`, ``beyond`` and one a feature; ``foreview`` has
    ``video_id, channel_id, point`` in the order of ``test``. Problems of one ``goal`` are judged together.
    """

    goal: str
    title: str
    part: str
    train: pl.DataFrame
    test: pl.DataFrame
    foreview: pl.DataFrame

    def only(self, rows: int) -> Problem:
        """Return the problem with ``rows`` evenly spread training rows at most."""
        return replace(self, train=self.train[:: -(-self.train.height // rows)])

    def write(self, settings: str) -> Path:
        """Write both tables into the ignored folder ``build``, named by what they hold and by ``settings``; return where."""
        name = fingerprint_of(settings, [self.train, self.test])[:12]
        folder = BUILD / "opponents" / f"{self.goal}-{name}"
        folder.mkdir(parents=True, exist_ok=True)
        self.train.write_parquet(folder / "train.parquet")
        self.test.write_parquet(folder / "test.parquet")
        return folder


def problems(goals: Collection[str] = GOALS) -> Iterator[Problem]:
    """Return the problems of ``goals``, one at a time: each is large."""
    if set(goals) - {"A5"}:
        yield from _youku_problems(goals)
    if "A5" in goals:
        yield from _trending_problems()


def judged_releases(goals: Collection[str] = GOALS) -> str:
    """Return which releases of Foreview made the forecasts that the opponents stand beside."""
    versions = []
    if set(goals) - {"A5"}:
        versions.append(read_report(YOUKU_REPORT)[0]["release"]["model_version"])
    if "A5" in goals:
        versions += pl.read_parquet(first_seen.PREDICTIONS)["model_version"].unique(maintain_order=True).to_list()
    return ", ".join(versions)


def _youku_problems(goals: Collection[str]) -> Iterator[Problem]:
    catalogue = read_catalogue(panel_folder("youku"))
    if not (YOUKU_REPORT / "predictions.parquet").exists():
        run_backtest(panel_folder("youku"), *youku.ARGUMENTS)
    _, predictions = read_report(YOUKU_REPORT)
    for goal, title, age, target in (one for one in YOUKU if one[0] in goals):
        at = pl.col("published_at") + pl.duration(days=age)
        issues = (
            _youku_rows(age)
            .join(catalogue.videos.select("video_id", as_of=at), on="video_id")
            .sort("as_of", "video_id")
        )
        rows = _rows(catalogue, issues, target, least=0 if age == 0 else 1)
        later = rows["published_at"] >= YOUKU_TEST_FROM
        train, test = _tables(rows.filter(~later), rows.filter(later), target)
        said = predictions.filter(pl.col("issue_age_days") == age, pl.col("target") == target)
        yield Problem(goal, title, "", train, test, _foreview(goal, test, said))


def _youku_rows(age: int) -> pl.DataFrame:
    """Return the videos of the reference table of the method: all snapshots, a view at the issue age; at publication with features."""
    complete = pl.read_parquet(DATA / "youku" / "snapshots.parquet").drop_nulls()
    if age:
        return complete.filter(pl.col(f"n{age}") >= 1).select("video_id")
    facts = pl.read_parquet(DATA / "youku" / "videos.parquet", columns=["video_id"])
    return complete.select("video_id").join(facts, on="video_id", how="semi")


def _trending_problems() -> Iterator[Problem]:
    catalogue = read_catalogue(panel_folder("trending"))
    if not first_seen.PREDICTIONS.exists():
        first_seen.replay(catalogue)
    predictions = pl.read_parquet(first_seen.PREDICTIONS)
    for origin in first_seen.ORIGINS:
        parts = first_seen.parts_of(catalogue, origin)
        known = _rows(parts.training, parts.fit.select("video_id", "as_of"), first_seen.TARGET, least=1)
        later = _rows(catalogue, parts.test.select("video_id", "as_of"), first_seen.TARGET, least=1)
        train, test = _tables(known, later, first_seen.TARGET)
        said = predictions.filter(pl.col("train_until") == origin.train_until)
        title = f"trending, first seen at most {first_seen.OLDEST_DAYS} d old → 7 d"
        yield Problem("A5", title, f"from {origin.test_from}", train, test, _foreview("A5", test, said))


def _rows(catalogue: Catalogue, issues: pl.DataFrame, target: Target, *, least: int) -> pl.DataFrame:
    """Return features and outcome of ``issues`` (``video_id, as_of``) whose outcome is known and at least ``least``."""
    owner = pl.coalesce("channel_id", pl.format("video {}", "video_id")).alias("owner")
    return (
        feature_table(catalogue, issues)
        .join(labels(catalogue), on="video_id", maintain_order="left")
        .join(catalogue.videos.select("video_id", "published_at", owner), on="video_id", maintain_order="left")
        .filter(pl.col(target) >= least)
    )


def _tables(train: pl.DataFrame, test: pl.DataFrame, target: Target) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return both with :data:`~benchmarks.autogluon_run.KEYS`, ``beyond`` and the features that Foreview's own members are shown."""
    base = pl.col("initial_views").fill_null(0.0).log1p()
    features = [
        pl.col(name).cast(pl.Float64) if kind == pl.Boolean() else pl.col(name)
        for name, kind in rows_of(target, train).table.schema.items()
        if name != "horizon_days"
    ]
    beyond = {"actual": pl.col(target), "base": base, BEYOND: pl.col(target).log1p() - base}
    told, asked = (rows.with_columns(**beyond).select(*KEYS, BEYOND, *features) for rows in (train, test))
    return told, asked


def _foreview(goal: str, test: pl.DataFrame, said: pl.DataFrame) -> pl.DataFrame:
    """Return ``video_id, channel_id, point`` of each test row; every one of them must have been forecast, with the same outcome."""
    joined = test.select("video_id", "actual").join(
        said.select("video_id", "channel_id", "point", said="actual"), on="video_id", maintain_order="left"
    )
    if joined["said"].null_count() or not joined["said"].equals(joined["actual"]):
        raise SystemExit(
            f"{goal}: the report holds other videos or outcomes; run the sections youku and first_seen again"
        )
    return joined.select("video_id", "channel_id", "point")
