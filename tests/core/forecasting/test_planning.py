"""Videos that do not exist yet, beside those that do."""

from __future__ import annotations

from datetime import UTC, datetime

import polars as pl

from foreview.forecasting.planning import Plan, with_plans
from foreview.tables.catalogue import Catalogue
from foreview.tables.schema import DeclaredColumn


def test_what_a_catalogue_declares_is_not_known_of_a_plan():
    published = datetime(2026, 1, 1, tzinfo=UTC)
    videos = pl.DataFrame({"video_id": ["a"], "published_at": [published], "mood": ["calm"], "shots": [3.0]})
    declared = [DeclaredColumn("mood", "", "category"), DeclaredColumn("shots", "shots", "number")]
    known, issues = with_plans(Catalogue.of(videos, declared=declared), [Plan(title="Ten", published_at=published)])
    assert known.videos.select("video_id", "mood", "shots").rows() == [("a", "calm", 3.0), ("plan 1", None, None)]
    assert issues["video_id"].to_list() == ["plan 1"]
