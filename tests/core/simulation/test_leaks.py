from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from foreview.errors import UsageError
from foreview.simulation.leaks import LEAKS, with_clean_columns, with_planted_leak
from foreview.simulation.world import World, simulate
from foreview.tables.catalogue import Catalogue
from foreview.tables.folder import read_catalogue, write_catalogue


@pytest.fixture(scope="module")
def world() -> World:
    return with_clean_columns(simulate(channels=4, videos=200, seed=2), seed=2)


@pytest.mark.parametrize("kind", LEAKS)
def test_a_planted_world_is_a_catalogue_and_the_leak_claims_to_be_known_at_publication(world, kind, tmp_path):
    planted = with_planted_leak(world, kind, seed=1)
    write_catalogue(planted.world.catalogue, tmp_path / "c")
    catalogue = read_catalogue(tmp_path / "c")
    assert isinstance(catalogue, Catalogue)
    assert planted.column in catalogue.videos.columns
    assert {c.known_after_days for c in catalogue.declared if c.name == planted.column} <= {0.0}
    assert catalogue.videos[planted.column].n_unique() > 1


@pytest.mark.parametrize("kind", LEAKS)
def test_the_same_seed_plants_the_same_leak(world, kind):
    one, other = (with_planted_leak(world, kind, seed=5).world.catalogue for _ in range(2))
    assert one.fingerprint() == other.fingerprint() != world.catalogue.fingerprint()


def test_an_unknown_leak_is_refused(world):
    with pytest.raises(UsageError, match="a leak is one of total at export, "):
        with_planted_leak(world, "crystal ball", seed=1)


def test_the_total_at_export_is_the_sum_of_the_days(world):
    planted = with_planted_leak(world, "total at export", seed=1).world.catalogue
    views = dict(planted.daily.group_by("video_id").agg(pl.sum("views")).iter_rows())
    assert planted.videos["views_total"].to_list() == [views.get(name, 0.0) for name in planted.videos["video_id"]]


def test_ids_in_order_of_success_rename_every_table(world):
    planted = with_planted_leak(world, "ids in order of success", seed=1).world
    views = dict(planted.catalogue.daily.group_by("video_id").agg(pl.sum("views")).iter_rows())
    totals = [views.get(name, 0.0) for name in sorted(planted.catalogue.videos["video_id"])]
    assert totals == sorted(totals, reverse=True)
    assert planted.truth["video_id"].equals(planted.catalogue.videos["video_id"])


def test_followers_grow_in_the_clean_world_and_stand_still_at_the_export(world):
    export = with_planted_leak(world, "followers at export", seed=1).world.catalogue
    for catalogue, still in ((world.catalogue, False), (export, True)):
        for _, videos in catalogue.videos.group_by("channel_id", maintain_order=True):
            followers = videos["channel_followers"].to_numpy()
            assert (np.diff(followers) >= 0).all()
            assert (followers[0] == followers[-1]) == still


def test_the_history_of_the_clean_world_is_missing_until_a_video_is_final(world):
    first = world.catalogue.videos.group_by("channel_id").agg(pl.col("history", "previous_views").first())
    assert first["history"].null_count() == first["previous_views"].null_count() == first.height
