from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import numpy as np
import polars as pl
import pytest

from foreview.errors import UsageError
from foreview.simulation.content import EFFECTS
from foreview.simulation.days import share_of_final, timeline
from foreview.simulation.scenarios import with_redefinition
from foreview.simulation.world import CLOCK, DEFAULT_END, SHORT_RPM, simulate
from foreview.tables.catalogue import Catalogue
from foreview.tables.folder import read_catalogue, write_catalogue


@pytest.fixture(scope="module")
def world():
    return simulate(channels=6, videos=3000, seed=3)


@pytest.fixture(scope="module")
def complete(world):
    """Videos all of whose 35 days are in the catalogue: one row each, what the catalogue sums to beside the truth."""
    sums = world.catalogue.daily.group_by("video_id").agg(pl.len().alias("days"), pl.sum("views").alias("views_35d"))
    videos = world.catalogue.videos.drop("is_monetised").join(sums, on="video_id").filter(pl.col("days") == 35)
    return videos.join(world.truth, on="video_id", maintain_order="left")


def test_the_same_seed_makes_the_same_world_and_another_seed_another(world):
    again = simulate(channels=6, videos=3000, seed=3)
    assert again.catalogue.fingerprint() == world.catalogue.fingerprint()
    assert again.truth.equals(world.truth)
    assert simulate(channels=6, videos=3000, seed=4).catalogue.fingerprint() != world.catalogue.fingerprint()


def test_the_number_of_videos_is_that_of_all_channels_together(world):
    assert world.catalogue.videos.height == world.truth.height == 3000
    assert world.catalogue.videos["channel_id"].n_unique() == 6
    assert world.truth["video_id"].equals(world.catalogue.videos["video_id"])


def test_every_channel_publishes_both_formats(world):
    formats = world.catalogue.videos.group_by("channel_id").agg(pl.col("format").n_unique())
    assert formats["format"].to_list() == [2] * 6


def test_short_videos_last_a_minute_at_most_and_long_ones_over_three(world):
    lengths = world.catalogue.videos.group_by("format").agg(pl.max("duration_s").alias("max"), pl.min("duration_s"))
    by_format = {row["format"]: row for row in lengths.iter_rows(named=True)}
    assert by_format["short"]["max"] <= 60
    assert by_format["long"]["duration_s"] >= 200


def test_a_world_knows_nothing_beyond_its_end(world):
    for end in (DEFAULT_END, datetime(2026, 3, 1, tzinfo=UTC)):
        catalogue = simulate(channels=2, videos=50, seed=1, end=end).catalogue
        assert catalogue.as_of(end).fingerprint() == catalogue.fingerprint()
        assert catalogue.videos.filter(pl.col("published_at") >= end).is_empty()


def test_the_catalogue_obeys_its_own_format_on_disk_too(world, tmp_path):
    found = world.catalogue
    checked = Catalogue.of(
        found.videos, snapshots=found.snapshots, daily=found.daily, earnings=found.earnings, clock=found.clock
    )
    assert checked.fingerprint() == found.fingerprint()
    write_catalogue(found, tmp_path / "world")
    assert read_catalogue(tmp_path / "world").fingerprint() == found.fingerprint()


def test_a_video_has_a_row_for_each_day_from_its_publication_until_its_thirty_fifth(world):
    clock = world.catalogue.clock
    local = pl.col("published_at").dt.convert_time_zone(clock.timezone).dt.date()
    rows = world.catalogue.daily.group_by("video_id").agg(
        pl.len().alias("rows"), pl.min("date").alias("first"), pl.max("date").alias("last")
    )
    joined = world.catalogue.videos.select("video_id", day=local).join(rows, on="video_id")
    assert joined.select((pl.col("first") == pl.col("day")).all()).item()
    assert joined.select(((pl.col("last") - pl.col("day")).dt.total_days() + 1 == pl.col("rows")).all()).item()
    old = joined.filter(pl.col("day") < DEFAULT_END.date() - timedelta(days=40))
    assert set(old["rows"]) == {35}


def test_days_without_views_are_rows_and_earn_nothing(world):
    both = world.catalogue.daily.join(world.catalogue.earnings, on=["video_id", "date"])
    assert both.height == world.catalogue.daily.height == world.catalogue.earnings.height
    empty = both.filter(pl.col("views") == 0)
    assert empty.height > 100
    assert set(empty["revenue_usd"]) == {0.0}


def test_truth_at_thirty_days_lies_between_the_sums_of_the_whole_days_around_it(world, complete):
    counted = world.catalogue.daily.with_columns(
        closes=world.catalogue.clock.day_end(), total=pl.col("views").cum_sum().over("video_id")
    ).join(complete.select("video_id", "published_at", "views_7d", "views_30d"), on="video_id")
    for days, truth in ((7, "views_7d"), (30, "views_30d")):
        horizon = pl.col("published_at") + timedelta(days=days)
        before = counted.filter(pl.col("closes") <= horizon).group_by("video_id").agg(pl.max("total").alias("before"))
        after = counted.filter(pl.col("closes") >= horizon).group_by("video_id").agg(pl.min("total").alias("after"))
        around = complete.join(before, on="video_id").join(after, on="video_id")
        assert around.height == complete.height
        assert around.select(pl.col(truth).is_between("before", "after").all()).item()


def test_truth_says_what_comes_after_the_end_too(world):
    """The same world seen later comes to what the truth said."""
    young = world.catalogue.videos.filter(pl.col("published_at") > DEFAULT_END - timedelta(days=5))
    truth = world.truth.join(young.select("video_id"), on="video_id")
    assert truth.height > 20
    assert truth["views_30d"].null_count() == 0
    assert (truth["views_30d"] > 0).mean() > 0.9


def test_what_was_expected_covers_what_it_came_to(complete):
    share = complete.select(
        below=(pl.col("views_30d") < pl.col("p10")).mean(),
        half=(pl.col("views_30d") < pl.col("p50")).mean(),
        above=(pl.col("views_30d") > pl.col("p90")).mean(),
    ).row(0, named=True)
    # Three standard errors of a share of about 2,500 videos: 0.018 at 0.1 and 0.03 at 0.5.
    assert share["below"] == pytest.approx(0.1, abs=0.018)
    assert share["half"] == pytest.approx(0.5, abs=0.03)
    assert share["above"] == pytest.approx(0.1, abs=0.018)
    assert complete.select((pl.col("p10") <= pl.col("p50")).all() & (pl.col("p50") <= pl.col("p90")).all()).item()


def test_what_was_expected_is_centred_and_scaled_right(complete):
    z = complete.select(z=(pl.col("views_30d").log1p() - pl.col("mean_ln")) / pl.col("sd_ln"))["z"]
    assert z.mean() == pytest.approx(0.0, abs=0.06)
    assert z.std() == pytest.approx(1.0, abs=0.08)


def test_a_question_in_the_title_does_what_it_is_known_to_do():
    """Within a channel and format, the mean of what is expected differs by the effect."""
    world = simulate(channels=1, videos=8000, seed=5)
    asks = pl.col("title").str.ends_with("?").alias("asks")
    means = (
        world.catalogue.videos.join(world.truth, on="video_id")
        .group_by("format", asks)
        .agg(pl.mean("mean_ln"))
        .sort("format", "asks")["mean_ln"]
    )
    assert means[1] - means[0] == pytest.approx(EFFECTS["question"], abs=0.05)
    assert means[3] - means[2] == pytest.approx(EFFECTS["question"], abs=0.05)


def test_some_videos_earn_and_those_that_do_not_never_do(complete):
    assert 0.3 < complete["is_monetised"].mean() < 0.95
    assert complete.filter(~pl.col("is_monetised"))["revenue_30d"].max() == 0.0
    earning = complete.filter(pl.col("is_monetised") & (pl.col("views_30d") > 0))
    assert earning["revenue_30d"].min() > 0.0
    rpm = earning.group_by("format").agg((pl.col("revenue_30d") / pl.col("views_30d") * 1000).median().alias("rpm"))
    by_format = dict(rpm.iter_rows())
    assert 1.0 < by_format["long"] < 10.0
    assert by_format["short"] / by_format["long"] == pytest.approx(SHORT_RPM, rel=0.5)


def test_growth_starts_at_nothing_reaches_all_at_thirty_days_and_never_falls():
    ages = np.tile(np.linspace(0, 35, 71), (3, 1))
    shares = share_of_final(ages, np.array([0.1, 0.5, 2.0]), np.array([0.1, 0.5, 0.95]))
    assert shares[:, 0].tolist() == [0.0, 0.0, 0.0]
    assert shares[:, 60] == pytest.approx([1.0, 1.0, 1.0], abs=1e-12)
    assert (np.diff(shares, axis=1) > 0).all()


def test_short_videos_grow_faster(complete):
    share = (
        complete.filter(pl.col("views_30d") > 50)
        .group_by("format")
        .agg((pl.col("views_7d") / pl.col("views_30d")).mean().alias("share"))
    )
    by_format = dict(share.iter_rows())
    assert by_format["short"] > by_format["long"] + 0.1


@pytest.mark.parametrize("size", [{"channels": 0, "videos": 1}, {"channels": 3, "videos": 2}])
def test_a_world_without_a_video_for_each_channel_is_refused(size):
    with pytest.raises(UsageError, match="no more channels than videos in all"):
        simulate(**size, seed=1)


def test_the_smallest_world_is_one_video_and_one_day():
    world = simulate(channels=1, videos=1, seed=0, days=1)
    assert world.catalogue.videos.height == 1


def test_a_day_is_as_long_as_the_clock_of_the_source_says():
    """Published at noon in Los Angeles on the day before the one that lasts 25 h; 7 d later it is 11:00 there."""
    published = pl.Series([datetime(2025, 11, 1, 19, tzinfo=UTC)], dtype=pl.Datetime("ms", "UTC"))
    pieces = timeline(published, CLOCK)
    hours = (pieces.edges[0] / 3_600_000).tolist()
    assert hours[:4] == [0.0, 12.0, 37.0, 61.0]
    assert hours[7:10] == [157.0, 168.0, 181.0]
    assert pieces.day[0].tolist() == [*range(8), *range(7, 31), *range(30, 35)]
    assert pieces.until(7).sum() == 8


def test_a_redefinition_changes_short_views_from_its_day_on_and_nothing_else(world):
    at = date(2026, 3, 31)
    after = with_redefinition(world, at=at, factor=2.0)
    joined = world.catalogue.daily.join(after.catalogue.daily, on=["video_id", "date"], suffix="_after").join(
        world.catalogue.videos.select("video_id", "format"), on="video_id"
    )
    factor = pl.when((pl.col("format") == "short") & (pl.col("date") >= at)).then(2.0).otherwise(1.0)
    assert joined.select((pl.col("views_after") == pl.col("views") * factor).all()).item()
    assert joined.height == world.catalogue.daily.height
    assert after.catalogue.daily.drop("views").equals(world.catalogue.daily.drop("views"))
    assert after.truth.equals(world.truth)
