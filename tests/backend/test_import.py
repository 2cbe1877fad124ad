"""A catalogue into the database and out again."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from downloader.gateways.catalogue import training_catalogue
from downloader.gateways.differences import Counts
from downloader.gateways.importing import import_catalogue
from downloader.models import AdSenseEarnings, VideoAnalytics, VideoDownload, VideoSnapshot
from foreview.errors import UsageError
from foreview.simulation.world import DEFAULT_END
from foreview.tables.catalogue import Catalogue, SourceClock
from foreview.tables.schema import DeclaredColumn

pytestmark = [pytest.mark.django_db, pytest.mark.dialect]
CLOCK = SourceClock("America/Los_Angeles", delay_hours=24.0)
NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
LATER = datetime(2026, 3, 1, tzinfo=UTC)


def small(**columns: object) -> Catalogue:
    videos = pl.DataFrame({"video_id": ["a", "b"], "published_at": [NOON, NOON], **columns})
    daily = pl.DataFrame({"video_id": ["a"], "date": [date(2026, 1, 2)], "views": [7], "likes": [2]})
    snapshots = pl.DataFrame(
        {"video_id": ["b"], "observed_at": [datetime(2026, 1, 2, 3, 4, 5, 678000, UTC)], "views": [9]}
    )
    earnings = pl.DataFrame({"video_id": ["a"], "date": [date(2026, 1, 2)], "revenue_usd": [-0.25]})
    return Catalogue.of(videos, daily=daily, snapshots=snapshots, earnings=earnings, clock=CLOCK)


def under_source_ids(catalogue: Catalogue) -> Catalogue:
    """The catalogue with the ids it was imported under instead of the database's keys."""
    names = {str(pk): source for pk, source in VideoDownload.objects.values_list("pk", "source_id")}
    tables: dict[str, Any] = {}
    for table, keys in (
        ("videos", ["published_at", "video_id"]),
        ("daily", ["video_id", "date"]),
        ("earnings", ["video_id", "date"]),
        ("snapshots", ["video_id", "observed_at"]),
    ):
        frame: pl.DataFrame = getattr(catalogue, table)
        tables[table] = frame.with_columns(pl.col("video_id").replace(names)).sort(keys)
    return replace(catalogue, **tables)


def assert_same(found: Catalogue, expected: Catalogue) -> None:
    for table in ("videos", "daily", "earnings", "snapshots"):
        assert_frame_equal(getattr(found, table), getattr(expected, table), abs_tol=1e-6)
    assert found.clock == expected.clock


def test_a_world_comes_out_of_the_database_as_it_went_in(world):
    import_catalogue(world.catalogue)
    assert_same(under_source_ids(training_catalogue(DEFAULT_END)), world.catalogue)


def test_an_empty_text_a_missing_one_and_an_awkward_one_stay_apart():
    awkward = 'He said: "no, \\N"\r\n— and, well…\t\'; DROP TABLE'
    catalogue = small(
        title=[awkward, None], description=["", None], tags=[["a, b", '"', ""], []], ai_tags=[None, ["x"]]
    )
    import_catalogue(catalogue)
    assert_same(under_source_ids(training_catalogue(LATER)), catalogue)


def test_importing_again_makes_no_doubles():
    first = import_catalogue(small())
    second = import_catalogue(small())
    assert first == {"videos": Counts(2), "daily": Counts(1), "earnings": Counts(1), "snapshots": Counts(1)}
    assert second == {
        "videos": Counts(unchanged=2),
        "daily": Counts(unchanged=1),
        "earnings": Counts(unchanged=1),
        "snapshots": Counts(unchanged=1),
    }
    models = (VideoDownload, VideoAnalytics, AdSenseEarnings, VideoSnapshot)
    assert [model.objects.count() for model in models] == [2, 1, 1, 1]


def test_the_later_import_wins_and_what_it_does_not_hold_stays():
    import_catalogue(small(title=["old", "other"], description=["kept", "kept too"]))
    import_catalogue(small(title=["new", "other"]))
    assert list(VideoDownload.objects.order_by("source_id").values_list("title", "description")) == [
        ("new", "kept"),
        ("other", "kept too"),
    ]


def test_what_is_not_known_erases_nothing_in_no_cell():
    import_catalogue(small(title=["Ten figs", "Ten pears"], description=["", "green"], tags=[["a"], ["b"]]))
    again = small(title=[None, ""], description=["ripe", ""], tags=[None, []])
    without = replace(again, daily=again.daily.with_columns(likes=pl.lit(None, pl.Float64)))
    counts = import_catalogue(without)
    assert (counts["videos"], counts["daily"]) == (Counts(changed=2), Counts(unchanged=1))
    assert list(VideoDownload.objects.order_by("source_id").values_list("title", "description", "tags")) == [
        ("Ten figs", "ripe", ["a"]),
        ("Ten pears", "", []),
    ]
    assert VideoAnalytics.objects.get().likes == 2


@pytest.mark.parametrize("videos", [1, 3])
def test_an_import_asks_as_many_queries_whatever_its_rows(videos, django_assert_num_queries):
    ids = [str(n) for n in range(videos)]
    frame = pl.DataFrame({"video_id": ids, "published_at": [NOON] * videos})
    daily = pl.DataFrame({"video_id": ids, "date": [date(2026, 1, 2)] * videos, "views": [7] * videos})
    catalogue = Catalogue.of(frame, daily=daily, clock=CLOCK)
    import_catalogue(catalogue)
    with django_assert_num_queries(7):
        import_catalogue(catalogue)


def test_an_interrupted_import_leaves_nothing():
    def interrupt(step: str, done: int, total: int) -> None:
        if step == "daily rows":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        import_catalogue(small(), interrupt)
    assert VideoDownload.objects.count() == 0


def test_days_of_another_time_zone_are_refused(settings):
    settings.FOREVIEW = settings.FOREVIEW | {"TIMEZONE": "UTC"}
    with pytest.raises(UsageError, match="time zone of FOREVIEW"):
        import_catalogue(small())


def test_counters_have_no_days_so_any_time_zone_will_do(settings):
    settings.FOREVIEW = settings.FOREVIEW | {"TIMEZONE": "UTC"}
    counters = replace(small(), daily=small().daily.clear(), earnings=small().earnings.clear())
    assert import_catalogue(counters)["snapshots"] == Counts(1)


def test_a_declared_column_is_refused_by_name():
    videos = small().videos.with_columns(mood=pl.lit("calm"))
    catalogue = Catalogue.of(videos, declared=[DeclaredColumn("mood", "", "category")])
    with pytest.raises(UsageError, match="declares mood"):
        import_catalogue(catalogue)
