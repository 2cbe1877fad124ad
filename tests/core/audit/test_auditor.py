"""The audit on counts that grow by surprises: what was honest cannot foretell them, however strong it is."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import polars as pl
import pytest

from foreview.audit.auditor import Finding, audit
from foreview.tables.catalogue import Catalogue
from foreview.tables.schema import ColumnKind, DeclaredColumn

START = datetime(2026, 1, 1, tzinfo=UTC)
DAYS = 31


class Grown:
    """400 videos of 8 channels, read every day; how each began is known before (``budget``), how it went on is not."""

    def __init__(self, seed: int, videos: int = 400) -> None:
        rng = np.random.default_rng(seed)
        self.budget = rng.normal(6.0, 1.0, videos)
        steps = 0.6 * rng.gamma(0.5, 1.0, (videos, DAYS)) / np.arange(1, DAYS + 1)
        steps[:, 0] = self.budget + rng.normal(0.0, 0.3, videos)
        self.logs = np.cumsum(steps, axis=1)
        self.videos = pl.DataFrame(
            {
                "video_id": [f"v{number:03d}" for number in range(videos)],
                "published_at": [START + timedelta(hours=6 * number) for number in range(videos)],
                "channel_id": [f"c{number}" for number in rng.integers(0, 8, videos)],
            }
        )

    def catalogue(self, kind: ColumnKind = "number", known_after_days: float = 0.0, **column: Any) -> Catalogue:
        (name, values), *_ = column.items()
        seen = self.videos.select(
            "video_id",
            observed_at=pl.concat_list(pl.col("published_at") + timedelta(days=day + 1) for day in range(DAYS)),
            views=pl.Series(np.exp(self.logs).round().tolist()),
        ).explode("observed_at", "views")
        videos = self.videos.with_columns(pl.Series(name, values))
        declared = [DeclaredColumn(name, "", kind, known_after_days)]
        return Catalogue.of(videos, snapshots=seen, declared=declared)


def finding(catalogue: Catalogue, column: str) -> Finding:
    return {one.column: one for one in audit(catalogue)}[column]


@pytest.mark.parametrize("seed", range(4))
def test_an_honest_fact_is_not_accused_for_its_strength(seed: int):
    grown = Grown(seed)
    found = finding(grown.catalogue(budget=grown.budget), "budget")
    assert found.verdict == "clean"


@pytest.mark.parametrize("seed", range(4))
def test_a_count_of_the_future_is_accused(seed: int):
    grown = Grown(seed)
    found = finding(grown.catalogue(fame=grown.logs[:, 29]), "fame")
    assert (found.verdict, found.method) == ("leak", "tells what came later")
    assert found.numbers["compared_with"] in {"the views at 30 d", "the views up to the export"}
    assert float(found.numbers["pairs_ordered"]) > 0.9
    assert "of two videos of one channel and format, the value tells in" in found.sentence


def test_the_order_of_the_values_may_be_reversed():
    grown = Grown(1)
    assert finding(grown.catalogue(place=-grown.logs[:, 29]), "place").verdict == "leak"


def test_the_same_count_is_honest_where_it_is_declared_with_its_age():
    grown = Grown(2)
    assert finding(grown.catalogue(week=grown.logs[:, 6]), "week").verdict == "leak"
    assert finding(grown.catalogue(week=grown.logs[:, 6], known_after_days=7), "week").verdict == "clean"


def test_a_value_that_is_missing_where_it_went_badly_is_accused_for_its_absence():
    grown = Grown(3)
    final = grown.logs[:, 29]
    values = pl.Series(np.where(final < np.quantile(final, 0.4), np.nan, 1.0)).fill_nan(None)
    found = finding(grown.catalogue(watched=values), "watched")
    assert (found.verdict, found.numbers["looked_at"]) == ("leak", "its absence")


def test_classes_made_of_the_outcome_are_accused():
    grown = Grown(4)
    names = np.array(["poor", "fair", "top"])[np.searchsorted([6.5, 8.0], grown.logs[:, 29])]
    assert finding(grown.catalogue("category", rating=names), "rating").verdict == "leak"


def test_too_few_videos_are_not_judged():
    grown = Grown(5, videos=40)
    found = finding(grown.catalogue(fame=grown.logs[:, 29]), "fame")
    assert (found.verdict, found.p_value) == ("not judged", 1.0)


def test_without_counts_nothing_is_judged():
    videos = Grown(6).videos.with_columns(title=pl.lit("one title"))
    assert {one.verdict for one in audit(Catalogue.of(videos))} == {"not judged"}


def test_a_catalogue_without_videos_has_nothing_to_audit():
    assert audit(Catalogue.of(Grown(6).videos.clear())) == ()


def test_an_empty_column_is_no_column():
    assert "tags" not in {one.column for one in audit(Catalogue.of(Grown(7).videos))}


def test_leaks_come_first():
    grown = Grown(8)
    found = audit(grown.catalogue(fame=grown.logs[:, 29]))
    assert [one.column for one in found if one.verdict == "leak"] == ["fame"]
    assert found[0].column == "fame"
